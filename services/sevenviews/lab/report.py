"""The one writer of reports: Markdown for people, JSON for programs, and what the making of them cost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

REPORT, RESULTS = "report.md", "results.json"


class Report:
    """Files that grow, and the folder that they and their pictures lie in.

    Args:
        folder: made if absent.
        title: of the report.
        settings: what was measured with, for programs.
        budget_minutes: stated beforehand, on two cores; 0: none was.
    """

    def __init__(
        self,
        folder: Path,
        title: str = "",
        settings: Mapping[str, Any] | None = None,
        budget_minutes: float = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.title = title
        self.budget_minutes = budget_minutes
        self._parts: list[str] = []
        self._document: dict[str, Any] = {"settings": dict(settings or {}), "rows": []}
        self._started = time.perf_counter(), time.process_time()

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(f"## {text}")

    def text(self, text: str) -> None:
        """Add a paragraph; an empty one is left out."""
        if text:
            self._parts.append(text)

    def points(self, lines: Iterable[str]) -> None:
        """Add a list."""
        self.text("\n".join(f"- {line}" for line in lines))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add a table. Raises ValueError: a row has another number of cells than there are columns."""
        lines = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
        for row in rows:
            if len(row) != len(columns):
                raise ValueError(f"row: {len(row)} cells for {len(columns)} columns")
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |")
        self._parts.append("\n".join(lines))

    def picture(self, name: str, caption: str) -> Path:
        """Show a picture; returns the file that the caller must draw."""
        self._parts.append(f"![{caption}]({name})\n\n*{caption}*")
        return self.folder / name

    def row(self, name: str, ours: Mapping[str, Any], paper: Mapping[str, Any] | None = None) -> None:
        """Add a row for programs, which `lab compare` sets beside that of the same name in another file."""
        self._document["rows"].append({"name": name, "ours": dict(ours), "paper": dict(paper or {})})

    def detail(self, name: str, value: Any) -> None:
        """Add something else for programs."""
        self._document[name] = value

    @property
    def document(self) -> Mapping[str, Any]:
        """All that programs are told, so far."""
        wall, cpu = (time.perf_counter() - self._started[0]), (time.process_time() - self._started[1])
        cost = {"seconds": round(wall, 1), "processor_seconds": round(cpu, 1)}
        if self.budget_minutes:
            cost["stated_minutes"] = self.budget_minutes
        return {"title": self.title, "report": str(self.folder / REPORT), "cost": cost, **self._document}

    def write(self) -> Path:
        """Write both files, with what it cost so far; returns the report."""
        document = self.document
        stated = f" (stated budget: {self.budget_minutes:g} min on two cores)" if self.budget_minutes else ""
        wall, processor = (_duration(document["cost"][one]) for one in ("seconds", "processor_seconds"))
        cost = f"It took {wall}, and {processor} of processor time{stated}."
        text = "\n\n".join([f"# {self.title}", *self._parts, "## What it cost", cost])
        (self.folder / REPORT).write_text(f"{text}\n")
        content = json.dumps(document, indent=2, ensure_ascii=False, default=str)
        (self.folder / RESULTS).write_text(f"{content}\n")
        return self.folder / REPORT


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"  # noqa: PLR2004 - a minute


def percent(share: float | None) -> str:
    """A share as the papers print it; a dash where there is none."""
    return "—" if share is None else f"{100 * share:.2f}"
