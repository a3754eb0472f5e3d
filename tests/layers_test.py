#!/usr/bin/env python3
"""The house stays as drawn: a file includes only its own layer and the ones to its left, and each library has one room."""

import pathlib
import re
import sys

COMPILER = ["base", "diag", "syntax", "schema", "sema", "ir", "codegen"]
RUNTIME = ["value", "abi", "store", "journal", "engine", "connect", "advise", "serve"]
# tools/graph: one file knows the language, the formats know the neutral graph and nothing else of the house.
GRAPH_MAKERS = ("tools/graph/from_workflow", "tools/graph/one_line")
GRAPH_MAKERS_SEE = ("tools/graph/", "compiler/base/", "compiler/syntax/", "compiler/sema/", "runtime/abi/")
ROOMS = {  # include prefix -> folders that may use it
    r'[<"]antlr4': ["compiler/syntax"],
    r"[<\"]llvm/": ["compiler/codegen"],
    r"[<\"]rocksdb/": ["runtime/store", "tests/unit/runtime/store"],
    r"[<\"]pugixml": ["compiler/schema", "tests/unit/compiler/schema"],
    r"[<\"]curl/": ["runtime/connect", "tools/endcap"],
    r"[<\"]boost/beast": ["runtime/serve", "tools/sandbox", "tests/unit/runtime"],
    r"[<\"]date/": ["runtime/value", "tests/unit/runtime/value"],
    r"[<\"]toml\+\+|[<\"]toml\.hpp": ["compiler/schema"],
}


def allowed(user: str, used: str) -> bool:
    """Whether a file of layer `user` ("compiler/ir") may include one of layer `used`."""
    side, layer = user.split("/")[:2]
    other_side, other_layer = used.split("/")[:2]
    order = COMPILER if side == "compiler" else RUNTIME
    if layer not in order or (side == other_side and other_layer not in order):
        return False  # a folder that the picture does not have
    if side == other_side:
        return order.index(other_layer) <= order.index(layer)
    return side == "compiler" and other_layer in ("value", "abi")


def violations(root: pathlib.Path):
    files = [p for top in ("compiler", "runtime", "tools", "tests") for p in (root / top).rglob("*")
             if p.suffix in (".h", ".cpp", ".def")]
    for path in files:
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+([<"][^>"]+)', line)
            if not include:
                continue
            target = include.group(1)
            for pattern, rooms in ROOMS.items():
                if re.match(pattern, target) and not any(name.startswith(room + "/") for room in rooms):
                    yield f"{name}:{number}: {target[1:]} belongs in {', '.join(rooms)}"
            used = target[1:]
            if name.startswith(("compiler/", "runtime/")) and used.startswith(("compiler/", "runtime/", "tools/", "tests/")):
                if not used.startswith(("compiler/", "runtime/")) or not allowed(name, used):
                    yield f"{name}:{number}: {'/'.join(name.split('/')[:2])} may not see {used}"
            if name.startswith("tools/graph/") and used.startswith(("compiler/", "runtime/", "tools/", "tests/")):
                maker = name.startswith(GRAPH_MAKERS)
                if not used.startswith(GRAPH_MAKERS_SEE if maker else "tools/graph/") or (not maker and used.startswith(GRAPH_MAKERS)):
                    yield f"{name}:{number}: {name} may not see {used}"


if __name__ == "__main__":
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found))
    sys.exit(1 if found else 0)
