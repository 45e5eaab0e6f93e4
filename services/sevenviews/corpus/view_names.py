"""What a phrase of the description of drawings says about the view."""

from __future__ import annotations

import re

from sevenviews.designs import View

# What may be said behind the name of the view, anywhere in the sentence.
_CUT = re.compile(r"\bcross[- ]?section(?:al)?\b|\btaken (?:along|at|on|through|from)\b[^,]*\bline", re.I)
_USE = re.compile(
    r"\bin[- ]use\b|\b(?:use[- ]state|state of use)\b|\bbeing (?:used|worn)\b|\benvironment(?:al)? view\b"
    r"|\b(?:in|of) (?:an? |the |its )?(?:\w+ )?environment\b",
    re.I,
)

_DETAIL = re.compile(
    r"\bdetail(?:ed)?\b|\bclose[- ]?up\b|\bfragmentary\b|\bpartial(?:ly)?\b|\bmagnified\b"
    r"|\benlarged (?:view|portion|section)\b|\benlargement\b",
    re.I,
)
_PERSPECTIVE = re.compile(
    r"\bperspective\b|\bisometric\b|\baxonometric\b|\bthree[- ]quarters?\b|\b3/4\b|\boblique\b", re.I
)
# A view, how its name is worded, how else a sentence says it; in order of precedence: an "exploded
# perspective view" is exploded, a "front perspective view" perspective.
_KINDS: tuple[tuple[View, re.Pattern[str], re.Pattern[str] | None], ...] = (
    (View.EXPLODED, re.compile(r"\bexploded\b|\bdisassembled\b", re.I), None),
    (View.SECTION, re.compile(r"\b(?:cross[- ]?)?section(?:al)?\b", re.I), _CUT),
    (View.IN_USE, _USE, _USE),
    (View.DETAIL, _DETAIL, None),
    (View.PERSPECTIVE, _PERSPECTIVE, None),
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
_VIEW_PHRASE = re.compile(r"^.*?\bviews?\b", re.I | re.S)
# Where the phrase that names the view ends, and the article begins.
_ARTICLE = re.compile(r"\b(?:of|showing|wherein|shown|thereof|taken|according|with)\b|[;.]", re.I)
_SENTENCE_END = re.compile(r"[.;]\s")


def view_of(text: str) -> View:
    """The view that a description names: "a front perspective view of a chair" is PERSPECTIVE.

    A side that the text does not name ("a side view") is OTHER; UNKNOWN: the text names no view at all.
    """
    phrase = _phrase(text)
    sentence = _SENTENCE_END.split(text, maxsplit=1)[0]
    for view, named, said in _KINDS:
        if named.search(phrase) or (said is not None and said.search(sentence)):
            return view
    sides = sides_of(text)
    if sides:
        return sides[0]
    return View.OTHER if _UNNAMED_SIDE.search(phrase) else View.UNKNOWN


def sides_of(text: str) -> list[View]:
    """The sides that a description names, in its order: "left and right side views of a chair"."""
    phrase = _plan_once(_phrase(text))
    return [View[match.lastgroup] for match in _SIDE.finditer(phrase) if match.lastgroup]


def _phrase(text: str) -> str:
    """The words that name the view, without the article: that may be a "front fascia" or a "top hat"."""
    by_article = _ARTICLE.split(text, maxsplit=1)[0]
    match = _VIEW_PHRASE.match(by_article)
    return match[0] if match else by_article


def _plan_once(phrase: str) -> str:
    """ "Bottom plan view" names one side, "plan view" alone means the top."""
    return re.sub(r"\b(top|bottom|upper|lower|front|rear|back|left|right) plan\b", r"\1", phrase, flags=re.I)
