#!/usr/bin/env python3
"""A daemon is backed up while it works, killed and restored: what was acknowledged before the backup began is there."""

import collections
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess

import kill_test
import world

CLEAN, FINDINGS, INTERNAL, CONFLICT = 0, 1, 3, 6


def endcap(estate: world.World, *words, expect: int = CLEAN) -> subprocess.CompletedProcess:
    done = subprocess.run([estate.binaries / "endcap", *map(str, words)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "ENDCAP_SERVER": f"http://127.0.0.1:{estate.port}"})
    assert done.returncode == expect, f"{words}: exit code {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}"
    return done


def take(estate: world.World, backups: pathlib.Path, *more) -> dict:
    return json.loads(endcap(estate, "backup", backups, "--format", "json", *more).stdout)


def contents(backups: pathlib.Path) -> list:
    return sorted((backups / "files").iterdir(), key=lambda path: path.stat().st_size)


def flip(path: pathlib.Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


def under_load(estate: world.World) -> None:
    """Two backups while hundreds of instances run, kill -9, restore of the first: nothing acknowledged before is lost or doubled."""
    starts = 300
    backups, restored = estate.folder / "backups", estate.folder / "restored"
    estate.start_estate("--small-promotions", starts)
    estate.start_daemon()
    client = kill_test.Client(estate, starts)
    try:
        client.allowed = 80
        estate.until("some have ended", lambda: len(estate.all("/v1/instances", "instances", status="finished")) > 20, 120)
        ended = {each["key"] for each in estate.all("/v1/instances", "instances", status="finished")}
        written = ended | {task["key"] for task in estate.all("/v1/tasks", "tasks", person="olga")}
        client.allowed = starts  # it goes on while the backup is taken
        before = dict(client.acknowledged)
        first = take(estate, backups)
        again = take(estate, backups)
        assert (first["backup"], again["backup"]) == (1, 2), (first, again)
        estate.until("some more have ended", lambda: len(estate.all("/v1/instances", "instances", status="finished")) > 60, 120)
    finally:
        client.stop()
    assert not client.problems, client.problems
    estate.daemon.kill()

    done = endcap(estate, "restore", backups, "--data", restored, "--backup", 1)
    assert "same key again" in done.stdout and "--partitions 4" in done.stdout, done.stdout
    estate.start_daemon(restored)
    found = {each["key"]: each for each in estate.all("/v1/instances", "instances")}
    for key, number in before.items():
        assert found.get(key, {}).get("id") == number, f"{key} was acknowledged before the backup began: {number}, now {found.get(key)}"
    for key in ended:
        assert found[key]["status"] == "finished", found[key]

    number = estate.start(f"S-{starts:04}")["id"] if f"S-{starts:04}" not in found else None
    assert number is None or number > max(client.acknowledged.values()), "a number that was given out since is given out again"

    def over() -> bool:
        for task in estate.all("/v1/tasks", "tasks", person="olga"):
            estate.api("POST", f"/v1/tasks/{task['task']}/decision", {"person": "olga", "decision": "done"})
        return not estate.all("/v1/instances", "instances", status="running")

    estate.until("all that was restored ends", over, 120)
    effects = [entry for entry in estate.sandbox("GET", "/ledger")["entries"] if not entry["duplicate"]]
    subjects = collections.Counter(entry["subject"] for entry in effects)
    twice = [subject for subject, count in subjects.items() if count != 1 and subject.split("/")[0] in written]
    assert not twice, f"written before the backup and once more after the restore: {twice[:3]}"
    assert {subject.split("/")[0] for subject in subjects} >= written
    assert estate.sandbox("GET", "/audit")["unkeyed"] == 0
    outcomes = {each["key"]: each["outcome"]["name"] for each in estate.all("/v1/instances", "instances")}
    assert all(outcomes[key] == "Activated" for key in before), outcomes
    print(f"{len(before)} acknowledged before the backup, {len(found)} in it, {len(effects)} effects")


def the_second_is_small(estate: world.World) -> None:
    """What an earlier backup has is not copied again; old ones go, and what only they had; what is damaged is found."""
    backups, data = estate.folder / "backups", estate.folder / "data"
    estate.start_estate("--small-promotions", 40)
    estate.start_daemon()
    for number in range(1, 41):
        estate.start(f"S-{number:04}")
    estate.until("all wait for olga", lambda: len(estate.all("/v1/tasks", "tasks", person="olga")) == 40)
    estate.daemon.process.send_signal(signal.SIGTERM)
    assert estate.daemon.ended() == 0
    nobody = take(estate, backups, "--data", data)
    estate.start_daemon()
    first = take(estate, backups)
    assert first["copiedBytes"] < first["bytes"], first
    tables = sum(path.stat().st_size for path in (data / "store").glob("*.sst"))
    assert nobody["copiedBytes"] > tables, (nobody, tables)
    second = take(estate, backups)
    log = sum(1 for path in (data / "journal").glob("segment-*"))
    assert second["copiedFiles"] <= log + 3, f"tables were copied again: {second}"

    listed = json.loads(endcap(estate, "backup", backups, "--list", "--format", "json").stdout)["backups"]
    assert [each["backup"] for each in listed] == [1, 2, 3], listed
    kept = take(estate, backups, "--keep", 2)
    assert kept["removed"] == 2, kept
    assert "every file" in endcap(estate, "backup", backups, "--verify").stdout
    endcap(estate, "restore", backups, "--data", estate.folder / "r", "--backup", 1, expect=INTERNAL)

    # Refusals: somebody's folder, a folder that is not empty, a path that is none, nothing there.
    (estate.folder / "letters").mkdir()
    (estate.folder / "letters" / "dear.txt").write_text("dear")
    assert "no backups" in endcap(estate, "backup", estate.folder / "letters", expect=INTERNAL).stderr
    assert "not empty" in endcap(estate, "restore", backups, "--data", data, expect=CONFLICT).stderr
    endcap(estate, "backup", estate.folder / "none", "--list", expect=CONFLICT)
    assert "in use" in endcap(estate, "backup", backups, "--data", data, expect=CONFLICT).stderr
    try:
        estate.api("POST", "/v1/backups", {"folder": "relative"})
        raise AssertionError("a folder that depends on where the daemon runs was taken")
    except world.Refused as refused:
        assert refused.status == 400, refused

    # One byte of the largest file: found by --verify, and restore touches nothing.
    largest = contents(backups)[-1]
    flip(largest, largest.stat().st_size // 2)
    told = endcap(estate, "backup", backups, "--verify", expect=FINDINGS).stdout
    assert largest.name in told and "damaged" in told, told
    refused = endcap(estate, "restore", backups, "--data", estate.folder / "r", expect=FINDINGS).stderr
    assert largest.name in refused and not (estate.folder / "r").exists(), refused
    flip(largest, largest.stat().st_size // 2)

    # A list that is damaged is named; its backup is not used, and nothing that it may need is removed.
    newest = sorted(backups.glob("backup-*"))[-1]
    flip(newest, 40)
    assert "checksum" in endcap(estate, "backup", backups, "--list", expect=FINDINGS).stdout
    files = len(contents(backups))
    take(estate, backups)
    assert len(contents(backups)) >= files
    endcap(estate, "restore", backups, "--data", estate.folder / "r")
    assert (estate.folder / "r" / "endcap-data").exists()


def a_crash_in_the_middle(estate: world.World) -> None:
    """Killed at any moment, a backup or a restore leaves nothing that looks complete and is not; the next one goes on as if."""
    dice = random.Random(3)
    backups, data = estate.folder / "backups", estate.folder / "data"
    estate.start_estate("--small-promotions", 60)
    estate.start_daemon()
    for number in range(1, 61):
        estate.start(f"S-{number:04}")
    estate.until("all wait for olga", lambda: len(estate.all("/v1/tasks", "tasks", person="olga")) == 60)
    estate.daemon.process.send_signal(signal.SIGTERM)
    assert estate.daemon.ended() == 0

    def killed(*words, after: float) -> None:
        process = subprocess.Popen([estate.binaries / "endcap", *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    for _ in range(12):
        killed("backup", backups, "--data", data, after=dice.uniform(0.01, 0.25))
    take(estate, backups, "--data", data)
    assert "damaged" not in endcap(estate, "backup", backups, "--verify").stdout
    for _ in range(12):
        target = estate.folder / "restored"
        killed("restore", backups, "--data", target, after=dice.uniform(0.01, 0.25))
        if target.exists():
            assert len(list((target / "store").glob("*.sst"))) > 0
            shutil.rmtree(target)
    endcap(estate, "restore", backups, "--data", estate.folder / "restored")
    estate.start_daemon(estate.folder / "restored")
    assert len(estate.all("/v1/tasks", "tasks", person="olga")) == 60


if __name__ == "__main__":
    world.run_tests(__doc__, under_load, the_second_is_small, a_crash_in_the_middle)
