"""What may be stored: patents that are whole in themselves and fit their drawings, and requests within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from sevenviews.designs import (
    Drawing,
    Patent,
    Reason,
    SevenviewsError,
    is_patent_id,
    patent_id_of,
)
from sevenviews.designs.terms import normalize_name, normalize_uspc
from sevenviews.metadata.objects import digest_of
from sevenviews.runtime.wire import check_range

MAX_BATCH = 1000
MAX_DRAWINGS = 1000
LARGEST = 2**63 - 1
_MAX_TEXT = 100_000
_MAX_NAME = 512


def checked_patent(patent: Patent) -> Patent:
    """The patent, if it is whole in itself."""
    patent_id = patent.patent_id
    if not is_patent_id(patent_id):
        raise _invalid_patent("patent.patent_id", patent_id, "is not a patent id")
    if not patent.drawings:
        raise SevenviewsError(
            Reason.PATENT_WITHOUT_DRAWINGS, f"{patent_id} has no drawing", {"patent_id": patent_id}
        )
    check_range("patent.drawings", len(patent.drawings), 1, MAX_DRAWINGS)
    for field, value in (("title", patent.title), ("claim", patent.claim)):
        if len(value) > _MAX_TEXT:
            raise _invalid_patent(
                f"patent.{field}", f"{value[:40]}…", f"has more than {_MAX_TEXT} characters"
            )
    for field, value, width in _short_texts(patent):
        if len(value) > width or "\0" in value:
            raise _invalid_patent(field, f"{value[:40]}…", f"is not at most {width} characters")
    _check_drawings(patent)
    return patent


def _short_texts(patent: Patent) -> Iterator[tuple[str, str, int]]:
    """What a column of the database keeps: field, value as it is kept, width."""
    yield "patent.office", patent.office, 8
    yield "patent.kind", patent.kind, 16
    for position, notation in enumerate(patent.uspc):
        yield f"patent.uspc[{position}]", normalize_uspc(notation), 64
    for role in ("applicants", "assignees", "inventors"):
        for position, party in enumerate(getattr(patent, role)):
            yield f"patent.{role}[{position}].name", normalize_name(party.name), _MAX_NAME


def _check_drawings(patent: Patent) -> None:
    seen: set[str] = set()
    for drawing in patent.drawings:
        drawing_id = drawing.drawing_id
        try:
            owner = patent_id_of(drawing_id)
        except ValueError as error:
            raise _invalid_drawing(drawing_id, str(error)) from error
        if owner != patent.patent_id:
            raise _invalid_drawing(
                drawing_id, f"drawing {drawing_id} belongs to {owner}, not {patent.patent_id}"
            )
        if drawing_id in seen:
            raise _invalid_drawing(drawing_id, f"drawing {drawing_id} is there twice")
        seen.add(drawing_id)


def with_images(
    patent: Patent, contents: Mapping[str, bytes], size_of: Callable[[bytes], tuple[int, int]]
) -> Patent:
    """The patent with sizes and digests of its drawings taken from the images."""
    if unknown := set(contents) - {one.drawing_id for one in patent.drawings}:
        odd = min(unknown)
        raise _invalid_drawing(odd, f"an image is given for {odd}, which the patent does not list")
    return replace(patent, drawings=tuple(_with_image(one, contents, size_of) for one in patent.drawings))


def _with_image(
    drawing: Drawing, contents: Mapping[str, bytes], size_of: Callable[[bytes], tuple[int, int]]
) -> Drawing:
    drawing_id = drawing.drawing_id
    if drawing_id not in contents:
        raise _invalid_drawing(drawing_id, f"drawing {drawing_id} has no image")
    content = contents[drawing_id]
    try:
        width, height = size_of(content)
    except SevenviewsError as error:
        raise SevenviewsError(
            error.reason,
            f"drawing {drawing_id}: {error.message}",
            {**error.metadata, "image": drawing_id},
            error.retry_seconds,
        ) from error
    return replace(drawing, width=width, height=height, content_digest=digest_of(content))


def _invalid_patent(field: str, value: str, why: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.PATENT_INVALID, f"{field} {value!r} {why}", {"field": field, "value": value}
    )


def _invalid_drawing(drawing_id: str, why: str) -> SevenviewsError:
    return SevenviewsError(Reason.DRAWING_INVALID, why, {"drawing_id": drawing_id})


def check_batch(field: str, values: Sequence[object], most: int = MAX_BATCH) -> None:
    if not values:
        raise SevenviewsError(Reason.FIELD_REQUIRED, f"{field} is required", {"field": field})
    check_range(field, len(values), 1, most)
