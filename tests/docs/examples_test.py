#!/usr/bin/env python3
"""Every example of the documents is compiled: examples_test.py ENDCAP SOURCE_FOLDER DOCUMENT...

A block ```endcap is a module that checks cleanly beside workflows/retail.endcap and workflows/data; ```endcap EC0551 is one that gives that finding (and no
other), and when a block ```text follows, it is word for word what `endcap check` prints. A block ```sh that is one command
`endcap explain-time` is run, and a block ```text that follows is part of what it prints. A block ```text signature is part of what
`endcap signature` prints of the example before it.

A block ```toml is a part of endcap.toml: it is put into that of the example before it, in place of what workflows/endcap.toml says in the
same tables, and gives no finding. In [roles] only the roles that it names are replaced. Each block says what it is.
"""

import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```([^\s`]*)([^\n]*)\n(.*?)^```", re.M | re.S)
KINDS = ("endcap", "text", "sh", "toml")
SECTION = re.compile(r"^\[+([^\n]*?)\]+[^\n]*\n", re.M)


def sections(settings: str) -> list[tuple[str, str]]:
    """Tables of a TOML text in their order: name ("roles", "scopes.StoreOps") and text."""
    heads = list(SECTION.finditer(settings))
    ends = [head.start() for head in heads[1:]] + [len(settings)]
    return [(head.group(1), settings[head.start():end]) for head, end in zip(heads, ends)]


def keys(section: str) -> dict[str, str]:
    return {line.split("=")[0].strip(): line for line in section.splitlines()[1:] if re.match(r"\w+\s*=", line)}


def with_part(settings: str, part: str) -> str:
    """The settings of a project, with a part of them as a document has it."""
    new = sections(part)
    replaced = [name for name, _ in new]
    result = ""
    for name, text in sections(settings):
        if not any(name == other or name.startswith(other + ".") for other in replaced):
            result += text
    for name, text in new:
        if name == "roles":
            here = keys(text)
            others = [line for each, old in sections(settings) if each == name for key, line in keys(old).items() if key not in here]
            head, _, rest = text.partition("\n")
            text = "\n".join([head, *others, rest])
        result += text.rstrip("\n") + "\n\n"
    return result


def run(endcap: str, source: pathlib.Path, module: str, part: str, command: str, *options: str) -> tuple[int, str]:
    """Exit code and output of a command over the module in a project of its own."""
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "project"
        shutil.copytree(source / "workflows" / "schemas", project / "schemas")
        shutil.copytree(source / "workflows" / "data", project / "data")
        for name in ("endcap.toml", "endcap.lock", "retail.endcap"):
            shutil.copy(source / "workflows" / name, project)
        # An example is a project of its own, and retail.endcap a module that it shares with others.
        settings = project / "endcap.toml"
        written = settings.read_text().replace("[project]\n", "[project]\nlibrary = [\"retail.endcap\"]\n", 1)
        settings.write_text(with_part(written, part) if part else written)
        (project / "example.endcap").write_text(module)
        done = subprocess.run([endcap, command, str(project), *options], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout


def check(endcap: str, source: pathlib.Path, module: str, form: str, part: str = "") -> tuple[int, str]:
    return run(endcap, source, module, part, "check", "--format", form)


def printed(endcap: str, source: pathlib.Path, command: str) -> str:
    words = shlex.split(command.replace("\\\n", " "))
    done = subprocess.run([endcap, *words[1:]], capture_output=True, text=True, timeout=60, cwd=source)
    return done.stdout + done.stderr


def problems_of_others(endcap: str, source: pathlib.Path, block: re.Match, before: list[re.Match]):
    """Of what is no module; `before` are the blocks that stand before it."""
    kind, label, body = block.group(1), block.group(2).strip(), block.group(3)
    clean = [each.group(3) for each in before if each.group(1) == "endcap" and not each.group(2).strip()]
    if kind not in KINDS:
        yield f"a block is one of {', '.join(KINDS)}, and not `{kind}`"
    elif kind == "text" and label not in ("", "signature"):
        yield f"`text {label}` is nothing that is compared"
    elif kind == "text" and label:
        shown = run(endcap, source, clean[-1], "", "signature", "--format", "human")[1]
        if body not in shown:
            yield f"the document does not show what is printed:\n{shown}"
    elif kind == "toml":
        code, findings = check(endcap, source, clean[-1], "short", body)
        if code != 0:
            yield f"expected no finding, got\n{findings}"


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
            for problem in problems_of_others(endcap, source, block, blocks[:index]):
                yield f"{document.name}:{line}: {problem}"
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
