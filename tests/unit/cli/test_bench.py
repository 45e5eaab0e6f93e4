"""`sevenviews bench`: what is shown, and what all benchmarks together leave behind."""

from __future__ import annotations

import inspect
import json

import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from sevenviews.bench.comparison import Report
from sevenviews.cli.__main__ import app
from sevenviews.cli.bench import app as bench
from sevenviews.cli.bench.everything import QUICK, WHOLE, run_all


def test_a_report_is_a_table_or_json() -> None:
    shown = CliRunner().invoke(app, ["bench", "evaluate", "--queries", "20", "--gallery", "100"])
    assert shown.exit_code == 0
    assert "20 queries among 100 drawings" in shown.stdout
    told = CliRunner().invoke(app, ["bench", "evaluate", "--queries", "20", "--gallery", "100", "--json"])
    (report,) = TypeAdapter(tuple[Report]).validate_python(json.loads(told.stdout)["reports"])
    assert (report.benchmark, report.comparisons[0].pairs) == ("evaluate", 6)


@pytest.mark.parametrize("chosen", [WHOLE, QUICK], ids=["whole", "quick"])
def test_each_benchmark_is_called_by_options_that_it_has(chosen: dict[str, tuple[str, ...]]) -> None:
    commands = {
        one.name or one.callback.__name__: one.callback for one in bench.registered_commands if one.callback
    }
    for name, arguments in chosen.items():
        known = inspect.signature(commands[name]).parameters
        options = [one.removeprefix("--").replace("-", "_") for one in arguments if one.startswith("--")]
        assert set(options) <= set(known), name
    assert set(WHOLE) | {"all"} == set(commands)


def test_what_fails_is_named_and_the_others_are_kept() -> None:
    reports, failed = run_all({"catalogue": ("--hits", "1"), "evaluate": ("--queries", "0")}, milvus="")
    assert ([one.benchmark for one in reports], failed) == (["catalogue"], ["evaluate"])
