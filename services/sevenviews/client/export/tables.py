"""Hits as CSV, for spreadsheets, and what identifies a patent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sevenviews.client.export.words import standing_told
from sevenviews.client.records import PatentHit, SearchPage
from sevenviews.designs import Patent

_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_of(page: SearchPage, first_rank: int) -> bytes:
    """A row a hit; UTF-8 as Excel knows it, by its first bytes alone."""
    rows = [dict(_columns(rank, hit, page)) for rank, hit in enumerate(page.hits, first_rank)]
    names = list(rows[0]) if rows else ["rank", "patent_id", "score"]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows([cell(row[name]) for name in names] for row in rows)
    return file.getvalue().encode("utf-8-sig")


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
