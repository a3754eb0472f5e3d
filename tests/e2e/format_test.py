#!/usr/bin/env python3
"""Data folders that earlier releases wrote open and go on; one of a release to come is refused."""

import pathlib
import re
import subprocess
import sys
import tarfile

import world

TESTS = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = TESTS / "fixtures"
DATA_FOLDER = TESTS.parent / "runtime" / "journal" / "data_folder.h"


def unpacked(estate: world.World, archive: pathlib.Path) -> pathlib.Path:
    data = estate.folder / "data"
    with tarfile.open(archive) as opened:
        opened.extractall(data)
    return data


def goes_on(estate: world.World, archive: pathlib.Path) -> None:
    """tests/fixtures/make_data.py says what is in it."""
    estate.start_estate("--small-promotions", 3)
    estate.start_daemon(unpacked(estate, archive))
    found = {each["key"]: each for each in estate.all("/v1/instances", "instances")}
    assert found["S-0001"]["status"] == "finished" and found["S-0001"]["outcome"]["name"] == "Activated", found
    assert found["S-0002"]["status"] == "running" and set(found) == {"S-0001", "S-0002"}, found
    told = [entry["kind"] for entry in estate.api("GET", f"/v1/instances/{found['S-0001']['id']}/history")["entries"]]
    assert told[0] == "started" and "taskDone" in told and told.count("write") == 3, told
    assert estate.start("S-0001")["id"] == found["S-0001"]["id"], "a request that was answered is known again"

    tasks = estate.all("/v1/tasks", "tasks", person="olga")
    assert [task["key"] for task in tasks] == ["S-0002"], tasks
    estate.api("POST", f"/v1/tasks/{tasks[0]['task']}/decision", {"person": "olga", "decision": "done"})
    estate.until("what waited ends", lambda: estate.api("GET", "/v1/instances/SmallPromotion/S-0002")["status"] == "finished")
    assert estate.start("S-0003")["id"] > max(each["id"] for each in found.values())


def is_taken_over_by_who_goes_on(estate: world.World, archive: pathlib.Path) -> None:
    """Until a daemon goes on with it, the release that wrote it still may."""
    data, backups, restored = unpacked(estate, archive), estate.folder / "backups", estate.folder / "restored"

    def note(folder: pathlib.Path = data) -> str:
        return (folder / "endcap-data").read_text()

    def endcap(*words) -> None:
        done = subprocess.run([estate.binaries / "endcap", *map(str, words)], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, (words, done.stdout, done.stderr)

    before = note()
    estate.start_estate("--small-promotions", 3)
    code, said = estate.run_serve(data, "--partitions", "7")
    assert code != 0 and "partitions" in said and note() == before, (code, said, note())
    endcap("backup", backups, "--data", data)
    endcap("restore", backups, "--data", restored)
    assert note() == note(restored) == before, (note(), note(restored))
    estate.start_daemon(data)
    estate.daemon.kill()
    newest = re.search(r"kDataFormat = (\d+);", DATA_FOLDER.read_text())[1]
    assert note() == f"endcap data format {newest}\n", note()


def of_a_newer_release(estate: world.World, archive: pathlib.Path) -> None:
    data = unpacked(estate, archive)
    (data / "endcap-data").write_text("endcap data format 9\n")
    before = sorted((path.name, path.stat().st_size) for path in data.rglob("*"))
    code, said = estate.run_serve(data)
    assert code == 6 and "a newer release" in said and "Nothing was changed" in said, (code, said)
    after = sorted((path.name, path.stat().st_size) for path in data.rglob("*") if path.name != "lock")
    assert after == before, "the folder was touched"


def main() -> None:
    options = world.arguments(__doc__)
    archives = sorted(FIXTURES.glob("data-format-*.tar.xz"))
    assert archives, "there are no data folders of earlier releases"
    for archive in archives:
        for test in (goes_on, is_taken_over_by_who_goes_on, of_a_newer_release):
            with world.World(options.bin) as estate:
                test(estate, archive)
            print(f"{archive.name}, {test.__name__}: holds", file=sys.stderr)


if __name__ == "__main__":
    main()
