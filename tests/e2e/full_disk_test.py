#!/usr/bin/env python3
"""A disk that fills up under load: new work is refused, reads are answered, what was promised goes on, and so does everything else
when there is room again. Nothing that was acknowledged is lost, kill -9 in the middle included.

The daemon's data lies on a tmpfs of its own, into which something else writes until it is full, three times:
  1. new work is refused with 507; a person decides in the reserve; room is made, and new work is taken in again;
  2. it is killed while the disk is full, and started again on the full disk: it answers reads;
  3. people decide all they can, while somebody else takes whatever the daemon gives up: each decision is kept, now or when there is room.
"""

import threading
import time
import urllib.error
import urllib.request

import world

CLIENTS = 8
MEGABYTES = 160  # two segments of the log, its ballast, what must be free, and something for the store


class Clients:
    """Start promotions all the time, and remember which were acknowledged and how the others were refused."""

    def __init__(self, estate: world.World, starts: int):
        self.estate, self.starts = estate, starts
        self.acknowledged: dict[str, int] = {}
        self.refused: list[int] = []
        self.problems: list[str] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.guard, args=(first,)) for first in range(1, CLIENTS + 1)]
        for thread in self.threads:
            thread.start()

    def guard(self, first: int) -> None:
        try:
            self.start_all(first)
        except Exception as error:  # the main thread reports it
            self.problems.append(repr(error))

    def start_all(self, number: int) -> None:
        while not self.stopping.is_set() and number <= self.starts:
            promotion = f"S-{number:04}"
            try:
                self.acknowledged[promotion] = self.estate.start(promotion)["id"]
                number += CLIENTS
                time.sleep(0.02)
            except world.Unreachable:
                time.sleep(0.05)
            except world.Refused as refused:
                if refused.status not in (429, 503, 507):
                    raise
                self.refused.append(refused.status)
                time.sleep(0.05)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        assert not self.problems, self.problems


def health(estate: world.World) -> dict:
    return estate.api("GET", "/healthz")


def start_with_headers(estate: world.World, promotion: str):
    """A start that is refused: its status, its headers, and what it says."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{estate.port}/v1/instances", method="POST", headers={"Content-Type": "application/json"},
        data=f'{{"workflow": "SmallPromotion", "arguments": {{"promo.id": "{promotion}"}}}}'.encode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def open_tasks(estate: world.World) -> list:
    return estate.all("/v1/tasks", "tasks", person="olga")


def decide(estate: world.World, task: dict) -> dict:
    return estate.api("POST", f"/v1/tasks/{task['task']}/decision", {"person": "olga", "decision": "done"})


def full(estate: world.World, disk: world.SmallDisk) -> dict:
    def is_full():
        disk.fill()
        said = health(estate)
        return said if said["status"] == "disk full" else None

    said = estate.until("health says that the disk is full", is_full, 30)
    assert not said["admits"] and "bytes are free in" in said["reason"], said
    assert said["disk"]["reserveBytes"] > 0 and str(disk.folder) in said["disk"]["folder"], said
    return said


def goes_on(estate: world.World, clients: Clients, disk: world.SmallDisk) -> None:
    disk.make_room()
    estate.until("health is well again", lambda: health(estate)["status"] == "ok", 30)
    before = len(clients.acknowledged)
    estate.until("starts are taken in again", lambda: len(clients.acknowledged) > before + 100 or clients.problems, 60)


def refuses_and_goes_on(estate: world.World, clients: Clients, disk: world.SmallDisk) -> None:
    tasks = estate.until("somebody has something to decide", lambda: open_tasks(estate))
    full(estate, disk)
    status, headers, said = start_with_headers(estate, "S-9001")
    assert status == 507 and int(headers["Retry-After"]) > 0, (status, said)
    assert "bytes are free in" in said and str(disk.folder) in said, said
    assert estate.all("/v1/instances", "instances"), "reads are not answered"
    assert "endcap_admits 0" in estate.text("/metrics")
    assert decide(estate, tasks[0])["status"] == "done", "a decision is not taken in the reserve"
    estate.until("what was decided ends", lambda: estate.api(
        "GET", f"/v1/instances/SmallPromotion/{tasks[0]['key']}")["status"] == "finished", 60)
    goes_on(estate, clients, disk)


def killed_on_a_full_disk(estate: world.World, clients: Clients, disk: world.SmallDisk) -> None:
    full(estate, disk)
    estate.daemon.kill()
    disk.fill()
    estate.start_daemon(disk.folder / "data")
    known = {each["key"] for each in estate.all("/v1/instances", "instances")}
    assert set(clients.acknowledged) <= known, "lost on a full disk"
    estate.until("it refuses again", lambda: health(estate)["status"] == "disk full", 30)
    goes_on(estate, clients, disk)


def decides_while_others_take_everything(estate: world.World, clients: Clients, disk: world.SmallDisk) -> None:
    full(estate, disk)
    answers: list = []

    def keep_deciding() -> None:
        for task in open_tasks(estate):
            try:
                answers.append(decide(estate, task)["status"])
            except (world.Unreachable, world.Refused) as error:
                answers.append(str(error))

    decisions = threading.Thread(target=keep_deciding)
    decisions.start()
    for _ in range(20):
        disk.fill()
        time.sleep(0.05)
        assert estate.daemon.alive(), estate.daemon.text()[-3000:]
        assert estate.api("GET", "/v1/instances?limit=1")["instances"], "reads are not answered"
    disk.make_room()
    decisions.join(60)
    assert not decisions.is_alive() and set(answers) <= {"done"}, answers
    estate.until("health is well again", lambda: health(estate)["status"] == "ok", 30)


def all_end(estate: world.World, clients: Clients) -> None:
    clients.stop()

    def over() -> bool:
        for task in open_tasks(estate):
            decide(estate, task)
        return not estate.all("/v1/instances", "instances", status="running")

    estate.until("every promotion ends", over, 180)
    instances = {each["key"]: each for each in estate.all("/v1/instances", "instances")}
    lost = sorted(set(clients.acknowledged) - set(instances))
    assert not lost, f"acknowledged and lost: {lost}"
    assert all(instances[key]["id"] == number for key, number in clients.acknowledged.items()), "another instance"
    wrong = [each for each in instances.values() if each["status"] != "finished"]
    assert not wrong, wrong[:3]
    books = estate.sandbox("GET", "/audit")
    assert books["twice"] == [], books["twice"]


def main() -> None:
    options = world.arguments(__doc__, starts=2000)
    with world.World(options.bin) as estate:
        estate.start_estate("--small-promotions", options.starts)
        with world.SmallDisk(estate.folder / "disk", MEGABYTES) as disk:
            estate.start_daemon(disk.folder / "data")
            clients = Clients(estate, options.starts)
            try:
                refuses_and_goes_on(estate, clients, disk)
                killed_on_a_full_disk(estate, clients, disk)
                decides_while_others_take_everything(estate, clients, disk)
                all_end(estate, clients)
            finally:
                clients.stopping.set()
            said = (estate.folder / "daemon.log").read_text()
            assert said.count("the disk is full") >= 2 and said.count("new work is taken in again") >= 2, said[-3000:]
            assert 507 in clients.refused, "nothing was ever refused: this shows nothing"
            print(f"{len(clients.acknowledged)} starts acknowledged and ended, {len(clients.refused)} refused")
            estate.daemon.kill()


if __name__ == "__main__":
    main()
