"""What the console says in words: scores, views, and why something did not work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.exceptions import HTTPException

from sevenviews.designs import Reason, SevenviewsError, View
from sevenviews.law import Standing

BANDS = (
    (0.95, "Nearly the same"),
    (0.85, "Very alike"),
    (0.75, "Alike"),
    (0.65, "Somewhat alike"),
    (0.0, "Hardly alike"),
)
"""From this score on. They order what is seen; none of them says that a right is infringed."""


STANDINGS = {
    Standing.PRIOR_ART: ("●", "Prior art"),
    Standing.GRACE_PERIOD: ("◐", "Grace period"),
    Standing.EARLIER_FILED: ("◒", "Filed earlier"),
    Standing.LATER: ("○", "Later"),
    Standing.UNKNOWN: ("?", "Not known"),
}
"""Of a design's dates: a sign beside the colour, and the words."""


def likeness(score: float) -> str:
    """A score of 0 to 1 in words."""
    return next(words for least, words in BANDS if score >= least)


def band(score: float) -> int:
    """The band of a score, 5 the best."""
    return next(len(BANDS) - position for position, (least, _) in enumerate(BANDS) if score >= least)


def view_words(view: View) -> str:
    """Front view, exploded view; view not known."""
    match view:
        case View.UNKNOWN:
            return "view not known"
        case View.IN_USE:
            return "in use"
        case View.OTHER:
            return "another view"
        case _:
            return f"{view.value} view"


def drawing_words(patent_id: str, view: View, figure_number: str) -> str:
    """What stands for a drawing where it cannot be seen: "USD0909824, front view, FIG. 2"."""
    known = [patent_id, view_words(view), f"FIG. {figure_number}" if figure_number else ""]
    return ", ".join(one for one in known if one)


@dataclass(frozen=True, slots=True)
class Told:
    """How a failure is told.

    Attributes:
        status: of HTTP.
        title: what happened, in a few words.
        advice: what to do now; empty: nothing that we know of.
        reason: for programs.
        message: what whoever failed says of it.
        retry_seconds: after which it may go well; None: nobody knows.
        near: ids of designs that may have been meant.
    """

    status: HTTPStatus
    title: str
    advice: str = ""
    reason: str = ""
    message: str = ""
    retry_seconds: float | None = None
    near: tuple[str, ...] = ()


_IMAGE = HTTPStatus.UNPROCESSABLE_ENTITY
_BUSY = HTTPStatus.SERVICE_UNAVAILABLE
_LOCKED_OUT = Told(
    HTTPStatus.BAD_GATEWAY,
    "This page has no key that the gateway takes",
    "Operators: make one by “sevenviews keys create console --role reader”, and give its file as "
    "SEVENVIEWS_CONSOLE_GATEWAY_API_KEY_FILE.",
)
_TOLD = {
    Reason.CREDENTIAL_MISSING: _LOCKED_OUT,
    Reason.CREDENTIAL_INVALID: _LOCKED_OUT,
    Reason.CREDENTIAL_EXPIRED: _LOCKED_OUT,
    Reason.ROLE_MISSING: Told(
        HTTPStatus.FORBIDDEN,
        "The key of this page does not allow that",
        "Operators: “sevenviews keys create” makes one with the role that is named.",
    ),
    Reason.RELEASE_STATE: Told(HTTPStatus.CONFLICT, "The release cannot serve", "It is not complete yet."),
    Reason.FIELD_REQUIRED: Told(_IMAGE, "Something is missing"),
    Reason.FIELD_OUT_OF_RANGE: Told(_IMAGE, "A value is out of its range"),
    Reason.FIELD_MALFORMED: Told(_IMAGE, "A value cannot be read", "Look at the filters."),
    Reason.PAGE_TOKEN_INVALID: Told(
        HTTPStatus.GONE, "This page has gone", "Begin again with the first page."
    ),
    Reason.PAGE_TOKEN_EXPIRED: Told(
        HTTPStatus.GONE,
        "The release that found these hits has retired",
        "Begin again with the first page: the release that serves now will answer.",
    ),
    Reason.IMAGE_EMPTY: Told(_IMAGE, "The file is empty"),
    Reason.IMAGE_FORMAT_UNSUPPORTED: Told(
        _IMAGE, "The file is no image that can be read", "TIFF, PNG, JPEG, WebP and PDF can."
    ),
    Reason.IMAGE_CORRUPT: Told(_IMAGE, "The image is damaged", "Save it anew, or scan the sheet again."),
    Reason.IMAGE_TOO_LARGE: Told(_IMAGE, "The image has too many pixels", "Scan it at 300 dots an inch."),
    Reason.IMAGE_TOO_SMALL: Told(_IMAGE, "The image is too small to be compared"),
    Reason.IMAGE_BLANK: Told(_IMAGE, "Nothing is drawn on the image"),
    Reason.IMAGE_ANIMATED: Told(_IMAGE, "The image moves", "Give one frame of it."),
    Reason.CROP_BOX_INVALID: Told(_IMAGE, "The crop is empty, or reaches beyond the image"),
    Reason.MESSAGE_TOO_LARGE: Told(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The drawings are too large together", "Put some of them aside."
    ),
    Reason.PATENT_INVALID: Told(_IMAGE, "The document cannot be read"),
    Reason.PATENT_NOT_FOUND: Told(HTTPStatus.NOT_FOUND, "No such design is in the catalogue"),
    Reason.DRAWING_NOT_FOUND: Told(HTTPStatus.NOT_FOUND, "No such drawing is in the catalogue"),
    Reason.RELEASE_NOT_FOUND: Told(HTTPStatus.NOT_FOUND, "No such release is there"),
    Reason.DRAWING_CONTENT_MISSING: Told(
        HTTPStatus.NOT_FOUND, "The drawing's image is missing", "Operators: run “sevenviews reconcile”."
    ),
    Reason.NO_SERVING_RELEASE: Told(
        _BUSY,
        "Nothing can be searched yet",
        "The catalogue is empty, or no release serves. Operators: “sevenviews ingest FILES” makes the first one, "
        "“sevenviews releases list” shows them.",
    ),
    Reason.EMBEDDING_MODEL_MISMATCH: Told(HTTPStatus.CONFLICT, "The drawing was read by another model"),
    Reason.DEPENDENCY_UNAVAILABLE: Told(
        _BUSY, "A part of the system does not answer", "Try again in a moment. Nothing of yours is lost."
    ),
    Reason.DEADLINE_EXCEEDED: Told(
        HTTPStatus.GATEWAY_TIMEOUT,
        "It took too long",
        "Try again, or with fewer drawings or a narrower filter.",
    ),
    Reason.OVERLOADED: Told(_BUSY, "Too many are searching just now"),
    Reason.QUOTA_EXCEEDED: Told(HTTPStatus.TOO_MANY_REQUESTS, "Your quota of searches is used up for now"),
    Reason.DRAINING: Told(_BUSY, "The server is being replaced", "Try again in a moment."),
    Reason.STORAGE_FULL: Told(HTTPStatus.INSUFFICIENT_STORAGE, "There is no room left"),
}
_UNFORESEEN = Told(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side", "Try again.")

_TOLD_BY_STATUS = {
    HTTPStatus.NOT_FOUND: Told(HTTPStatus.NOT_FOUND, "There is no such page"),
    HTTPStatus.GONE: Told(
        HTTPStatus.GONE,
        "These drawings are not kept any more",
        "Uploads are deleted some time after they were last looked at, and at once when they are purged. "
        "Upload the drawings again: the same ones have the same address.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Told(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "That is too much for one upload",
        "Upload fewer files, or smaller ones.",
    ),
}


def told(error: Exception) -> Told:
    """How a failure is told: a SevenviewsError, or an HTTPException. What nobody foresees is a fault of ours."""
    match error:
        case SevenviewsError():
            known = _TOLD.get(error.reason, _UNFORESEEN)
            return replace(
                known,
                reason=error.reason,
                message=error.message,
                retry_seconds=error.retry_seconds,
                near=tuple(filter(None, error.metadata.get("near", "").split(", "))),
            )
        case HTTPException():
            status = HTTPStatus(error.status_code)
            known = _TOLD_BY_STATUS.get(status, Told(status, status.phrase))
            return replace(known, reason=status.name, message=error.detail)
        case _:
            return replace(_UNFORESEEN, reason=Reason.INTERNAL)
