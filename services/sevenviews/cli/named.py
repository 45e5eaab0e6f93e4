"""Patents that were named on the command line: those that there are, and why there are not the others."""

from __future__ import annotations

from collections.abc import Iterable

from sevenviews.client import Client, StoredPatent
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.designs.numbers import rejoined


def look_up(
    client: Client, typed: Iterable[str]
) -> tuple[dict[str, StoredPatent], dict[str, SevenviewsError]]:
    """Each once, in the order in which they were typed: by its id; and by what was typed, why there is none.

    Raises:
        SevenviewsError: for any other reason than PATENT_NOT_FOUND.
    """
    there: dict[str, StoredPatent] = {}
    missing: dict[str, SevenviewsError] = {}
    for one in client.get_patents(dict.fromkeys(rejoined(list(typed)))):
        if one.error is not None and one.error.reason is Reason.PATENT_NOT_FOUND:
            missing[one.patent_id] = one.error
        else:
            stored = one.get()
            there[stored.patent.patent_id] = stored
    return there, missing
