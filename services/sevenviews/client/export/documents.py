"""A page of hits as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sevenviews.client.export.tables import bibliography
from sevenviews.client.records import PatentHit, SearchPage
from sevenviews.law import LegalDates


def json_of(page: SearchPage) -> bytes:
    """The whole page, with the bibliography of its patents and its certificate."""
    document = page_as_json(page)
    for row, hit in zip(document["hits"], page.hits, strict=True):
        row |= {**dict(bibliography(hit)), "locarno": row["locarno"]}
    if (sealed := page.certificate) is not None:
        document["certificate"] = sealed.as_json()
    return (json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n").encode()


def page_as_json(page: SearchPage) -> dict[str, Any]:
    """A page for programs."""
    return {
        "hits": [_hit_as_json(hit) for hit in page.hits],
        "next_page_token": page.next_page_token,
        "total_size": page.total_size,
        "release_id": page.release_id,
        "model_version": page.model_version,
        "degraded": page.degraded,
        "predicted_classes": [
            {"locarno": str(one.locarno), "probability": round(one.probability, 4)}
            for one in page.predicted_classes
        ],
        "unknown_names": [asdict(one) for one in page.unknown_names],
        "left_out_patent_ids": list(page.left_out_patent_ids),
        "legal_rule": None if page.legal_rule is None else asdict(page.legal_rule),
        "timings_ms": {
            stage: round(1000 * duration.total_seconds(), 3) for stage, duration in page.timings.items()
        },
    }


def _hit_as_json(hit: PatentHit) -> dict[str, Any]:
    summary = hit.summary
    return {
        "patent_id": hit.patent_id,
        "score": round(hit.score, 6),
        "title": summary.title if summary else None,
        "locarno": [str(one) for one in summary.locarno] if summary else None,
        "holders": list(summary.holders) if summary else None,
        "publication_date": summary.publication_date if summary else None,
        "legal_dates": _dates_as_json(hit.legal_dates),
        "matches": [asdict(match) for match in hit.matches],
        "missing_views": list(hit.missing_views),
        "family_patent_ids": list(hit.family_patent_ids),
    }


def _dates_as_json(dates: LegalDates | None) -> dict[str, Any] | None:
    if dates is None:
        return None
    return {
        "standing": dates.standing.value,
        "same_holder": dates.same_holder,
        "explanation": dates.explanation,
    }
