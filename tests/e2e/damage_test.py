#!/usr/bin/env python3
"""One flipped byte in a real data folder is found, named and never passed over: in a table, in its list of tables, in the log."""

import pathlib
import shutil
import signal

import world

STARTS = 60
RECORD = b"ECR1"  # each record of the log begins with it


def filled(estate: world.World, *, killed: bool) -> pathlib.Path:
    """Data with instances that wait: all of it in tables, or, `killed`, most of it only in the log."""
    data = estate.folder / "data"
    estate.start_estate("--small-promotions", STARTS)
    estate.start_daemon(data)
    for number in range(1, STARTS + 1):
        estate.start(f"S-{number:04}")
    estate.until("all wait for olga", lambda: len(estate.all("/v1/tasks", "tasks", person="olga")) == STARTS)
    if killed:
        estate.daemon.kill()
    else:
        estate.daemon.process.send_signal(signal.SIGTERM)
        assert estate.daemon.ended() == 0
    return data


def flip(path: pathlib.Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 0x10]))


def refused(estate: world.World, data: pathlib.Path, *parts: str) -> None:
    code, said = estate.run_serve(data)
    assert code == 3, f"exit code {code}\n{said}"
    for part in ("damaged", "backup", *parts):
        assert part in said, f"'{part}' is not in:\n{said}"


def answered(estate: world.World, path: str, damage: str) -> bool:
    """Whether there was an answer; if there is none it says that it can't be read, and why."""
    try:
        estate.api("GET", path)
        return True
    except world.Refused as why:
        assert why.status == 500 and '"unreadable"' in why.body and damage in why.body and "backup" in why.body, why
        return False


def a_table(estate: world.World) -> None:
    """Whatever block it is: the daemon does not start, or ends, or answers with what is there or with 500; nobody is told that something is absent."""
    data, whole = filled(estate, killed=False), estate.folder / "whole"
    shutil.copytree(data, whole)
    table = max((data / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    size, seen = table.stat().st_size, {"refused": 0, "unreadable": 0, "stopped": 0}
    for place in range(size // 16, size, size // 8):
        shutil.rmtree(data)
        shutil.copytree(whole, data)
        flip(table, place)
        try:
            estate.start_daemon(data)
        except AssertionError:
            assert table.name in estate.daemon.text() and "backup" in estate.daemon.text(), estate.daemon.text()[-1500:]
            seen["refused"] += 1
            continue
        try:
            lost = sum(not answered(estate, f"/v1/instances/SmallPromotion/S-{number:04}", table.name) for number in range(1, STARTS + 1))
            lost += sum(not answered(estate, path, table.name) for path in ("/v1/instances?limit=1000", "/v1/tasks?limit=1000"))
            seen["unreadable"] += lost > 0
            if lost == 0:
                assert len(estate.all("/v1/instances", "instances")) == STARTS
        except (world.Unreachable, world.Refused):
            assert table.name in estate.daemon.text(), estate.daemon.text()[-1500:]
            seen["stopped"] += 1
        estate.daemon.kill()
        (estate.folder / "daemon.log").unlink()
    assert sum(seen.values()) >= 4, f"most bytes were nothing's: {seen}"
    print(seen)


def the_list_of_tables(estate: world.World) -> None:
    data = filled(estate, killed=False)
    manifest = next((data / "store").glob("MANIFEST-*"))
    flip(manifest, manifest.stat().st_size // 2)
    refused(estate, data, str(data / "store"))


def the_log(estate: world.World) -> None:
    """A record in the middle, one's header, the segment's header, padding, an older segment: each is refused, with its place."""
    data, whole = filled(estate, killed=True), estate.folder / "whole"
    shutil.copytree(data, whole)
    segment = min((data / "journal").glob("segment-*"))
    content = segment.read_bytes()
    records = [at for at in range(512, len(content), 8) if content[at:at + 4] == RECORD]
    middle = records[len(records) // 2]
    for place, named in ((middle + 80, f"offset {middle}"), (middle + 30, f"offset {middle}"), (middle, f"offset {middle}"),
                         (20, "header"), (records[0] + 40, f"offset {records[0]}")):
        shutil.rmtree(data)
        shutil.copytree(whole, data)
        flip(segment, place)
        before = segment.read_bytes()
        refused(estate, data, segment.name, named, "partition")
        assert segment.read_bytes() == before, "a damaged log was changed"


def the_last_record(estate: world.World) -> None:
    """Nothing behind it says that it was stored. The tables do, when it had come to them: then it is missed."""
    data = filled(estate, killed=False)
    segment = max((data / "journal").glob("segment-*"))
    content = segment.read_bytes()
    flip(segment, content.rindex(RECORD) + 70)
    code, said = estate.run_serve(data)
    assert code == 3 and "the journal ends at" in said and "the store holds record" in said, (code, said)


if __name__ == "__main__":
    world.run_tests(__doc__, a_table, the_list_of_tables, the_log, the_last_record)
