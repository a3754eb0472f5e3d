"""A deploy, as an operator does it: the daemon of the old project is stopped, and the new one is started on the same data."""

import json
import pathlib
import shutil
import signal
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import world  # noqa: E402

SLOW = 10            # a minute of the test is ten minutes: no deadline passes by itself
BEGIN = "2026-11-22T22:00:00Z"

HEAD = """module retail.deploy

use retail.estate
use calendar au.trading
use system erp
"""
POLICIES = """
policy Free governs Price.activate, Price.withdraw for (promo: Promotion) {
  | permit            when promo.price > AUD 0.00
  | forbid "no price" when promo.price <= AUD 0.00
}

policy Gate governs Listing.publish, Listing.withdraw for (promo: Promotion) {
  | approval by FinanceManager otherwise
}
"""
# Declarations that have nothing to do with the workflow, in front of it: every number in the program is another one.
SHIFT = """
role Auditor
record Extra { note: Text(20), count: Int }
enum Mood { good, bad }
view Area of erp.A_Store key id { id: StoreId = Plant  city: Text(40) = CityName required }
system erp {
  event AreaClosed(store: StoreId = Plant) type "retail.area.closed"
  operation Area.stock(store: StoreId, article: ArticleId) -> StockPosition is read {
    get A_MaterialStock(Plant: store, Material: article)
  }
}
policy First governs Transfer.commit, Transfer.cancel for (to: StoreId) { | approval by Auditor otherwise }
workflow Aardvark(id: StoreId) key id version 1 {
  let area = read Area(id)
  task Feed(id: area.city) to Auditor within 1 day { on expired { then continue } }
  finish Fed(id)
}
"""

PRICES = """
    let prices = propose for each store in stores {
      Price.activate(promo, store) undo Price.withdraw(promo, store)
    }
    approve prices under Free as pricing valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours
      on rejected, expired { fail Refused(promo.id) and compensate }
      on changed           { then ask again }
    }
"""
LISTING = """
    let listing = propose Listing.publish(promo) undo Listing.withdraw(promo)
    approve listing under Gate as online valid until promo.end at 23:59 zone "Australia/Sydney" {
      within 8 business hours
      on rejected, expired { fail Refused(promo.id) and compensate }
      on changed           { then ask again }
    }
"""


def task(name: str, more: str = "promotion: promo.id", role: str = "StoreOps") -> str:
    return f"    task {name}({more}) to {role} within 5 business days {{ on expired {{ then continue }} }}\n"


def flow(body: str, version: int = 1, declarations: str = "", policies: str = POLICIES) -> str:
    return (f"{HEAD}{declarations}{policies}\nworkflow Flow(promo: Promotion) key promo.id version {version} {{\n{body}\n"
            "  finish Ended(promo.id)\n}\n")


class Deployment:
    """One data folder, one project folder, at most one daemon; the estate is everyone's."""

    def __init__(self, around: world.World, name: str):
        self.world = around
        self.folder = around.folder / name
        self.project = self.folder / "project"
        self.data = self.folder / "data"
        shutil.copytree(around.project, self.project)
        (self.project / "small.endcap").unlink()
        config = self.project / "endcap.toml"
        config.write_text(config.read_text().replace('[calendars."', 'Auditor         = ["ada"]\n\n[calendars."', 1))
        self.daemon: world.Process | None = None
        self.port = 0
        self.events = 0
        self.source = ""
        self.pairs: list[tuple[str, str]] = []  # what was deployed over what, for the first time
        self.ledger = max((entry["sequence"] for entry in around.sandbox("GET", "/ledger")["entries"]), default=0)

    # --- the project and its daemon

    def write(self, source: str) -> None:
        """A project that is about to be deployed over the one that was served last."""
        if self.source and source != self.source and (self.source, source) not in self.pairs:
            self.pairs.append((self.source, source))
        (self.project / "deploy.endcap").write_text(source)

    def command(self, factor: float) -> list:
        return [self.world.binaries / "endcap", "serve", self.project, "--data", self.data, "--listen", "127.0.0.1:0", "--interpreter",
                "--clock", f"accelerated={factor}@{BEGIN}", "--system", f"erp=http://127.0.0.1:{self.world.estate_port}/erp",
                "--system", f"shop=http://127.0.0.1:{self.world.estate_port}/shop"]

    def serve(self, source: str, factor: float = SLOW) -> None:
        self.stop()
        self.write(source)
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.daemon = world.Process([*self.command(factor), "--port-file", port_file], self.folder / "log")
        self.port = self.daemon.wait_for_port(port_file)
        self.source = source

    def stop(self) -> None:
        if self.daemon and self.daemon.alive():
            self.daemon.process.send_signal(signal.SIGTERM)
            self.daemon.ended()
        self.daemon = None

    def kill(self) -> None:
        self.daemon.kill()
        self.daemon = None

    def refused(self, source: str) -> tuple[int, str]:
        """What a daemon says that does not start."""
        self.stop()
        self.write(source)
        log = self.folder / "refused.log"
        log.unlink(missing_ok=True)
        process = world.Process(self.command(SLOW), log)
        try:
            return process.ended(), process.text()
        finally:
            process.kill()

    # --- what happens in it

    def api(self, method: str, path: str, body=None):
        return world.call(self.port, method, path, body)

    def until(self, what: str, condition, seconds: float = 30):
        self.world.daemon = self.daemon
        try:
            return self.world.until(what, condition, seconds)
        finally:
            self.world.daemon = None

    def start(self, promotion: str) -> None:
        self.api("POST", "/v1/instances", {"workflow": "Flow", "arguments": {"promo.id": promotion}})

    def show(self, promotion: str):
        return self.api("GET", f"/v1/instances/Flow/{promotion}")

    def waits(self, promotion: str) -> dict[str, int]:
        """Wait points, and how many stand there."""
        found: dict[str, int] = {}
        for wait in self.show(promotion)["waits"]:
            found[wait["path"]] = found.get(wait["path"], 0) + 1
        return found

    def stands(self, promotion: str, wanted: dict[str, int]) -> None:
        try:
            self.until(f"{promotion} at {wanted}", lambda: self.waits(promotion) == wanted, 8)
        except AssertionError as error:
            raise AssertionError(f"{error}\nit stands at {self.waits(promotion)}: {self.show(promotion)}") from None

    def tasks(self, promotion: str, **more) -> list:
        query = "&".join(f"{name}={value}" for name, value in more.items())
        return self.api("GET", f"/v1/tasks?key={promotion}&{query}")["tasks"]

    def decide(self, promotion: str, person: str, decision: str = "done", count: int = 1) -> None:
        tasks = self.until(f"{count} tasks for {person}", lambda: (lambda t: t if len(t) == count else None)(
            self.tasks(promotion, person=person)))
        for each in tasks:
            self.api("POST", f"/v1/tasks/{each['task']}/decision", {"person": person, "decision": decision})

    def event(self, kind: str, **data) -> None:
        self.events += 1
        body = {"specversion": "1.0", "id": f"{self.folder.name}-{self.events}", "source": "test", "type": f"retail.{kind}", "data": data}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/events", json.dumps(body).encode(),
                                         {"Content-Type": "application/cloudevents+json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 202

    def ended(self, promotion: str, outcome: str = "Ended", status: str = "finished"):
        shown = self.until(f"{promotion} ends", lambda: (lambda s: s if s["status"] in ("finished", "failed") else None)(
            self.show(promotion)))
        assert (shown["status"], shown["outcome"]["name"]) == (status, outcome), shown
        return shown

    def history(self, promotion: str, kind: str) -> list:
        entries = self.api("GET", f"/v1/instances/Flow/{promotion}/history?limit=1000")["entries"]
        return [entry for entry in entries if entry["kind"] == kind]

    def effects(self) -> dict[str, int]:
        """What happened in the systems since the test began, and how often."""
        found: dict[str, int] = {}
        for entry in self.world.sandbox("GET", f"/ledger?after={self.ledger}")["entries"]:
            if not entry["duplicate"]:
                found[entry["operation"]] = found.get(entry["operation"], 0) + 1
        return found
