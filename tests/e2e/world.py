"""Real processes for the end-to-end tests: the estate, the daemon, a project folder, and JSON over HTTP."""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SHIPPED = HERE.parent.parent / "workflows"
PASSWORD = "sandbox"
CLOCK = "accelerated=10@2026-11-22T22:00:00Z"  # a fixed Monday, 09:00 in Sydney: the promotions lie ahead, whatever today is


class Unreachable(Exception):
    """Nobody answers; whether the request arrived is not known."""


class Refused(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, body: str):
        super().__init__(f"{status}: {body[:400]}")
        self.status, self.body = status, body


def call(port: int, method: str, path: str, body=None, timeout: float = 20):
    """One request, no retry. JSON in, JSON out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(str(error)) from None
    finally:
        connection.close()
    if answer.status >= 400:
        raise Refused(answer.status, text)
    return json.loads(text) if text.strip() else None


class Process:
    """A program of ours with its log, ended by its own pid."""

    def __init__(self, command: list, log: pathlib.Path, env: dict | None = None):
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.STDOUT,
                                            env={**os.environ, "ENDCAP_ERP_PASSWORD": PASSWORD, **(env or {})})

    def wait_for_port(self, port_file: pathlib.Path, seconds: float = 120) -> int:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if port_file.exists() and port_file.read_text().strip():
                return int(port_file.read_text())
            if self.process.poll() is not None:
                raise AssertionError(f"ended at once with {self.process.returncode}:\n{self.text()[-3000:]}")
            time.sleep(0.02)
        raise AssertionError(f"not ready after {seconds} s:\n{self.text()[-3000:]}")

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        if self.alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ended(self, seconds: float = 60) -> int:
        return self.process.wait(seconds)


class World:
    """A folder with a project, an estate and at most one daemon; all of it goes away at the end."""

    def __init__(self, binaries: pathlib.Path):
        self.binaries = binaries
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="endcap-e2e-"))
        self.project = self.folder / "project"
        shutil.copytree(HERE / "small", self.project)
        shutil.copytree(SHIPPED / "schemas", self.project / "schemas")
        for name in ("retail.endcap", "endcap.lock"):
            shutil.copy(SHIPPED / name, self.project / name)
        self.estate: Process | None = None
        self.estate_port = 0
        self.daemon: Process | None = None
        self.port = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in (self.daemon, self.estate):
            if process:
                process.kill()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"kept for reading: {self.folder}", file=sys.stderr)

    def start_estate(self, *more, port: int = 0) -> None:
        port_file = self.folder / "estate.port"
        port_file.unlink(missing_ok=True)
        self.estate = Process([self.binaries / "endcap-sandbox", "--port", port, "--port-file", port_file, "--schemas",
                               self.project / "schemas", *more], self.folder / "estate.log")
        self.estate_port = self.estate.wait_for_port(port_file)

    def serve_command(self, data: pathlib.Path, *more, listen: str = "127.0.0.1:0") -> list:
        return [self.binaries / "endcap", "serve", self.project, "--data", data, "--listen", listen, "--clock", CLOCK, "--system",
                f"erp=http://127.0.0.1:{self.estate_port}/erp", "--system", f"shop=http://127.0.0.1:{self.estate_port}/shop", *more]

    def start_daemon(self, data: pathlib.Path | None = None, *more, listen: str = "127.0.0.1:0", env: dict | None = None) -> None:
        port_file = self.folder / "daemon.port"
        port_file.unlink(missing_ok=True)
        self.daemon = Process(self.serve_command(data or self.folder / "data", "--port-file", port_file, *more, listen=listen),
                              self.folder / "daemon.log", env)
        self.port = self.daemon.wait_for_port(port_file)

    def run_serve(self, data: pathlib.Path, *more, listen: str = "127.0.0.1:0", env: dict | None = None) -> tuple[int, str]:
        """A daemon that should not start: its exit code and what it said."""
        log = self.folder / "refused.log"
        log.unlink(missing_ok=True)
        process = Process(self.serve_command(data, *more, listen=listen), log, env)
        try:
            return process.ended(), process.text()
        finally:
            process.kill()

    def sandbox(self, method: str, path: str, body=None):
        return call(self.estate_port, method, "/sandbox" + path, body)

    def api(self, method: str, path: str, body=None):
        return call(self.port, method, path, body)

    def text(self, path: str) -> str:
        """An answer that is not JSON."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.read().decode()

    def start(self, promotion: str):
        return self.api("POST", "/v1/instances", {"workflow": "SmallPromotion", "arguments": {"promo.id": promotion},
                                                  "request_id": f"start-{promotion}"})

    def all(self, path: str, name: str, **filters) -> list:
        """Every page of a list."""
        out, after = [], None
        while True:
            query = "&".join(f"{key}={value}" for key, value in {**filters, "limit": 1000, **({"after": after} if after else {})}.items())
            page = self.api("GET", f"{path}?{query}")
            out += page[name]
            after = page.get("next")
            if not after:
                return out

    def until(self, what: str, condition, seconds: float = 60):
        """Waits until the condition gives something; what it gives."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.005)
        raise AssertionError(f"{what}: not within {seconds} s\n{self.daemon.text()[-2000:] if self.daemon else ''}")


SKIPPED = 77  # for ctest


class SmallDisk:
    """A tmpfs of its own, into which something else writes until it is full; only root can have one."""

    def __init__(self, folder: pathlib.Path, megabytes: int):
        self.folder = folder
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        if subprocess.run(command, capture_output=True).returncode != 0:
            print("skipped: no right to mount a tmpfs", file=sys.stderr)
            sys.exit(SKIPPED)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)

    def fill(self) -> None:
        """Again and again: what a daemon gives up is taken, too."""
        with (self.folder / "somebody-elses").open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass

    def make_room(self) -> None:
        (self.folder / "somebody-elses").unlink()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def arguments(about: str, **more) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder with endcap and endcap-sandbox")
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def run_tests(about: str, *tests) -> None:
    """The main of a file of tests: runs them by name, or all, each in a world of its own."""
    options = arguments(about, only="")
    for test in tests:
        if options.only not in ("", test.__name__):
            continue
        with World(options.bin) as estate:
            test(estate)
        print(f"{test.__name__}: holds", file=sys.stderr)
