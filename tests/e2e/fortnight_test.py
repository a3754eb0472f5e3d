#!/usr/bin/env python3
"""National promotions under random trouble: the estate fails in every way it can, people are late, say no or say nothing, the daemon is
killed. Whatever becomes of them, the books balance at the end: what the histories say was written stands in the estate's ledger once,
nothing else does, and what was promised to be taken back has been, or a person was asked.
"""

import collections
import datetime
import pathlib
import random
import sys
import threading
import time

import world

START = "2026-10-18T22:00:00Z"  # Monday 09:00 in Sydney, six weeks before the first of them
PERSON = {"Merchandiser": "mia", "CategoryManager": "cleo", "FinanceManager": "fay", "ChiefFinance": "carl", "FinanceDirector": "dora",
          "SupplyPlanner": "sam", "SupplyDirector": "sid", "StoreOps": "olga", "Procurement": "pia", "ProcurementDirector": "paul",
          "DataSteward": "dan", "PricingAnalyst": "prue", "IntegrationOps": "ivo"}
BOOKS = {"accrued": {"amount": "180000.00", "currency": "AUD"}, "actual": {"amount": "184350.00", "currency": "AUD"},
         "remark": "more coupons than planned"}
MORNING = "LeftoverPrices"  # what a schedule starts every morning, beside the promotions
REMINDER = "ChaseSupplier"  # knows no keys, and is declared idempotent: whoever is reminded twice is reminded
PATHS = ("A_PriceCondition", "Listings", "A_RetailPromotion", "A_Store", "", "")


class Fortnight(world.World):
    """The shipped workflows, and a clock that hurries while nothing is in flight."""

    def __init__(self, binaries: pathlib.Path, factor: int):
        super().__init__(binaries)
        self.project, self.factor = world.SHIPPED, factor

    def serve_command(self, data: pathlib.Path, *more, listen: str = "127.0.0.1:0") -> list:
        command = super().serve_command(data, *more, listen=listen)
        command[command.index("--clock") + 1] = f"accelerated={self.factor}@{START}"
        return command


class Trouble:
    """What goes wrong, and who does what: all of it by one seed, but for the moments."""

    def __init__(self, around: Fortnight, seed: int):
        self.world, self.dice = around, random.Random(seed)
        self.over = threading.Event()
        self.problems: list[str] = []
        self.mind: dict[tuple[int, str], tuple[float, str]] = {}  # task and person -> after how many hours, what they say
        self.asked_about_undo = 0

    def ask(self, method: str, path: str, body=None):
        """Again while nobody answers; nothing when it is refused: somebody else was first."""
        while not self.over.is_set() and not self.problems:
            try:
                return self.world.api(method, path, body)
            except world.Unreachable:
                time.sleep(0.02)
            except world.Refused as refused:
                if refused.status not in (404, 409, 422):
                    raise
                return None
        return None

    def fault(self) -> dict:
        kind = self.dice.choice(("latency", "status", "status", "timeout_after_commit", "drop_after_commit", "drop_before_commit", "garbage",
                                 "reject"))
        fault = {"match": {"path": self.dice.choice(PATHS)}, "fault": kind, "times": self.dice.randint(1, 3),
                 "skip": self.dice.randint(0, 4), "milliseconds": self.dice.randint(1, 40)}
        if kind == "status":
            fault["status"] = self.dice.choice((429, 500, 502, 503))
        if kind == "reject":
            fault |= {"match": {"method": "POST", "path": "A_PriceCondition"}, "code": "RecordLocked",
                      "message": "condition record is locked by user MIA"}
        return fault

    def meddle(self) -> None:
        """The estate fails; now and then the daemon dies."""
        kills = self.dice.randint(0, 3)
        while not self.over.wait(self.dice.uniform(0.02, 0.4)):
            self.world.sandbox("POST", "/faults", self.fault())
            if kills and self.dice.random() < 0.15:
                kills -= 1
                port = self.world.port
                self.world.daemon.kill()
                self.world.start_daemon(listen=f"127.0.0.1:{port}")

    def people(self) -> None:
        while not self.over.wait(0.02):
            tasks = self.ask("GET", "/v1/tasks?limit=1000")
            clock = self.ask("GET", "/v1/clock")
            if not tasks or not clock:
                continue
            for task in tasks["tasks"]:
                waited = (moment(clock["now"]) - moment(task["created"])).total_seconds() / 3600
                for role in [*task["roles"], *task.get("escalatedTo", [])]:
                    self.decide(task, PERSON.get(role, "ivo"), waited)
            for one in (self.ask("GET", "/v1/instances?limit=1000") or {"instances": []})["instances"]:
                if one["status"] in ("suspended", "quarantined"):
                    self.ask("POST", f"/v1/instances/{one['id']}/resume", {"person": "ivo", "reason": "it works again"})

    def decide(self, task: dict, person: str, waited: float) -> None:
        key = (task["task"], person)
        if key not in self.mind:
            says = "approve" if self.dice.random() < 0.97 else "reject"
            never = task["kind"] not in ("outcome", "undo") and self.dice.random() < 0.02
            self.mind[key] = (1e9 if never else self.dice.uniform(0.1, 20), says)
        after, says = self.mind[key]
        if waited < after:
            return
        if task["kind"] == "outcome":  # they look, and say what they see
            says = "approve" if self.took_effect(task["arguments"]["key"]) else "reject"
        elif task["kind"] not in ("approval", "approvalAgain"):
            says = "done"
        if task["kind"] == "undo":
            self.asked_about_undo += 1
        reasons = task.get("reasons", {}).get({"approve": "approval", "reject": "rejection"}.get(says, ""), {}).get("values")
        self.ask("POST", f"/v1/tasks/{task['task']}/decision",
                 {"person": person, "decision": says, "reason": self.dice.choice(reasons) if reasons else "as the dice fell",
                  **({"answers": BOOKS} if task["label"] == "CloseBooks" else {})})

    def took_effect(self, key: str) -> bool:
        return self.world.sandbox("GET", "/audit")["keys"].get(key, {}).get("effects", 0) > 0

    def guard(self, work) -> None:
        try:
            work()
        except Exception as error:  # the main thread reports it
            if not self.over.is_set():
                self.problems.append(f"{work.__name__}: {error!r}")


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def history(estate: Fortnight, instance: int) -> list[dict]:
    entries, start = [], 0
    while True:
        page = estate.api("GET", f"/v1/instances/{instance}/history?from={start}&limit=1000")
        entries += page["entries"]
        if page["next"] is None:
            return entries
        start = page["next"]


def balance(estate: Fortnight, trouble: Trouble, ended: list[dict]) -> str:
    """Histories against the ledger. What became of the promotions, in a line."""
    written: collections.Counter = collections.Counter()
    became = []
    for one in ended:
        entries = history(estate, one["id"])
        done = [entry for entry in entries if entry["kind"] in ("write", "undo", "notify") and entry["outcome"] == "ok"]
        written.update(entry["key"] for entry in done)
        activated = sum(1 for entry in done if entry["kind"] == "write" and entry["operation"] == "Price.activate")
        withdrawn = sum(1 for entry in done if entry["operation"] == "Price.withdraw")
        if one["status"] == "failed":
            left = sum(1 for entry in entries if entry["kind"] == "undo" and entry["outcome"] != "ok")
            assert activated <= withdrawn + left, f"{one['key']}: {activated} prices written, {withdrawn} taken back, {left} left to people"
        if one["workflow"].endswith("NationalPromotion"):
            became.append(f"{one['key']} {one.get('outcome', {}).get('name', one['status'])} {activated}/{withdrawn}")
    audit = estate.sandbox("GET", "/audit")
    twice = [key for key in audit["twice"] if audit["keys"][key]["operation"] != REMINDER]
    assert not twice, f"took effect twice: {[(key, audit['keys'][key]) for key in twice]}"
    books = {key for key, slot in audit["keys"].items() if slot["effects"]}
    twice_told = [key for key, count in written.items() if count > 1]
    assert not twice_told, f"told twice: {twice_told}"
    missing, unknown = set(written) - books, books - set(written)
    assert not missing, f"histories tell of it and the ledger does not: {sorted(missing)}"
    assert not unknown, f"the ledger has it and no history does: {[(key, audit['keys'][key]) for key in sorted(unknown)]}"
    return f"{', '.join(became)}; {len(books)} effects, {audit['duplicates']} repeated in vain, {trouble.asked_about_undo} undone by hand"


def live(options, seed: int) -> str:
    with Fortnight(options.bin, options.factor) as estate:
        estate.start_estate("--seed", seed)
        estate.start_daemon()
        estate.sandbox("POST", "/sink", {"url": f"http://127.0.0.1:{estate.port}/v1/events"})
        trouble = Trouble(estate, seed)
        for key in ("P-2", "P-3"):
            trouble.ask("POST", "/v1/instances", {"workflow": "NationalPromotion", "arguments": {"promo": key}, "request_id": f"it-{key}"})
        threads = [threading.Thread(target=trouble.guard, args=(work,)) for work in (trouble.meddle, trouble.people)]
        for thread in threads:
            thread.start()

        def ended():
            answer = trouble.ask("GET", "/v1/instances?limit=1000")
            assert not trouble.problems, trouble.problems
            found = [one for one in answer["instances"] if not one["workflow"].endswith(MORNING)]
            return found if found and all(one["status"] in ("finished", "failed") for one in found) else None

        try:
            found = estate.until("the promotions have ended", ended, options.seconds)
        finally:
            trouble.over.set()
            for thread in threads:
                thread.join()
        return balance(estate, trouble, found)


def main() -> None:
    options = world.arguments(__doc__, first=1, seeds=3, factor=400_000, seconds=240.0)
    for seed in range(options.first, options.first + options.seeds):
        begin = time.monotonic()
        try:
            print(f"seed {seed}: {live(options, seed)} ({time.monotonic() - begin:.0f} s)", file=sys.stderr, flush=True)
        except AssertionError:
            print(f"seed {seed}: --first {seed} --seeds 1 plays the same dice again", file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
