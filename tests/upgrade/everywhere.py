"""A pair of versions, and an instance at every wait point of the old one: one daemon of the old version with all of them, one deploy,
and all of them finished under the new version. When the deploy is refused because of where some stand, all are finished under the old
one, and it is tried again with those who had a place to go.
"""

import collections
import itertools
import json
import re
import subprocess
import time

from deploy import SLOW, Deployment, world

LIMIT = 8
STILL = 0.03  # seconds in which nothing moves
CALLS = ("read", "ask", "notify", "write")  # wait points that wait for another system
PEOPLE = ("olga", "fay", "ada", "sam")  # of the roles that are asked here
KEYS = itertools.count(300)      # no promotion is used twice: what is written for it is written under a key of its own
STORES = itertools.count(1200)

# Where an instance can't be held, and why. What is said of a kind holds for its points in every pair.
MOMENTS = {
    "start": "what is passed is all there is of it: the next point follows in the same step",
    "ask again": "permitted again at once, or its policy looks at no fact that could change",
}
SCOPES = {"throughout", "due"}   # nobody waits there alone: open beside every wait point of their scope
AROUND = {"for each", "together", "run", "sweep"}  # who waits for what runs in it stands there too


def permitted(source: str, point: dict) -> bool:
    """An approval that nobody is asked for: the policy permits what all promotions here are."""
    names = {grant["policy"] for grant in point.get("grants", []) if grant["name"] == point["path"].split(".")[-1]}
    return bool(names) and all(re.search(rf"policy {name} governs[^}}]*\| permit", source) for name in names)


# How a call is held: requests that look so are answered with 503.
CALLS = [("read navigation", "", "GET", "/to_"), ("", "Promotion", "GET", "A_RetailPromotion"), ("", "Store", "GET", "A_Store"),
         ("", "Shop", "GET", "A_Store"), ("", "Area", "GET", "A_Store"), ("", "Stock", "GET", "A_MaterialStock"),
         ("write", "Price.activate", "POST", "A_PriceCondition"), ("write", "Note.price", "POST", "A_PriceCondition"),
         ("write", "Listing.publish", "", "Listings"), ("notify", "Listing.showComingSoon", "", "Listings")]


def call_of(point: dict) -> dict | None:
    if point["kind"] not in ("read view", "read navigation", "read operation", "write", "notify"):
        return None
    operation = point["path"].split("write.")[-1] if point["kind"] == "write" else point["call"]["operation"].removeprefix("retail.deploy.")
    operation = operation.removeprefix("retail.estate.")
    for kind, name, method, path in CALLS:
        if kind in ("", point["kind"]) and name in ("", operation):
            return {"method": method, "path": path}
    raise AssertionError(f"no way is known to hold {point['path']} ({operation})")


TOLD: collections.Counter = collections.Counter()  # of all pairs: what became of their wait points


def moves(wait: dict, tasks: list) -> bool:
    """By itself, and soon: no person, no moment and no other try is waited for."""
    if wait["waitsFor"] in ("approval", "approvalAgain"):
        return wait.get("task") not in [task["task"] for task in tasks]  # its facts are being read
    return wait["waitsFor"] in CALLS and wait.get("stage") not in ("backoff", "person")


class Stuck(Exception):
    pass


class Everywhere:
    def __init__(self, around: world.World, name: str, old: str, new: str, differs: dict | None = None, nowhere: dict | None = None,
                 factor: float = SLOW):
        """`differs`: wait point -> what tasks after it are given that the new version alone would not give them: values by argument, or
        the arguments whose values are the old version's. `nowhere`: wait point -> why no instance can stand there."""
        self.world, self.name, self.old, self.new, self.factor = around, name, old, new, factor
        self.differs, self.nowhere = differs or {}, nowhere or {}
        self.stranded: dict[str, str] = {}  # wait point -> the line of the refusal that names it
        self.again()

    def again(self) -> None:
        self.it = Deployment(self.world, f"{self.name}-{len(self.stranded)}")
        self.covered: dict[str, str] = dict(self.stranded)

    # --- one instance, and what people do about it

    def points(self, source: str) -> dict[str, list[dict]]:
        self.it.write(source)
        done = subprocess.run([self.world.binaries / "endcap", "signature", self.it.project], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        self.workflows = {each["workflow"].split(".")[-1]: each for each in json.loads(done.stdout)["workflows"]}
        return {name: each["points"] for name, each in self.workflows.items()}

    def begin(self, workflow: str) -> tuple[str, str]:
        parameters = [each["name"] for each in self.workflows[workflow]["parameters"]]
        number = next(KEYS)
        given = {"promo.id": f"S-{number:04}", "day": f"{2030 + number // 300}-{number % 12 + 1:02}-{number // 12 % 25 + 1:02}",
                 "id": str(next(STORES)) if "id" in parameters else "", "store.id": "1001"}
        arguments = {name: given[name] for name in parameters}
        self.start(workflow, arguments)
        self.arguments[(workflow, arguments[parameters[0]])] = arguments
        return workflow, arguments[parameters[0]]

    def start(self, workflow: str, arguments: dict) -> None:
        self.it.api("POST", "/v1/instances", {"workflow": workflow, "arguments": arguments})

    def show(self, who: tuple[str, str]) -> dict:
        return self.it.api("GET", f"/v1/instances/{who[0]}/{who[1]}")

    def tasks(self, who: tuple[str, str]) -> list[dict]:
        instances = {wait["instance"] for wait in self.show(who)["waits"]}
        return [task for task in self.it.api("GET", f"/v1/tasks?key={who[1]}&limit=100")["tasks"] if task["instance"] in instances]

    def settle(self, task: dict) -> None:
        answers = {}
        for field in task.get("form", []) if task["kind"] == "task" else []:
            if "prefilled" not in field:
                answers[field["name"]] = True if field["type"] == "Bool" else {"amount": "3", "unit": "ea"}
        for person in PEOPLE:
            body = {"person": person, "decision": "approve" if task["kind"] == "approval" else "done"}
            try:
                self.it.api("POST", f"/v1/tasks/{task['task']}/decision", body | ({"answers": answers} if answers else {}))
                return
            except world.Refused as refused:
                reason = refused
        raise Stuck(f"{task['path']}: {reason}")

    def happen(self, who: tuple[str, str], path: str) -> bool:
        """What is waited for and is nobody's task comes about."""
        if path.endswith("event.StockBelow"):
            article = self.world.sandbox("GET", "/state?set=A_RetailPromotion")
            mine = next(row for row in article if row["RetailPromotion"] == who[1])
            self.it.event("stock.below", Material=mine["Product"], Plant="1001")
        elif path.endswith(".wait"):
            self.it.event("promotion.rescheduled", RetailPromotion=who[1], ValidityStartDate="2026-11-20")
        else:
            return False
        return True

    def drive(self, who: tuple[str, str], target: str = "", held: bool = False) -> list:
        """Until it stands at the target, or has ended. What its people were shown on the way."""
        seen, sent, decided, deadline = [], set(), set(), time.monotonic() + LIMIT
        # Elements side by side: a call that is to be held comes before what others are asked, if it comes without an answer at all.
        patient = time.monotonic() + (0.4 if held and "[" in target else 0)
        stood, still = None, time.monotonic()
        while True:
            shown = self.show(who)
            if target and any(wait["path"] == target and (not held or wait.get("stage") == "backoff") for wait in shown["waits"]):
                return seen
            if shown["status"] in ("finished", "failed"):
                if target:
                    raise Stuck(f"{who} ended without having stood at {target}: {shown['outcome']['name']}")
                return seen
            if time.monotonic() > deadline:
                raise Stuck(f"{who} stays at {[(w['path'], w.get('stage')) for w in shown['waits']]}, and not at {target or 'its end'}")
            # People say nothing while others of its elements are on their way, or it would depend on who is faster what is still done.
            tasks = self.tasks(who)
            if shown["waits"] != stood or any(moves(wait, tasks) for wait in shown["waits"]):
                stood, still = shown["waits"], time.monotonic()
            if not target and time.monotonic() < still + STILL:
                time.sleep(0.005)
                continue
            acted = False
            if shown["status"] == "suspended" and "resumed" not in sent and not target:
                sent.add("resumed")
                self.it.api("POST", f"/v1/instances/{shown['id']}/resume", {"person": "olga", "reason": "it is mended"})
            for task in tasks:
                if task["task"] in decided or task["path"] == target or ("[" in task["path"] and time.monotonic() < patient):
                    continue
                decided.add(task["task"])
                seen.append((task["task"], task["path"], task.get("arguments") if task["kind"] == "task" else "asked"))
                self.settle(task)
                acted = True
                break
            if not acted:
                for wait in shown["waits"]:
                    if (wait["waitsFor"], wait["path"]) not in sent and wait["waitsFor"] in ("event", "until", "time", "moment", "timer"):
                        sent.add((wait["waitsFor"], wait["path"]))
                        acted = self.happen(who, wait["path"]) or acted
            if not acted:
                time.sleep(0.005)

    def written(self, who: tuple[str, str]) -> list[str]:
        entries = self.it.api("GET", f"/v1/instances/{who[0]}/{who[1]}/history?limit=1000")["entries"]
        return sorted(str(entry.get("target", entry.get("operation", entry))) for entry in entries if entry["kind"] == "write")

    def result(self, who: tuple[str, str]) -> tuple:
        shown = self.show(who)
        return shown["status"], shown["outcome"], self.written(who)

    # --- all of them

    def park(self) -> None:
        """At every wait point an instance; what waits for nobody first, then the calls, the last ones first."""
        self.arguments: dict = {}
        self.parked: dict[tuple[str, str], dict] = {}
        points = self.points(self.old)
        self.it.serve(self.old, self.factor)
        calls, scoped, around, whole = [], [], [], []
        self.alone = {}
        for workflow, all_of in points.items():
            for point in all_of:
                name = f"{workflow} {point['path']}"
                if name in self.stranded and not call_of(point):
                    continue
                if point["kind"] in MOMENTS or name in self.nowhere:
                    self.covered[name] = MOMENTS.get(point["kind"]) or self.nowhere[name]
                elif point["kind"] == "approve" and permitted(self.old, point):
                    self.covered[name] = "nobody is asked: the policy permits it"
                elif point["kind"] in SCOPES:
                    scoped.append((name, point))
                elif point["kind"] in AROUND and not any(each.startswith(name.removesuffix(".sweep") + "[") for each in self.nowhere):
                    around.append((workflow, point))
                elif call_of(point):
                    calls.append((workflow, point))
                else:
                    whole.append((workflow, point))
        for workflow, point in whole + calls:
            if f"{workflow} {point['path']}" not in self.stranded and isinstance(self.differs.get(point["path"]), set):
                who = self.begin(workflow)
                self.alone[point["path"]] = who, {path: arguments for _, path, arguments in self.drive(who)}
        for workflow, point in whole:
            self.stand(workflow, point)
        before = collections.Counter()
        order = []
        lines = {f"{workflow} {point['path']}": point["line"] for workflow, each in points.items() for point in each if point["kind"] == "run"}

        def place(each):
            workflow, point = each
            run = re.match(r".*run\.\w+", point["path"])
            return not point["path"].startswith("start."), lines.get(f"{workflow} {run[0]}" if run else "", point["line"]), point["line"]

        for workflow, point in sorted(calls, key=place):
            match = call_of(point)
            same = (workflow, json.dumps(match))
            order.append((workflow, point, match, before[same]))
            before[same] += 0 if "[" in point["path"] else 1
        for workflow, point, match, skip in reversed(order):
            if f"{workflow} {point['path']}" in self.stranded:
                continue
            if skip and match["method"] == "POST":  # not by counting: the first one may be sent twice, for a token
                match, skip = match | {"body": str(1001 + skip)}, 0
            self.world.sandbox("POST", "/faults", {"match": match, "fault": "status", "times": 0, "skip": skip})
            self.stand(workflow, point, held=True)
        for workflow, point in around:
            if any(who[0] == workflow and point["path"] in self.where(who) for who in self.parked):
                self.covered[f"{workflow} {point['path']}"] = "around those who are parked in it"
            elif self.stranded:
                self.covered[f"{workflow} {point['path']}"] = "was around those that had no place to go"
        for name, point in scoped:  # open while any of the others stands in it
            scope = point["path"].rpartition(".")[0]
            inside = [each for who, each in self.parked.items() if who[0] == name.split()[0] and each["path"].startswith(scope)]
            if inside:
                self.covered[name] = f"open beside {inside[0]['path']}"
            elif self.stranded:
                self.covered[name] = "was open beside those that had no place to go"
        missing = {f"{workflow} {point['path']}" for workflow, each in points.items() for point in each} - set(self.covered)
        assert not missing, f"nobody is parked at {sorted(missing)}"
        self.wrote = {who: collections.Counter(self.written(who)) for who in self.parked}
        for who, point in self.parked.items():  # and they all still stand there
            assert point["path"] in self.where(who), (who, point["path"], self.show(who)["waits"])
        self.asked = {task["task"]: task.get("arguments") for who in self.parked for task in self.tasks(who) if task["kind"] == "task"}

    def where(self, who: tuple[str, str]) -> set[str]:
        return {wait["path"] for wait in self.show(who)["waits"]}

    def stand(self, workflow: str, point: dict, held: bool = False) -> None:
        if point["path"] in self.alone:
            who = self.alone[point["path"]][0]
            self.start(who[0], self.arguments[who])
        else:
            who = self.begin(workflow)
        if "throughout." in point["path"] or ".late." in point["path"]:  # comes beside what people are asked
            self.drive(who, [each["path"] for each in self.workflows[workflow]["points"] if each["kind"] == "task"
                             and "throughout." not in each["path"] and ".late." not in each["path"]][0])
            if "throughout." in point["path"]:
                self.happen(who, "event.StockBelow")
            self.it.until(point["path"], lambda: point["path"] in self.where(who), 12)
        else:
            self.drive(who, point["path"], held)
        self.parked[who] = point
        self.covered[f"{workflow} {point['path']}"] = "parked"

    def deploy(self) -> bool:
        """To the new version. Whoever it has no place for is named in the refusal, and the old version goes on with everyone."""
        self.it.stop()
        self.world.sandbox("DELETE", "/faults")
        try:
            self.it.serve(self.new, self.factor)
            return True
        except AssertionError:
            log = (self.it.folder / "log").read_text()
            if "Nothing was changed" not in log:
                raise
        named = {(name, path): line for line, name, path in
                 re.findall(r"(retail\.deploy\.(\w+) version \d+, (.+?): \d+ stands? there and could not go on\n +\S[^\n]+)", log)}
        assert named, log[-3000:]
        known = set(self.stranded)
        self.it.serve(self.old, self.factor)
        for who, point in self.parked.items():
            for path in self.standing[who] | {point["path"]}:
                if (who[0], path) in named:
                    self.stranded[f"{who[0]} {path}"] = named[who[0], path]
                    self.stranded[f"{who[0]} {point['path']}"] = named[who[0], path]
        if not self.stranded.keys() - known:  # what they have written is what it has no place for
            for who, point in self.parked.items():
                if self.wrote[who]:
                    self.stranded[f"{who[0]} {point['path']}"] = next(iter(named.values()))
        for who in self.parked:
            self.drive(who)
        return False

    def finish(self) -> None:
        """Everyone ends as an instance ends that the new version started, and shows its people what that one shows them."""
        wrong = []
        for who, point in self.parked.items():
            seen = self.drive(who)
            shown, written = self.show(who), collections.Counter(self.written(who))
            self.start(who[0], self.arguments[who])
            control = self.drive(who)
            left = collections.Counter(self.told(point, *each[1:]) for each in control)
            for task, path, arguments in seen:
                if task in self.asked:  # it is as it was asked
                    if arguments != self.asked[task]:
                        wrong.append(f"at {point['path']}: {path} has {arguments}, and had {self.asked[task]}")
                    continue
                text = json.dumps((path, arguments), sort_keys=True)
                left[text] -= 1
                if left[text] < 0:
                    wrong.append(f"at {point['path']}: {text}, and by the new version alone {control}")
            other, others = self.show(who), collections.Counter(self.written(who))
            if (shown["status"], shown["outcome"]) != (other["status"], other["outcome"]):
                wrong.append(f"at {point['path']}: {shown['outcome']}, and by the new version alone {other['outcome']}")
            if others - written or (written - others) - self.wrote[who]:  # once, but for what the new version would not write at all
                wrong.append(f"at {point['path']}: written {written}, and by the new version alone {others}")
        assert not wrong, "\n".join(wrong)

    def told(self, point: dict, path: str, arguments) -> str:
        values = self.differs.get(point["path"], {})
        if isinstance(values, set):
            values = {name: value for name, value in (self.alone[point["path"]][1].get(path) or {}).items() if name in values}
        if isinstance(arguments, dict):
            arguments = {name: values.get(name, value) for name, value in arguments.items()}
        return json.dumps((path, arguments), sort_keys=True)

    def run(self) -> None:
        try:
            for _ in range(4):
                self.park()
                self.standing = {who: self.where(who) for who in self.parked}
                before = len(self.stranded)
                if self.deploy():
                    self.finish()
                    TOLD["pairs"] += 1
                    for name, how in self.covered.items():
                        TOLD["refused" if name in self.stranded else how.split(" beside ")[0]] += 1
                    return
                assert len(self.stranded) > before, f"refused, and of nobody who stands anywhere: {self.stranded}"
                self.it.stop()
                self.again()
            raise AssertionError(f"refused over and over: {self.stranded}")
        finally:
            self.it.stop()
            self.world.sandbox("DELETE", "/faults")
