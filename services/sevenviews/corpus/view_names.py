"""What a phrase of the description of drawings says about the view."""

from __future__ import annotations

import re

from sevenviews.designs import View

# In order of precedence: an "exploded perspective view" is exploded, a "front perspective view" perspective.
_KINDS: tuple[tuple[View, re.Pattern[str]], ...] = (
    (View.EXPLODED, re.compile(r"\bexploded\b|\bdisassembled\b", re.I)),
    (View.SECTION, re.compile(r"\b(?:cross[- ]?)?section(?:al)?\b(?! of the (?:bottle|article))", re.I)),
    (
        View.IN_USE,
        re.compile(
            r"\bin[- ]use\b|\buse[- ]state\b|\bstate of use\b|\bbeing (?:used|worn)\b"
            r"|\b(?:in|of) (?:an? |the |its )?(?:\w+ )?environment\b|\benvironment(?:al)? view\b",
            re.I,
        ),
    ),
    (
        View.DETAIL,
        re.compile(
            r"\bdetail(?:ed)?\b|\bclose[- ]?up\b|\bfragmentary\b|\bpartial(?:ly)?\b|\bmagnified\b"
            r"|\benlarged (?:view|portion|section)\b|\benlargement\b",
            re.I,
        ),
    ),
    (
        View.PERSPECTIVE,
        re.compile(
            r"\bperspective\b|\bisometric\b|\baxonometric\b|\bthree[- ]quarters?\b|\b3/4\b|\boblique\b", re.I
        ),
    ),
)

_SIDES: tuple[tuple[View, str], ...] = (
    # "From view" is a slip of the pen for "front view" that gets printed.
    (View.FRONT, r"front(?:al)?|from(?= (?:view|elevation))|anterior"),
    (View.BACK, r"back|rear|posterior"),
    (View.LEFT, r"left"),
    (View.RIGHT, r"right"),
    (View.TOP, r"top|upper|overhead|plan"),
    (View.BOTTOM, r"bottom|underside|underneath|lower"),
)
_SIDE = re.compile("|".join(f"(?P<{view.name}>\\b(?:{words})\\b)" for view, words in _SIDES), re.I)
_UNNAMED_SIDE = re.compile(r"\b(?:side|end|elevation(?:al)?|edge|profile)\b", re.I)
_VIEW_PHRASE = re.compile(r"^.*?\b(?:views?|elevation(?:al)?s?|perspectives?)\b", re.I | re.S)
# Where the phrase that names the view ends, and the article begins.
_ARTICLE = re.compile(r"\b(?:of|showing|wherein|shown|thereof|taken|according|with)\b|[;.]", re.I)
_WHOLE_SENTENCE = (View.SECTION, View.IN_USE)


def view_of(text: str) -> View:
    """The view that a description names: "a front perspective view of a chair" is PERSPECTIVE.

    A side that the text does not name ("a side view") is OTHER; UNKNOWN: the text names no view at all.
    """
    phrase = _phrase(text)
    for view, pattern in _KINDS:
        if pattern.search(text if view in _WHOLE_SENTENCE else phrase):
            return view
    sides = sides_of(phrase)
    if sides:
        return sides[0]
    return View.OTHER if _UNNAMED_SIDE.search(phrase) else View.UNKNOWN


def sides_of(phrase: str) -> list[View]:
    """The sides that a phrase names, in its order: "left and right side views"."""
    return [View[match.lastgroup] for match in _SIDE.finditer(_plan_once(phrase)) if match.lastgroup]


def _phrase(text: str) -> str:
    """The words that name the view, without the article: that may be a "front fascia" or a "top hat"."""
    by_article = _ARTICLE.split(text, maxsplit=1)[0]
    match = _VIEW_PHRASE.match(by_article)
    return match[0] if match else by_article


def _plan_once(phrase: str) -> str:
    """ "Bottom plan view" names one side, "plan view" alone means the top."""
    return re.sub(r"\b(top|bottom|upper|lower|front|rear|back|left|right) plan\b", r"\1", phrase, flags=re.I)
