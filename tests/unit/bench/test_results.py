"""What a run of benchmarks leaves behind."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter

from sevenviews.bench.comparison import Comparison, Report
from sevenviews.bench.results import COLUMNS, Machine, document, figure, markdown

SEARCH = Report(
    "search",
    "60 drawings",
    (Comparison.of("search", "decode + SQL", "ms", [86.0, 80.0], [36.0, 40.0], "≤ 1.25"),),
    ("Of 12 searches each.",),
)
OVERLOAD = Report("overload", "ten times", (Comparison.of("answered", "begun", "share", [0.9], [0.3]),))


def test_one_table_holds_all_reports_and_remarks() -> None:
    text = markdown([SEARCH, OVERLOAD], "Measured")
    lines = text.splitlines()
    assert lines[0] == "# Measured"
    assert str(Machine.here().cores) in lines[2]
    rows = [line for line in lines if line.startswith("|")]
    assert {row.count("|") for row in rows} == {len(COLUMNS) + 1}
    assert "| **search: 60 drawings, 2 pairs** |  |  |  |  |" in rows
    assert "| search | decode + SQL | 83.0 : 38.0 ms | 2.19 (2.00 to 2.39) | ≤ 1.25 |" in rows
    assert "| answered | begun | 0.900 : 0.300 share | 3.00 (3.00 to 3.00) |  |" in rows
    assert "- search: Of 12 searches each." in lines
    assert "\n\n\n" not in text


def test_a_report_is_read_back_from_its_document() -> None:
    written = json.loads(json.dumps(document([SEARCH, OVERLOAD])))
    read = TypeAdapter(tuple[Report, ...]).validate_python(written["reports"])
    assert read == (SEARCH, OVERLOAD)
    assert Machine(**written["machine"]).cores >= 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.02134, "0.0213"), (2.134, "2.13"), (21.34, "21.3"), (213.4, "213"), (21_340.0, "21,340"), (0, "0")],
)
def test_a_figure_has_three_digits_that_count(value: float, text: str) -> None:
    assert figure(value) == text
