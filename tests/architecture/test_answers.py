"""Who reads an answer reads what a newer service says as well: strict readers are for requests, for servicers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.conftest import ROOT

SERVICES = ROOT / "services/sevenviews"
READERS = {"sevenviews.runtime.wire", "sevenviews.runtime.patent_wire"}
OF_REQUESTS = {
    "embedding/app.py",
    "runtime/answers.py",
    "runtime/filter_json.py",
    "runtime/patent_wire.py",
    "vectors/messages.py",
}
"""The ingress on Ray Serve is a servicer; answers are read strictly where that works; the filter of a certificate is
asked for again; the last two are a part of the readers and of a servicer."""


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(SERVICES.rglob("*.py")):
        name = path.relative_to(SERVICES).as_posix()
        if not name.startswith(("v1/", "internal/")):
            yield name, path.read_text()


def strict_readers(source: str) -> set[str]:
    return {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module in READERS
        for alias in node.names
        if alias.name.endswith("_from_wire")
    }


def test_requests_are_read_by_servicers_alone() -> None:
    readers = {name for name, source in sources() if strict_readers(source)}
    assert "gateway/search_servicer.py" in readers
    assert {name for name in readers if not name.endswith("servicer.py")} <= OF_REQUESTS


def test_nobody_asks_an_enum_for_the_name_of_a_number_that_may_have_none() -> None:
    asking = {name for name, source in sources() if re.search(r"\w\.Name\(", source)}
    # Requests: what they refuse is that there is no name.
    assert asking <= {"runtime/wire.py", "runtime/patent_wire.py", "metadata/refresh_servicer.py"}
