#!/usr/bin/env python3
"""What can go wrong around a daemon is said in one paragraph that names the thing and the remedy, and nothing is lost."""

import json
import socket
import subprocess

import world


def paragraph(text: str, *parts: str) -> None:
    """One paragraph of the right words, no trace of a crash."""
    said = text.strip()
    for part in parts:
        assert part in said, f"'{part}' is not in:\n{said}"
    assert "\n\n" not in said, f"more than a paragraph:\n{said}"
    for trace in ("terminate called", "Segmentation", "CHECK", "what():", "Traceback"):
        assert trace not in said, said


def waits(estate: world.World, promotion: str) -> list:
    return estate.api("GET", f"/v1/instances/SmallPromotion/{promotion}")["waits"]


def finish(estate: world.World, promotion: str) -> None:
    """Somebody confirms, and the promotion ends well."""
    def done() -> bool:
        for task in estate.all("/v1/tasks", "tasks", person="olga"):
            estate.api("POST", f"/v1/tasks/{task['task']}/decision", {"person": "olga", "decision": "done"})
        return estate.api("GET", f"/v1/instances/SmallPromotion/{promotion}")["status"] == "finished"

    estate.until(f"{promotion} finishes", done, 60)


def dead_sandbox(estate: world.World) -> None:
    """The ERP is away: the workflow waits and says for whom; it goes on when the ERP is back."""
    estate.start_estate("--small-promotions", 2)
    estate.start_daemon()
    port = estate.estate_port
    estate.estate.kill()
    estate.start("S-0001")
    message = estate.until("the wait says why", lambda: [w["message"] for w in waits(estate, "S-0001") if w.get("message")])
    paragraph(message[0], "erp", "can't be reached")
    estate.start_estate("--small-promotions", 2, port=port)
    finish(estate, "S-0001")
    assert estate.sandbox("GET", "/audit")["twice"] == []


def wrong_password(estate: world.World) -> None:
    """The ERP refuses the user: system and user are named, the password is nowhere."""
    estate.start_estate("--small-promotions", 2)
    estate.start_daemon(env={"ENDCAP_ERP_PASSWORD": "hunter2-secret"})
    estate.start("S-0001")

    def suspended() -> list:
        shown = estate.api("GET", "/v1/instances/SmallPromotion/S-0001")
        return [w["reason"] for w in shown["waits"] if w.get("reason")]

    reason = estate.until("the instance is suspended, with the reason", suspended)
    paragraph(reason[0], "erp", "'endcap'", "password is wrong")
    identity = estate.api("GET", "/v1/instances/SmallPromotion/S-0001")["id"]
    assert "hunter2" not in estate.daemon.text()
    assert "hunter2" not in json.dumps(estate.api("GET", f"/v1/instances/{identity}/history"))
    estate.daemon.kill()
    estate.start_daemon()  # with the right one
    estate.api("POST", f"/v1/instances/{identity}/resume", {"person": "olga", "reason": "the password is right now"})
    finish(estate, "S-0001")


def no_password(estate: world.World) -> None:
    """The variable with the password is not set: it is named."""
    estate.start_estate()
    code, said = estate.run_serve(estate.folder / "data", env={"ENDCAP_ERP_PASSWORD": ""})
    assert code == 2, (code, said)
    paragraph(said, "ENDCAP_ERP_PASSWORD", "not set")


def schema_not_xml(estate: world.World) -> None:
    """A schema file that is not XML is a finding with file and place; nothing starts."""
    (estate.project / "schemas" / "erp.edmx").write_text("this is not XML")
    code, said = estate.run_serve(estate.folder / "data")
    assert code == 1, (code, said)
    assert "schemas/erp.edmx" in said and "XML" in said, said
    assert not any(trace in said for trace in ("terminate called", "what():")), said
    checked = subprocess.run([estate.binaries / "endcap", "check", estate.project], capture_output=True, text=True)
    assert checked.returncode == 1 and "schemas/erp.edmx" in checked.stdout, checked


def port_in_use(estate: world.World) -> None:
    """Somebody else listens there: port and remedy are named, and the data folder is free afterwards."""
    estate.start_estate()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = estate.run_serve(estate.folder / "data", listen=f"127.0.0.1:{port}")
    assert code in (3, 6), (code, said)
    paragraph(said, str(port), "--listen")
    estate.start_daemon()


def folder_in_use(estate: world.World) -> None:
    """Two daemons never share a folder; the first goes on undisturbed."""
    estate.start_estate("--small-promotions", 2)
    estate.start_daemon()
    code, said = estate.run_serve(estate.folder / "data")
    assert code == 6, (code, said)
    paragraph(said, "in use", str(estate.daemon.process.pid), "--data")
    estate.start("S-0001")
    finish(estate, "S-0001")


def folder_of_other_version(estate: world.World) -> None:
    """Data of a newer release is left as it is."""
    estate.start_estate()
    estate.start_daemon()
    estate.daemon.kill()
    note = estate.folder / "data" / "endcap-data"
    text = note.read_text()
    note.write_text("endcap data format 99\n")
    code, said = estate.run_serve(estate.folder / "data")
    assert code == 6, (code, said)
    paragraph(said, "format 99", "--data")
    assert note.read_text() == "endcap data format 99\n"
    note.write_text(text)
    estate.start_daemon()


def full_disk_at_start(estate: world.World) -> None:
    """A disk without room: said so, with what to do."""
    estate.start_estate()
    with world.SmallDisk(estate.folder / "disk", 1) as disk:
        disk.fill()
        code, said = estate.run_serve(disk.folder / "data")
        assert code == 3, (code, said)
        paragraph(said, "full", "space")


if __name__ == "__main__":
    world.run_tests(__doc__, dead_sandbox, wrong_password, no_password, schema_not_xml, port_in_use, folder_in_use, folder_of_other_version,
                    full_disk_at_start)
