#!/usr/bin/env python3
"""Two weeks of a national promotion, and the six before them, played against a real daemon and a retail estate on loopback.

Scripted people decide, scripted trouble strikes, the daemon is killed with -9 in the middle; the end is an account of what happened,
who decided what, what was written where, and the estate's own audit. Exit code 0 when everything is as promised, 1 otherwise.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

START = "2026-10-18T22:00:00Z"  # Monday 09:00 in Sydney, six weeks ahead
FACTOR = 80_000                 # of real time, while nothing is in flight


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def local(when: datetime.datetime) -> str:
    """As a clock in Sydney shows it (daylight saving time all along)."""
    return (when + datetime.timedelta(hours=11)).strftime("%a %d %b %H:%M")


def call(method: str, url: str, body=None, attempts: int = 1):
    """JSON in, JSON out; tries again while nobody listens."""
    for attempt in range(attempts):
        request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')[:400]}") from None
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if attempt + 1 == attempts:
                raise
            time.sleep(0.05)
    return None


class Process:
    """A program of ours, ended by its own pid."""

    def __init__(self, name: str, command: list[str], log: pathlib.Path, port_file: pathlib.Path, env: dict):
        port_file.unlink(missing_ok=True)
        self.name, self.log = name, log
        self.process = subprocess.Popen(command, stdout=log.open("ab"), stderr=subprocess.STDOUT, env=env)
        for _ in range(1200):
            if port_file.exists() and port_file.read_text().strip():
                break
            if self.process.poll() is not None:
                raise RuntimeError(f"{name} ended at once:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        self.port = int(port_file.read_text())
        self.url = f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Story:
    """What is known while it goes on: the processes, the clock, what was told so far."""

    def __init__(self, options, folder: pathlib.Path):
        self.bin, self.project, self.folder = pathlib.Path(options.bin), options.project, folder
        self.env = dict(os.environ, ENDCAP_ERP_PASSWORD="sandbox", SANDBOX_PASSWORD="sandbox")
        self.told: list[tuple[str, str]] = []
        self.seen: set[tuple[str, str, str]] = set()
        self.kills = 0
        self.over = threading.Event()
        self.sandbox = Process("sandbox", [str(self.bin / "endcap-sandbox"), "--port", "0", "--port-file", str(folder / "sandbox.port"),
                                           "--schemas", f"{self.project}/schemas"],
                               folder / "sandbox.log", folder / "sandbox.port", self.env)
        self.daemon = None
        self.start_daemon("127.0.0.1:0")
        call("POST", f"{self.sandbox.url}/sandbox/sink", {"url": f"{self.daemon.url}/v1/events"})

    def start_daemon(self, listen: str) -> None:
        self.daemon = Process("daemon", [str(self.bin / "endcap"), "serve", self.project, "--data", str(self.folder / "data"),
                                         "--listen", listen, "--port-file", str(self.folder / "daemon.port"),
                                         "--clock", f"accelerated={FACTOR}@{START}",
                                         "--system", f"erp={self.sandbox.url}/erp", "--system", f"shop={self.sandbox.url}/shop"],
                              self.folder / "daemon.log", self.folder / "daemon.port", self.env)

    def ask(self, path: str):
        return call("GET", self.daemon.url + path, attempts=200)

    def now(self) -> datetime.datetime:
        return moment(self.ask("/v1/clock")["now"])

    def tell(self, text: str) -> None:
        when = self.now()
        self.told.append((when.isoformat(), text))
        say(f"  {local(when)}  {text}")

    def kill_and_restart(self) -> None:
        port = self.daemon.port
        begin = time.monotonic()
        self.daemon.kill()
        self.start_daemon(f"127.0.0.1:{port}")
        self.kills += 1
        self.tell(f"-- the daemon was killed with -9 and answers again after {time.monotonic() - begin:.1f} s --")

    def stop(self) -> None:
        self.over.set()
        for process in (self.daemon, self.sandbox):
            if process:
                process.stop()


# Who decides in a role, and what they say.
PERSON = {"Merchandiser": "mia", "CategoryManager": "cleo", "FinanceManager": "fay", "ChiefFinance": "carl", "SupplyPlanner": "sam",
          "SupplyDirector": "sid", "StoreOps": "olga", "Procurement": "pia", "ProcurementDirector": "paul", "DataSteward": "dan",
          "PricingAnalyst": "prue", "IntegrationOps": "ivo"}
SAYS = {"category": "it leads the summer", "margin": "thin, and within the plan", "delivery": "it can be done",
        "order": "as planned", "commitment": "as promised", "purchase": "the web shop needs it", "pricing": "within the plan",
        "webshop": "the same price as in the stores", "shift": "taken from the distribution centre", "ending": "it ends as it was planned"}
BOOKS = {"accrued": {"amount": "180000.00", "currency": "AUD"}, "actual": {"amount": "184350.00", "currency": "AUD"},
         "remark": "more coupons than planned"}


# Who answers which task, once how many hours of the story have passed. The stores' prices of P-1 wait for the finance manager in
# vain: only the director to whom the approval escalates answers.
def answers(task: dict, now: datetime.datetime) -> list[tuple[str, str, str]]:
    waited = (now - moment(task["created"])).total_seconds() / 3600
    roles, label = task["roles"], task["label"]
    if task["kind"] == "approvalAgain":
        return [(PERSON[role], "approve", "the cost moved; the price still stands") for role in roles] if waited >= 0.2 else []
    if label == "pricing" and task["key"] == "P-1":
        late = "FinanceDirector" in task.get("escalatedTo", []) and waited >= 5
        return [("dora", "approve", "fay is out; the margin holds")] if late else []
    if waited < 0.5:
        return []
    if task["kind"] == "approval":
        return [(PERSON[role], "approve", SAYS[label]) for role in roles]
    return [(PERSON[roles[0]], "done", "done by hand")] if roles and roles[0] in PERSON else []


def decide(story: Story, task: dict, person: str, decision: str, reason: str) -> None:
    body = {"person": person, "decision": decision, "reason": reason, **({"answers": BOOKS} if task["label"] == "CloseBooks" else {})}
    try:
        call("POST", f"{story.daemon.url}/v1/tasks/{task['task']}/decision", body, attempts=200)
        # What is asked for hundreds of stores stands in the account; here the first of each tells.
        if (told := (person, decision, task["label"])) not in story.seen:
            story.seen.add(told)
            story.tell(f"{person}: {decision} {task['label']} of {task['key']}: {reason}")
    except RuntimeError as error:
        if " 409 " not in str(error):
            story.tell(f"{person} could not decide {task['label']}: {error}")


def people(story: Story) -> None:
    """Looks at the task list again and again and decides what is ripe."""
    decided: set[tuple[int, str]] = set()
    while not story.over.is_set():
        try:
            tasks = story.ask("/v1/tasks?limit=1000")["tasks"]
            now = story.now()
            for task in tasks:
                for person, decision, reason in answers(task, now):
                    if (task["task"], person) in decided:
                        continue
                    decided.add((task["task"], person))
                    decide(story, task, person, decision, reason)
        except (OSError, RuntimeError):
            pass
        story.over.wait(0.02)


def change(story: Story, promotion: str, fields: dict) -> None:
    call("POST", f"{story.sandbox.url}/sandbox/change",
         {"set": "A_RetailPromotion", "key": {"RetailPromotion": promotion}, "fields": fields})


def trouble(story: Story):
    """(when, what it is called, what is done), in order."""
    def day(text: str) -> datetime.datetime:
        return moment(text + ":00+11:00")

    def event(kind: str, data: dict):
        call("POST", f"{story.sandbox.url}/sandbox/events", {"type": kind, "data": data, "source": "erp"})

    def confirm(promotion: str, answer: str, units: str):
        event("retail.supplier.answered", {"RetailPromotion": promotion, "Supplier": "0000100100", "SupplierConfirmation": answer,
                                           "ConfirmedQuantity": units, "BaseUnit": "EA", "ConfirmedDeliveryDate": "2026-11-20"})

    return [
        (day("2026-10-21T09:30"), "the supplier confirms 5400 of the 6000 pieces of P-1, and all of P-2",
         lambda: (confirm("P-1", "P", "5400"), confirm("P-2", "F", "150"))),
        (day("2026-11-26T11:00"), "the landed cost of P-1 rises from 1182.00 to 1202.00: the grant rests on facts that are gone",
         lambda: change(story, "P-1", {"LandedCost": "1202.00"})),
        (day("2026-11-27T10:00"), "marketing moves the launch of P-1 from 1 to 2 December in the ERP",
         lambda: change(story, "P-1", {"ValidityStartDate": "/Date(1796169600000)/"})),
        (day("2026-12-04T15:00"), "the ERP cancels P-2 in flight",
         lambda: event("retail.promotion.cancelled", {"RetailPromotion": "P-2"})),
        (day("2026-12-07T10:00"), "stock of AC-100 falls below the threshold in store 1200",
         lambda: event("retail.stock.below", {"Material": "AC-100", "Plant": "1200"})),
    ]


def writes(story: Story, operation: str) -> int:
    return call("GET", f"{story.sandbox.url}/sandbox/audit")["operations"].get(operation, 0)


def play(story: Story, seconds_max: float) -> None:
    """Starts the promotions and lets the weeks pass."""
    call("POST", f"{story.sandbox.url}/sandbox/faults",
         {"match": {"method": "POST", "path": "A_PriceCondition", "body": '"1300"'}, "fault": "reject", "code": "RecordLocked",
          "message": "condition record is locked by user MIA", "times": 1})
    for key in ("P-1", "P-2"):
        call("POST", f"{story.daemon.url}/v1/instances",
             {"workflow": "NationalPromotion", "arguments": {"promo": key}, "request_id": f"demo-{key}"})
        story.tell(f"{key} starts")
    threading.Thread(target=people, args=(story,), daemon=True).start()
    ahead = trouble(story)
    deadline = time.monotonic() + seconds_max
    reported = time.monotonic()
    over = None  # how many have ended, and since when all of them
    while True:
        if ahead and story.now() >= ahead[0][0]:
            _, what, act = ahead.pop(0)
            story.tell(what)
            act()
        if not story.kills and writes(story, "A_PriceCondition.create") >= 300:
            story.kill_and_restart()
        running = promotions(story)
        if any(one["status"] not in ("finished", "failed") for one in running):
            over = None
        elif over is None or over[0] != len(running):  # what it raised at its end may be about to begin
            over = (len(running), time.monotonic())
        elif time.monotonic() - over[1] > 0.3:
            return
        if time.monotonic() - reported > 4:
            reported = time.monotonic()
            say(f"  {local(story.now())}  ... {writes(story, 'A_PriceCondition.create')} prices written")
        if time.monotonic() > deadline:
            raise RuntimeError("the story did not end in time; still running: " + json.dumps(running)[:2000])
        time.sleep(0.02)


MORNING = "LeftoverPrices"  # what a schedule starts every morning, beside the promotions


def promotions(story: Story) -> list[dict]:
    """Their instances, and the exceptions they raised."""
    return [one for one in story.ask("/v1/instances?limit=1000")["instances"] if not one["workflow"].endswith(MORNING)]


def history(story: Story, instance: int) -> list[dict]:
    entries, start = [], 0
    while True:
        page = story.ask(f"/v1/instances/{instance}/history?from={start}&limit=1000")
        entries += page["entries"]
        if page["next"] is None:
            return entries
        start = page["next"]


TOLD = ("asked", "askedAgain", "escalated", "decided", "void", "granted", "rejected", "expired", "taskOpened", "taskDone", "ending",
        "compensating", "finished", "failed", "suspended")


def told(entries: list[dict]):
    """A line for each thing that people care about; what happens to many elements alike is one line with a count."""
    lines: list[list] = []
    for entry in entries:
        if entry["kind"] not in TOLD:
            continue
        who = entry.get("person") or entry.get("role") or ", ".join(entry.get("roles", []))
        what = entry.get("label") or entry.get("decision") or entry.get("outcome") or entry.get("path", "")
        reason = f": {entry['reason']}" if entry.get("reason") else ""
        body = f"{entry['kind']:<13} {' '.join(filter(None, (who, what)))}{reason}"
        same = next((line for line in lines if line[1] == body and entry.get("element")), None)
        if same:
            same[2] += 1
        else:
            lines.append([local(moment(entry["time"])), body, 1])
    return [(f"{when}  {body}", count) for when, body, count in lines]


def region_of_store(story: Story) -> dict[str, str]:
    rows = call("GET", f"{story.sandbox.url}/sandbox/state?set=A_Store")
    return {row["Plant"]: row["Region"] for row in rows}


def where(story: Story, entries: list[dict]) -> None:
    """What was written where: system, operation, and the regions of the stores."""
    regions = region_of_store(story)
    names = sorted(set(regions.values()))
    table: dict[tuple[str, str], dict[str, int]] = {}
    for entry in entries:
        row = table.setdefault((entry["system"], entry["operation"]), {})
        stores = [entry.get("target", ""), *map(str, (entry.get("payload") or {}).values())]
        place = next((regions[store] for store in stores if store in regions), "-")
        row[place] = row.get(place, 0) + 1
    print("\nWhat was written where\n  " + f"{'system':<7} {'operation':<18} {'all':>5} " + " ".join(f"{name:>4}" for name in names))
    for (system, operation), row in sorted(table.items()):
        print(f"  {system:<7} {operation:<18} {sum(row.values()):>5} " + " ".join(f"{row.get(name, '') or '':>4}" for name in names))


def account(story: Story) -> bool:
    """Prints what happened and holds it against the estate's books. True when everything is as promised."""
    promises: list[tuple[bool, str]] = []
    print("\nThe account\n===========")
    regions = region_of_store(story)
    written: dict[str, str] = {}
    writes_made: list[dict] = []
    for one in sorted(promotions(story), key=lambda i: i["key"]):
        entries = history(story, one["id"])
        kinds: dict[str, int] = {}
        for entry in entries:
            kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
        outcome = one.get("outcome", {}).get("name", one["status"])
        print(f"\n{one['key']}: {outcome}, {local(moment(one['started']))} to {local(moment(one['ended']))}, {len(entries)} entries of history")
        for line, count in told(entries):
            print(f"  {line}" + (f"  (x {count})" if count > 1 else ""))
        for entry in entries:
            if entry["kind"] in ("write", "undo", "notify") and entry["outcome"] == "ok":
                written[entry["key"]] = f"{entry['operation']} {entry.get('target', '')}"
                writes_made.append(entry)
        totals: dict[str, int] = {}
        for entry in entries:
            if entry["kind"] in ("write", "undo") and entry["outcome"] == "ok":
                totals[f"{entry['kind']} {entry['operation']}"] = totals.get(f"{entry['kind']} {entry['operation']}", 0) + 1
        print("  written: " + (", ".join(f"{count} x {name}" for name, count in sorted(totals.items())) or "nothing"))
        if one["key"] == "P-1":
            first = [e for e in entries if e["kind"] == "write" and e["operation"] == "Price.activate"]
            promises.append((one["status"] == "finished", "P-1 finished"))
            promises.append((kinds.get("escalated", 0) >= 1, "the late finance approval escalated"))
            promises.append((kinds.get("askedAgain", 0) >= 1, "the changed cost voided the grant, and it was asked again"))
            promises.append((len([e for e in first if e["outcome"] == "ok"]) == 600, "600 stores have their price, each once"))
            promises.append((any(e["outcome"] == "rejected" for e in first), "the store that was locked failed, and was helped by hand"))
            done = [e for e in first if e["outcome"] == "ok"]
            sydney = [moment(e["time"]) for e in done if regions.get(e.get("element", "")) == "NSW"]
            perth = [moment(e["time"]) for e in done if regions.get(e.get("element", "")) == "WA"]
            late = [when for when in sydney if when >= min(perth)] if perth else sydney
            promises.append((bool(perth) and len(sydney) - len(late) >= len(sydney) - 1,
                             f"Perth stands first in the list and did not hold up Sydney: {len(sydney) - len(late)} of its "
                             f"{len(sydney)} stores had their price before Perth's day began" +
                             ("; the other was locked" if late else "")))
            shown = [moment(e["time"]) for e in entries if e["kind"] == "write" and e["operation"] == "Listing.publish"]
            promises.append((bool(first) and min(moment(e["time"]) for e in first) >= moment("2026-11-29T19:00:00Z") and
                             bool(shown) and min(shown) >= moment("2026-12-01T19:00:00Z"),
                             "the launch moved to 2 December, and with it the day of the prices and the opening of the web shop"))
            committed = [e for e in entries if e["kind"] == "write" and e["operation"] == "Order.commit" and e["outcome"] == "ok"]
            promises.append((len(committed) == 1, "what the supplier promised was committed to, once, by two people"))
            ended = [e for e in entries if e["kind"] == "write" and e["operation"] == "Price.withdraw" and e["outcome"] == "ok"]
            promises.append((len(ended) == 600, "600 stores went back to their own price, each once"))
            promises.append((any(e["kind"] == "write" and e["operation"] == "Transfer.commit" for e in entries),
                             "stock was reallocated with approval"))
        elif one["key"] == "P-2":
            activated = len([e for e in entries if e["kind"] == "write" and e["operation"] == "Price.activate" and e["outcome"] == "ok"])
            withdrawn = len([e for e in entries if e["kind"] == "undo" and e["operation"] == "Price.withdraw" and e["outcome"] == "ok"])
            promises.append((one["status"] == "failed" and activated == withdrawn == 15,
                             f"P-2 was cancelled in flight; {activated} prices written, {withdrawn} taken back"))
        else:  # an exception: it has an owner, a deadline and an end
            promises.append((one["status"] == "finished" and kinds.get("taskDone", 0) >= 1 and not totals,
                             f"{one['key']} raised an exception; its owner ended it as {outcome}, and nothing was written for it"))

    schedule = story.ask("/v1/schedules")["schedules"][0]  # first: the clock goes on
    mornings = [one["key"] for one in story.ask(f"/v1/instances?workflow={MORNING}&limit=1000")["instances"]]
    days = [str(datetime.date(2026, 10, 20) + datetime.timedelta(days=day)) for day in range(len(mornings))]
    promises.append((sorted(mornings) == days and 20 <= schedule["started"] <= len(days) and schedule["missed"] == 0,
                     f"each of the {len(days)} mornings somebody looked for prices that were left over, once"))

    audit = call("GET", f"{story.sandbox.url}/sandbox/audit")
    keyed = {key: slot for key, slot in audit["keys"].items() if slot["effects"] or slot["duplicates"]}
    books = {key for key, slot in keyed.items() if slot["effects"] == 1}
    where(story, writes_made)
    print(f"\nThe estate's ledger: {audit['effects']} effects, {audit['duplicates']} repeated attempts that changed nothing")
    promises.append((story.kills == 1, "the daemon was killed with -9 in the middle of the launch"))
    promises.append((not audit["twice"], "no key took effect twice"))
    promises.append((books == set(written) and audit["effects"] == len(written),
                     f"each of the {len(written)} writes of the account stands in the ledger once, and the ledger holds nothing else"))
    print("\nThe promises")
    for kept, what in promises:
        print(f"  {'kept  ' if kept else 'BROKEN'}  {what}")
    return all(kept for kept, _ in promises)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="folder with endcap and endcap-sandbox")
    parser.add_argument("--project", required=True, help="folder of the shipped workflows")
    parser.add_argument("--seconds", type=float, default=240, help="give up after this long")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endcap-demo-") as folder:
        story = None
        begin = time.monotonic()
        try:
            say("demo: a retail estate and the daemon start; nine weeks pass")
            story = Story(options, pathlib.Path(folder))
            play(story, options.seconds)
            kept = account(story)
            print(f"\nNine weeks took {time.monotonic() - begin:.0f} s.")
            return 0 if kept else 1
        except (RuntimeError, OSError) as error:
            say(f"demo: {error}")
            log = pathlib.Path(folder) / "daemon.log"
            if log.exists():
                say(f"the daemon's last words:\n{log.read_text()[-3000:]}")
            return 3
        finally:
            if story:
                story.stop()


if __name__ == "__main__":
    sys.exit(main())
