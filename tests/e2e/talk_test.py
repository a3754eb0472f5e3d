#!/usr/bin/env python3
"""`endcap run` and the commands that talk to a daemon, against the estate: what they print and their exit codes."""

import json
import os
import subprocess

import world

CLEAN, FINDINGS, USAGE, UNREACHABLE, DENIED, CONFLICT = 0, 1, 2, 4, 5, 6


class Terminal:
    """A person's shell beside the estate."""

    def __init__(self, estate: world.World):
        self.estate = estate

    def __call__(self, *words, expect: int = CLEAN):
        environment = {**os.environ, "ENDCAP_ERP_PASSWORD": world.PASSWORD, "ENDCAP_SERVER": f"http://127.0.0.1:{self.estate.port}"}
        done = subprocess.run([self.estate.binaries / "endcap", *map(str, words)], capture_output=True, text=True, timeout=300,
                              env=environment)
        assert done.returncode == expect, f"{words}: exit code {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}"
        return done

    def run(self, decisions: str, *more, workflow: str = "NationalPromotion", promotion: str = "P-2", shape: str = "json",
            expect: int = CLEAN):
        port = self.estate.estate_port
        return self("run", world.SHIPPED, workflow, "--arguments", json.dumps({"promo": promotion}), "--decisions", decisions,
                    "--start", "2026-10-18T22:00:00Z", "--system", f"erp=http://127.0.0.1:{port}/erp", "--system",
                    f"shop=http://127.0.0.1:{port}/shop", "--advisor", f"UpliftModel=http://127.0.0.1:{port}/models/uplift", "--format",
                    shape, *more, expect=expect)


def two_weeks_in_seconds(estate: world.World) -> None:
    """The example of `endcap run --help`, with each way to decide, native and interpreted."""
    estate.start_estate()
    terminal = Terminal(estate)

    def outcome(done) -> str:
        return json.loads(done.stdout)["instance"]["outcome"]["name"]

    native = terminal.run("approve")
    assert outcome(native) == "NotReconciled", native.stdout[-2000:]
    estate.estate.kill()  # an estate that holds the prices of the first run already would rightly be told so
    estate.start_estate()
    interpreted = terminal.run("approve", "--interpreter")
    assert outcome(interpreted) == "NotReconciled"
    kinds = [[entry["kind"] for entry in json.loads(done.stdout)["history"]] for done in (native, interpreted)]
    assert sorted(kinds[0]) == sorted(kinds[1]), "native code and the interpreter did not do the same"
    assert outcome(terminal.run("reject", expect=FINDINGS)) == "Stopped"
    assert outcome(terminal.run("none", expect=FINDINGS)) == "Stopped"
    assert "Stopped" in terminal.run("reject", shape="short", expect=FINDINGS).stdout
    assert "rejected" in terminal.run("reject", shape="human", expect=FINDINGS).stdout
    terminal.run("approve", promotion="P-404", expect=FINDINGS)
    terminal("run", world.SHIPPED, "Nationalpromotion", "--system", f"erp=http://127.0.0.1:{estate.estate_port}/erp", expect=USAGE)


def a_daemon_and_a_person(estate: world.World) -> None:
    """Start, look, decide, tell of events: each command as a person uses it, and each refusal with its own exit code."""
    terminal = Terminal(estate)
    estate.port = world.free_port()
    unreachable = terminal("list", expect=UNREACHABLE)
    assert "endcap serve" in unreachable.stderr or "127.0.0.1" in unreachable.stderr, unreachable.stderr
    estate.start_estate("--small-promotions", 3)
    estate.start_daemon()

    def start(key: str, *more, expect: int = CLEAN):
        return terminal("start", "SmallPromotion", "--arguments", json.dumps({"promo": key}), *more, expect=expect)

    number = start("S-0001", "--request-id", "one").stdout.strip()
    assert start("S-0001", "--request-id", "one").stdout.strip() == number, "the same request is answered with the same instance"
    assert "runs already" in start("S-0001", expect=CONFLICT).stderr
    assert start("S-0002", "--request-id", "one").returncode == CLEAN, "a request id belongs to its key"
    terminal("start", "SmallPromotio", expect=USAGE)
    terminal("start", "SmallPromotion", "--arguments", "{", expect=USAGE)

    open_tasks = estate.until("both wait for olga", lambda: [t for t in [terminal("tasks", "--format", "short").stdout.splitlines()] if len(t) == 2])[0]
    task = open_tasks[0].split()[0]
    assert "Confirm" in terminal("tasks", "--person", "olga").stdout
    assert "no tasks" in terminal("tasks", "--person", "fay").stdout
    page = terminal("tasks", "--limit", 1)
    assert f"--after {task}" in page.stderr, page.stderr
    assert open_tasks[1].split()[0] in terminal("tasks", "--after", task).stdout
    for wrong in (("list", "--status", "bogus"), ("list", "--workflow", "Nope"), ("tasks", "--role", "Nope")):
        assert "there are" in terminal(*wrong, expect=USAGE).stderr, wrong

    assert "no approval" in terminal("lines", task, expect=USAGE).stderr
    assert "no approval" in terminal("decide", task, "done", "--person", "olga", "--except", "1003", expect=USAGE).stderr
    assert "StoreOps" in terminal("decide", task, "done", "--person", "mia", expect=DENIED).stderr
    assert "not approved" in terminal("decide", task, "approve", "--person", "olga", expect=USAGE).stderr
    assert "done" in terminal("decide", task, "done", "--person", "olga", "--reason", "seen").stdout
    assert "already" in terminal("decide", task, "done", "--person", "olga", expect=CONFLICT).stderr
    estate.until("it finishes", lambda: "finished" in terminal("show", "SmallPromotion", "S-0001", "--format", "short").stdout)
    shown = terminal("show", number).stdout
    assert "Activated" in shown and "finished" in shown, shown
    assert "taskDone" in terminal("history", "SmallPromotion", "S-0001").stdout
    assert "running" in terminal("list", "--status", "running").stdout
    assert "no instances" in terminal("list", "--status", "failed").stdout
    terminal("show", "SmallPromotion", "S-0404", expect=USAGE)
    assert "no schedules" in terminal("schedules").stdout
    terminal("held", "Nobody", expect=USAGE)
    terminal("held", "12345", expect=USAGE)
    terminal("held", "12345", "resend", expect=USAGE)
    terminal("held", "CountsOnline", "drop", "--by", "olga", expect=USAGE)

    event = ("event", "retail.promotion.cancelled", "--id", "c-1", "--data", '{"RetailPromotion": "S-0002"}')
    assert "was taken" in terminal(*event).stdout
    assert "nothing changed" in terminal(*event).stdout
    terminal("event", "retail.unknown", "--id", "c-2", expect=USAGE)


def an_erp_that_is_away(estate: world.World) -> None:
    """`show` says which system does not answer, and that it is tried again."""
    estate.start_estate("--small-promotions", 1)
    estate.start_daemon()
    terminal = Terminal(estate)
    estate.estate.kill()
    terminal("start", "SmallPromotion", "--arguments", '{"promo": "S-0001"}')
    shown = estate.until("show says why", lambda: [s for s in [terminal("show", "SmallPromotion", "S-0001").stdout] if "attempt" in s])[0]
    assert "erp can't be reached" in shown and "tried again by itself" in shown, shown


def a_model_that_is_asked(estate: world.World) -> None:
    """A model's forecasts become transfers that a planner approves; unsure, wrong, broken or away, the ERP's own forecast counts."""
    estate.start_estate()
    terminal = Terminal(estate)

    def run(*more) -> tuple[dict, int]:
        ran = json.loads(terminal.run("approve", *more, workflow="PromotionOutlook").stdout)
        assert ran["instance"]["outcome"]["name"] == "Covered", ran["instance"]
        told = [entry for entry in ran["history"] if entry["kind"] == "advice"]
        assert len(told) == 1, told
        return told[0], sum(entry["kind"] == "write" for entry in ran["history"])

    answered, moved = run()
    assert answered["outcome"] == "answered" and (answered["model"], answered["confidence"]) == ("uplift", "0.90"), answered
    assert moved > 0, "a promotion sells more than an ordinary week"
    assert run("--interpreter")[0]["inputHash"] == answered["inputHash"], "the same question, native and interpreted"

    def alternative(because: str, *more) -> None:
        told, transfers = run(*more)
        assert told["outcome"] == "alternative" and because in told["because"], told
        assert transfers < moved, "the ordinary forecast asks for fewer"

    estate.sandbox("POST", "/models", {"confidence": "0.40"})
    alternative("its confidence 0.40 is below 60%")
    estate.sandbox("POST", "/models", {"confidence": "0.90", "age_seconds": 90000})
    alternative("its answer is 1 day 1 h old")
    estate.sandbox("POST", "/models", {"age_seconds": 0})
    estate.sandbox("POST", "/faults", {"match": {"path": "/models"}, "fault": "garbage", "times": 1})
    alternative("no valid answer: not JSON")
    estate.sandbox("POST", "/faults", {"match": {"path": "/models"}, "fault": "status", "status": 503, "times": 3})
    alternative("unavailable: UpliftModel answered 503")
    alternative("unavailable: ", "--advisor", "UpliftModel=http://127.0.0.1:1/")
    estate.sandbox("POST", "/faults", {"match": {"path": "/models"}, "fault": "drop_before_commit", "times": 1})
    assert run()[0]["attempt"] == 2, "a lost connection is asked again"
    terminal.run("approve", "--advisor", "Upliftmodel=http://127.0.0.1:1/", workflow="PromotionOutlook", expect=USAGE)


if __name__ == "__main__":
    world.run_tests(__doc__, two_weeks_in_seconds, a_daemon_and_a_person, an_erp_that_is_away, a_model_that_is_asked)
