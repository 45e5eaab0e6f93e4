"""The answer of a search as a file: CSV for spreadsheets, JSON for programs, PDF for a dossier."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sevenviews.cli.console import fail
from sevenviews.cli.legal import standing_told
from sevenviews.client import Client, PatentHit, QueryImage, SearchPage
from sevenviews.designs import Patent

SUFFIXES = (".csv", ".json", ".pdf")

READ_MASK = (
    "application_number",
    "filing_date",
    "publication_date",
    "priorities",
    "applicants",
    "assignees",
    "inventors",
    "uspc",
    "hague",
)
"""What an export tells of a patent beside its summary."""

_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def certificate_beside(path: Path, *, first: bool) -> Path | None:
    """Where the certificate goes whose hash a PDF has; only a first page has one. Ends the command where the name of
    a file does not say what to write."""
    if path.suffix.lower() not in SUFFIXES:
        fail(f"{path}: a name ending in {', '.join(SUFFIXES)} says what to write", 2)
    return path.with_suffix(".certificate.json") if first and path.suffix.lower() == ".pdf" else None


def write(
    path: Path, client: Client, queries: Sequence[QueryImage], page: SearchPage, told: Mapping[str, Any]
) -> None:
    """Write a page, whose patents have the fields of READ_MASK; `told` is the page as JSON.

    Raises:
        OSError: the file cannot be written.
        SevenviewsError: no drawings can be had for a PDF.
    """
    writers: dict[str, Callable[[], None]] = {
        ".csv": lambda: _write_csv(path, page),
        ".json": lambda: _write_json(path, page, told),
        ".pdf": lambda: _write_pdf(path, client, queries, page),
    }
    writers[path.suffix.lower()]()


def _write_csv(path: Path, page: SearchPage) -> None:
    # Excel takes a file for UTF-8 by its first bytes alone.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL)
        rows = [dict(_columns(rank, hit, page)) for rank, hit in enumerate(page.hits, 1)]
        names = list(rows[0]) if rows else ["rank", "patent_id", "score"]
        writer.writerow(names)
        writer.writerows([cell(row[name]) for name in names] for row in rows)


def cell(value: object) -> object:
    """What no spreadsheet takes for a formula, whoever wrote the title of a patent; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    # What comes before the sign, a spreadsheet may leave out.
    plain = value.lstrip("\0 \t\r\n\v\f\u00a0\ufeff'\"")
    dangerous = plain.startswith(_FORMULAS) or value.startswith(("\t", "\r", "\n"))
    return f"'{value}" if dangerous else value


def _columns(rank: int, hit: PatentHit, page: SearchPage) -> Iterator[tuple[str, object]]:
    best = hit.best_match
    yield from (("rank", rank), ("patent_id", hit.patent_id), ("score", round(hit.score, 6)))
    yield from bibliography(hit)
    yield from (
        ("matched_drawing", best.drawing_id),
        ("matched_figure", best.figure_number),
        ("matched_view", best.view.value),
    )
    if page.legal_rule is not None:
        dates = hit.legal_dates
        yield "dates_of_law", standing_told(dates)
        yield "explanation", dates.explanation if dates else ""
        yield "rule", page.legal_rule.provision
    if page.certificate is not None:
        yield "certificate_sha256", page.certificate.sha256


def bibliography(hit: PatentHit) -> Iterator[tuple[str, str]]:
    """What identifies a patent, named as its fields are; empty texts where something is not known."""
    summary, patent = hit.summary, hit.patent or Patent(hit.patent_id)
    yield "title", summary.title if summary else ""
    yield "office", summary.office if summary else ""
    yield "kind", summary.kind if summary else ""
    yield "application_number", patent.application_number
    yield "filing_date", _day(summary.filing_date if summary else None)
    claims = (" ".join(filter(None, (one.office, one.number, _day(one.date)))) for one in patent.priorities)
    yield "priorities", "; ".join(claims)
    yield "publication_date", _day(summary.publication_date if summary else None)
    yield "locarno", "; ".join(map(str, summary.locarno)) if summary else ""
    yield "uspc", "; ".join(patent.uspc)
    yield "hague", patent.hague.number if patent.hague else ""
    for role, parties in (
        ("applicants", patent.applicants),
        ("assignees", patent.assignees),
        ("inventors", patent.inventors),
    ):
        yield role, "; ".join(party.name for party in parties)


def _day(day: object) -> str:
    return "" if day is None else str(day)


def _write_json(path: Path, page: SearchPage, told: Mapping[str, Any]) -> None:
    hits = [
        {**row, **dict(bibliography(hit)), "locarno": row["locarno"]}
        for row, hit in zip(told["hits"], page.hits, strict=True)
    ]
    document: dict[str, Any] = {**told, "hits": hits}
    if (sealed := page.certificate) is not None:
        document["certificate"] = sealed.as_json()
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    path.write_text(text + "\n", encoding="utf-8")


def _write_pdf(path: Path, client: Client, queries: Sequence[QueryImage], page: SearchPage) -> None:
    from sevenviews.cli.report import write_report

    write_report(path, client, queries, page)
