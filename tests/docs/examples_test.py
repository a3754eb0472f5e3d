#!/usr/bin/env python3
"""Every example of the documents is compiled: examples_test.py ENDCAP SOURCE_FOLDER DOCUMENT...

A block ```endcap is a module that checks cleanly beside workflows/retail.endcap and workflows/data; ```endcap EC0551 is one that gives that finding (and no
other), and when a block ```text follows, it is word for word what `endcap check` prints. A block ```sh that is one command
`endcap explain-time` is run, and a block ```text that follows is part of what it prints.
"""

import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(endcap|text|sh)([^\n]*)\n(.*?)^```", re.M | re.S)


def check(endcap: str, source: pathlib.Path, module: str, form: str) -> tuple[int, str]:
    """Exit code and findings of the module in a project of its own."""
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "project"
        shutil.copytree(source / "workflows" / "schemas", project / "schemas")
        shutil.copytree(source / "workflows" / "data", project / "data")
        for name in ("endcap.toml", "endcap.lock", "retail.endcap"):
            shutil.copy(source / "workflows" / name, project)
        # An example is a project of its own, and retail.endcap a module that it shares with others.
        settings = project / "endcap.toml"
        settings.write_text(settings.read_text().replace("[project]\n", "[project]\nlibrary = [\"retail.endcap\"]\n", 1))
        (project / "example.endcap").write_text(module)
        done = subprocess.run([endcap, "check", str(project), "--format", form], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout


def printed(endcap: str, source: pathlib.Path, command: str) -> str:
    words = shlex.split(command.replace("\\\n", " "))
    done = subprocess.run([endcap, *words[1:]], capture_output=True, text=True, timeout=60, cwd=source)
    return done.stdout + done.stderr


def problems(endcap: str, source: pathlib.Path, document: pathlib.Path):
    text = document.read_text()
    blocks = list(BLOCK.finditer(text))
    for index, block in enumerate(blocks):
        kind, expected, body = block.group(1), block.group(2).strip(), block.group(3)
        line = text.count("\n", 0, block.start()) + 1
        if kind == "sh" and body.startswith("endcap explain-time "):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            shown = printed(endcap, source, body)
            if following and following.group(1) == "text" and following.group(3) not in shown:
                yield f"{document.name}:{line}: the document does not show what is printed:\n{shown}"
        if kind != "endcap":
            continue
        code, findings = check(endcap, source, body, "short")
        codes = re.findall(r"\bEC\d{4}\b", findings)
        if expected and set(codes) != {expected}:
            yield f"{document.name}:{line}: expected {expected}, got\n{findings}"
        if not expected and code != 0:
            yield f"{document.name}:{line}: expected no finding, got\n{findings}"
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if expected and following and following.group(1) == "text":
            shown = check(endcap, source, body, "human")[1]
            if following.group(3).strip() not in shown:
                yield f"{document.name}:{line}: the document does not show what is printed:\n{shown}"


def main() -> int:
    endcap, source, *documents = sys.argv[1:]
    found = [problem for document in documents for problem in problems(endcap, pathlib.Path(source), pathlib.Path(document))]
    print("\n".join(found) or f"{len(documents)} documents hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
