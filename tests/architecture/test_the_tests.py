"""What a test must not do: replace code of ours, or assert how long a machine takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conftest import ROOT

FILES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
}
CLOCKS = {"time.monotonic", "time.perf_counter", "time.time"}


def ours(tree: ast.Module) -> set[str]:
    """Names that a file has from sevenviews."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).startswith("sevenviews")
    }


def replaced(tree: ast.Module) -> Iterator[str]:
    """What monkeypatch and mock replace, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func)
            if called.endswith(("monkeypatch.setattr", "monkeypatch.delattr", "mock.patch", "patch.object")):
                yield ast.unparse(node.args[0])


def elapsed(tree: ast.Module) -> Iterator[str]:
    """Comparisons, in assertions, of how long something took."""
    for node in ast.walk(tree):
        for part in ast.walk(node.test) if isinstance(node, ast.Assert) else ():
            if isinstance(part, ast.Compare) and isinstance(part.left, ast.BinOp):
                calls = {ast.unparse(one.func) for one in ast.walk(part.left) if isinstance(one, ast.Call)}
                if calls & CLOCKS:
                    yield ast.unparse(part)


def test_what_is_ours_is_given_and_not_replaced() -> None:
    for path, tree in FILES.items():
        known = {*ours(tree), "sevenviews"}
        for target in replaced(tree):
            assert target.strip("'\"").partition(".")[0] not in known, (path, target)


def test_no_time_is_asserted() -> None:
    found = {path: list(elapsed(tree)) for path, tree in FILES.items()}
    assert {path: one for path, one in found.items() if one} == {}
