"""`sevenviews bench all`: every benchmark, one table."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.bench.system import Milvus
from sevenviews.cli.console import fail, note, output, print_json
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from sevenviews.bench.comparison import Report

WHOLE: dict[str, tuple[str, ...]] = {
    "search": ("--strangers", "20000"),
    "peers": ("--strangers", "20000"),
    "catalogue": (),
    "overload": ("--seconds", "2"),
    "reembed": ("--designs", "60", "--copies", "10"),
    "evaluate": ("--queries", "2000", "--gallery", "50000"),
    "training": (),
    "passes": (),
}
QUICK: dict[str, tuple[str, ...]] = {
    "search": ("--designs", "16", "--pairs", "6"),
    "catalogue": ("--hits", "20", "--pairs", "6"),
    "overload": ("--seconds", "0.5"),
    "evaluate": ("--queries", "500", "--gallery", "20000"),
}
_ON_MILVUS = ("search", "peers")


def all_benchmarks(
    quick: Annotated[bool, typer.Option("--quick", help="Some of them, small: three minutes.")] = False,
    milvus: Milvus = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Also write the table, and the same name with .json.", metavar="FILE.md"),
    ] = None,
    json_output: JsonOutput = False,
) -> None:
    """Run all benchmarks, each in a process of its own, and put them into one table: half an hour on two cores.

    Exits with 1 if one of them failed; the others are shown all the same.

    Example:  sevenviews bench all --quick --out today.md
    """
    from sevenviews.bench.results import document, markdown

    reports, failed = run_all(QUICK if quick else WHOLE, milvus)
    found, text = document(reports), markdown(reports, "Measured")
    if out is not None:
        out.write_text(text)
        out.with_suffix(".json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if json_output:
        print_json(found)
    else:
        output.print(text, highlight=False, markup=False, soft_wrap=True)
    if failed:
        fail(f"no figures of {', '.join(failed)}")


def run_all(chosen: Mapping[str, Sequence[str]], milvus: str) -> tuple[list[Report], list[str]]:
    """The reports of benchmarks with their arguments, and the names of those that failed."""
    reports, failed = [], []
    for name, arguments in chosen.items():
        started = time.monotonic()
        report = _run(name, [*arguments, *(("--milvus", milvus) if milvus and name in _ON_MILVUS else ())])
        note(f"{name}: {time.monotonic() - started:.0f} s")
        if report is None:
            failed.append(name)
        else:
            reports.append(report)
    return reports, failed


def _run(name: str, arguments: Sequence[str]) -> Report | None:
    from pydantic import TypeAdapter

    from sevenviews.bench.comparison import Report

    command = [sys.executable, "-m", "sevenviews.cli", "bench", name, "--json", *arguments]
    # What it tells of its progress goes where ours goes.
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603
    if done.returncode:
        return None
    (report,) = TypeAdapter(tuple[Report]).validate_python(json.loads(done.stdout)["reports"])
    return report
