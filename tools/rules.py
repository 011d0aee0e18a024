"""The one-of-each rules of ARCHITECTURE.md that no general linter knows.

Each rule names its reason. An exception says why after ``# rule:`` on its line.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "salon"

SPAWN = "tasks are born in the supervisor or a TaskGroup, so that each has an owner"
CLOCK = "there is one clock, so that tests can move it and intervals never use wall time"
NETWORK = "connections are made by egress, which checks and pins the address"
SCOPE = "each store function takes a scope, so that no statement forgets whose rows it touches"
SQL = "statements are built by SQLAlchemy Core; text put together by hand invites injection"

CALLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "asyncio.create_task": (SPAWN, ("foundation/kit/tasks.py", "testing/")),
    "asyncio.ensure_future": (SPAWN, ("foundation/kit/tasks.py", "testing/")),
    "time.time": (CLOCK, ("foundation/kit/", "testing/", "surfaces/cli/")),
    "datetime.now": (CLOCK, ("foundation/kit/", "testing/", "surfaces/cli/")),
    "datetime.utcnow": (CLOCK, ()),
    "socket.create_connection": (NETWORK, ("foundation/egress/", "testing/")),
    "asyncio.open_connection": (NETWORK, ("foundation/egress/", "testing/")),
    "asyncio.open_unix_connection": (NETWORK, ("foundation/egress/", "testing/")),
    "urllib.request.urlopen": (NETWORK, ()),
    "http.client.HTTPConnection": (NETWORK, ("surfaces/cli/", "surfaces/library/", "testing/")),
    "http.client.HTTPSConnection": (NETWORK, ()),
}
EXECUTORS = {"execute", "executemany", "executescript"}
SCOPES = {"Scope", "SpaceScope", "SystemScope"}


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for a name or attribute chain, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def is_built_text(node: ast.AST) -> bool:
    """Tell whether ``node`` is text put together at run time."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(value, ast.FormattedValue) for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in ast.walk(node))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def check_calls(tree: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    """Yield calls that belong elsewhere."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = dotted(node.func)
        for wanted, (reason, allowed) in CALLS.items():
            if called == wanted and not name.startswith(allowed):
                yield node.lineno, f"{called}: {reason}"
        is_execute = isinstance(node.func, ast.Attribute) and node.func.attr in EXECUTORS
        if is_execute and node.args and is_built_text(node.args[0]):
            yield node.lineno, SQL


def check_scopes(tree: ast.Module, name: str) -> Iterator[tuple[int, str]]:
    """Yield public store functions whose second parameter is not a scope."""
    if not name.endswith("store.py"):
        return
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        arguments = node.args.posonlyargs + node.args.args
        first = dotted(arguments[0].annotation) if arguments and arguments[0].annotation else ""
        if first != "Transaction":
            continue
        annotation = (
            ast.unparse(arguments[1].annotation) if len(arguments) > 1 and arguments[1].annotation else ""
        )
        if not SCOPES & set(annotation.replace("|", " ").split()):
            yield node.lineno, f"{node.name}: {SCOPE}"


def main() -> int:
    """Check every file under src; return an exit status."""
    found = 0
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text(), filename=str(path))
        lines = path.read_text().splitlines()
        for line, problem in [*check_calls(tree, name), *check_scopes(tree, name)]:
            if "rule:" in lines[line - 1]:
                continue
            found += 1
            print(f"src/salon/{name}:{line}: {problem}")
    if found:
        print(f"{found} broken rules. A line that must be an exception says why after `# rule:`.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
