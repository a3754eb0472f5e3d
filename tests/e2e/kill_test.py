#!/usr/bin/env python3
"""kill -9 at random moments loses nothing and does nothing twice.

Hundreds of small promotions run against the estate, which drops answers on its own now and then, while the daemon is killed again and
again. Afterwards the books are compared: every acknowledged start finished, every price in the estate's ledger exactly once, every
person's task there once and decided once.
"""

import collections
import datetime
import random
import sys
import threading
import time

import world


def main() -> None:
    options = world.arguments(__doc__, starts=500, kills=50, seed=0)
    seed = options.seed or random.SystemRandom().randrange(1, 1 << 31)
    print(f"seed {seed} (give --seed {seed} for the same moments)", file=sys.stderr)
    dice = random.Random(seed)
    with world.World(options.bin) as estate:
        run(estate, options, dice)


class Client:
    """What the outside world does, and never gives up on: it keeps asking until it is answered."""

    def __init__(self, around: world.World, starts: int):
        self.world, self.starts = around, starts
        self.acknowledged: dict[str, int] = {}
        self.decided: collections.Counter = collections.Counter()
        self.problems: list[str] = []
        self.stopping = threading.Event()
        self.allowed = 0  # promotions that may be started by now: the work is spread over the kills
        self.threads = [threading.Thread(target=self.guard, args=(work,)) for work in (self.start_all, self.decide_all)]
        for thread in self.threads:
            thread.start()

    def guard(self, work) -> None:
        try:
            work()
        except Exception as error:  # the main thread reports it
            self.problems.append(f"{work.__name__}: {error!r}")

    def start_all(self) -> None:
        for number in range(1, self.starts + 1):
            promotion = f"S-{number:04}"
            while not self.stopping.is_set():
                if number > self.allowed:
                    time.sleep(0.005)
                    continue
                try:
                    self.acknowledged[promotion] = self.world.start(promotion)["id"]
                    break
                except world.Unreachable:
                    time.sleep(0.02)
                except world.Refused as refused:
                    if refused.status not in (429, 503):
                        raise
                    time.sleep(0.1)

    def decide_all(self) -> None:
        while not self.stopping.is_set():
            try:
                for task in self.world.all("/v1/tasks", "tasks", person="olga"):
                    self.world.api("POST", f"/v1/tasks/{task['task']}/decision", {"person": "olga", "decision": "done"})
                    self.decided[task["key"]] += 1
            except world.Unreachable:
                pass  # asked again: the list still has it, or it is decided
            except world.Refused as refused:
                if refused.status not in (404, 409, 429, 503):
                    raise
            time.sleep(0.05)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def run(estate: world.World, options, dice: random.Random) -> None:
    estate.start_estate("--small-promotions", options.starts, "--ledger", estate.folder / "ledger.jsonl")
    for fault in ("drop_after_commit", "drop_before_commit", "timeout_after_commit"):
        estate.sandbox("POST", "/faults", {"match": {"method": "POST", "path": "A_PriceCondition"}, "fault": fault,
                                           "milliseconds": 3000, "times": 20, "skip": dice.randrange(100)})
    estate.start_daemon()
    client = Client(estate, options.starts)
    try:
        in_the_middle, clock = 0, ""
        for kill in range(options.kills):
            before = len(client.acknowledged)
            client.allowed = options.starts * (kill + 1) // options.kills
            estate.until("the batch begins", lambda: len(client.acknowledged) > before or before >= client.allowed)
            time.sleep(dice.uniform(0.0, 0.04))
            clock = goes_on(estate, clock)
            in_the_middle += bool(estate.all("/v1/instances", "instances", status="running")) or len(
                client.acknowledged) < client.allowed
            assert estate.daemon.alive(), f"the daemon ended by itself:\n{estate.daemon.text()[-3000:]}"
            estate.daemon.kill()
            estate.start_daemon()
            print(f"\rkilled {kill + 1} of {options.kills}, {len(client.acknowledged)} starts acknowledged", end="", file=sys.stderr)
        print(file=sys.stderr)
        print(f"{in_the_middle} of {options.kills} kills came in the middle of something", file=sys.stderr)
        assert in_the_middle >= options.kills * 0.8, "the kills hit an idle daemon: this shows nothing"
        goes_on(estate, clock)
        all_finished(estate, client, options)
    finally:
        client.stop()
    assert not client.problems, client.problems
    audit(estate, client, options)


def goes_on(estate: world.World, before: str) -> str:
    """The accelerated clock is the daemon's own: what it showed once has passed, whatever was killed since."""
    now = estate.api("GET", "/v1/clock")["now"]
    assert moment(now) >= moment(before or now), f"the clock went back from {before} to {now}"
    return now


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def metric(estate: world.World, name: str) -> int:
    lines = estate.text("/metrics").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"endcap_{name} "))


def all_finished(estate: world.World, client: Client, options) -> None:
    def finished() -> bool:
        assert not client.problems, client.problems
        return len(client.acknowledged) == options.starts and not estate.all("/v1/instances", "instances", status="running")

    estate.until("every workflow ends", finished, 300)


def audit(estate: world.World, client: Client, options) -> None:
    instances = estate.all("/v1/instances", "instances")
    by_key = collections.Counter(each["key"] for each in instances)
    doubled = [key for key, count in by_key.items() if count != 1]
    assert not doubled, f"started more than once: {doubled}"
    lost = sorted(set(client.acknowledged) - set(by_key))
    assert not lost, f"acknowledged and lost: {lost}"
    wrong = [each for each in instances if each["status"] != "finished" or each["outcome"]["name"] != "Activated"]
    assert not wrong, f"not finished as they should: {wrong[:3]}"
    for each in instances:
        assert each["id"] == client.acknowledged[each["key"]], each

    books = estate.sandbox("GET", "/audit")
    assert books["twice"] == [], books["twice"]
    assert books["unkeyed"] == 0, books["unkeyed"]
    effects = [entry for entry in estate.sandbox("GET", "/ledger")["entries"] if not entry["duplicate"]]
    subjects = collections.Counter(entry["subject"] for entry in effects)
    assert len(effects) == 3 * options.starts, f"{len(effects)} effects, {3 * options.starts} expected"
    assert set(subjects.values()) == {1}, [subject for subject, count in subjects.items() if count != 1]

    closed = [task for task in estate.all("/v1/tasks", "tasks", open="false") if task["kind"] == "task"]
    tasks = collections.Counter(task["key"] for task in closed)
    assert set(tasks) == set(by_key), "a task was lost"
    assert set(tasks.values()) == {1}, "a task was doubled"
    assert not estate.all("/v1/tasks", "tasks", open="true"), "a task is still open"
    assert all(task["status"] == "done" for task in closed), "a task ended in another way than by its person"
    assert max(client.decided.values()) == 1, "a task was decided twice"
    starts = [line for line in estate.daemon.text().splitlines() if "records recovered" in line]
    assert len(starts) == options.kills + 1, starts
    assert all(": 0 compiled, " in line for line in starts[1:]), "a restart compiled something"
    assert metric(estate, "frames_loaded_total") > 0, "nothing was resumed after the last start"
    assert metric(estate, "history_rows_read_total") == 0, "history was read to go on"
    print(f"{options.starts} promotions, {options.kills} kills, {books['effects']} effects once each, "
          f"{books['duplicates']} repeated attempts absorbed by their keys")


if __name__ == "__main__":
    main()
