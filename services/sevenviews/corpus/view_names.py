"""What a phrase of the description of drawings says about the view.

A sentence names the view before its article ("a front elevational view of a chair"), or as what is seen ("a view of
the left side thereof", "an elevation from the rear"). What the article is called must not count: a "front fascia", a
"top hat", a "sectional sofa". Nor what is said of views that are not drawn ("the left side being a mirror image").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sevenviews.corpus.view_characters import view_in_characters
from sevenviews.corpus.view_languages import in_english
from sevenviews.designs import View

# What may be said behind the name of the view, anywhere in the sentence.
_CUT = re.compile(
    r"\bcross[- ]?section(?:al)?\b|\btaken (?:along|at|on|through|from)\b[^,]{0,80}\blines?\b", re.I
)
_USE = re.compile(
    r"(?<!not )(?<!when not )\bin[- ]use\b|\b(?:use[- ]state|state of use|usage)\b|\bbeing (?:used|worn|held)\b"
    r"|\benvironment(?:al)?(?: \w+)? views?\b|\b(?:in|of) (?:an? |the |its )?(?:\w+ )?environment\b",
    re.I,
)
_DETAIL = re.compile(
    r"\bdetail(?:ed)?\b|\bclose[- ]?up\b|\bfragment(?:ary)?\b|\bpartial(?:ly)?\b|\bmagnified\b|\bzoom(?:ed)?\b"
    r"|\bblow(?:n)?[- ]?up\b|\binset\b|\benlarged (?:views?|portion|section|area|part)\b|\benlargement\b",
    re.I,
)
_ENLARGED = re.compile(r"\benlarged\b", re.I)
_PART = re.compile(r"\bof (?:an? |the |that )?(?:\w+ ){0,2}?(?:portion|part|area|region|circle)\b", re.I)
_PERSPECTIVE = re.compile(
    r"\bperspectiv(?:e|al)\b|\bperpsective\b|\bprespective\b|\bisometric\b|\baxonometric\b|\bdimetric\b"
    r"|\bthree[- ]quarters?\b|\b3/4\b|\boblique\b",
    re.I,
)
# A view, how its name is worded, how else a sentence says it; in order of precedence: an "exploded
# perspective view" is exploded, a "front perspective view" perspective.
_KINDS: tuple[tuple[View, re.Pattern[str], re.Pattern[str] | None], ...] = (
    (
        View.EXPLODED,
        re.compile(r"\bexploded\b|\bdis-?assembled\b", re.I),
        re.compile(r"\b(?:in|as) (?:an? )?(?:partially )?(?:exploded|disassembled)\b", re.I),
    ),
    (View.SECTION, re.compile(r"\b(?:cross[- ]?)?section(?:al|ed)?\b|\bcut-?away\b", re.I), _CUT),
    (View.IN_USE, _USE, _USE),
    (View.DETAIL, _DETAIL, None),
    (View.PERSPECTIVE, _PERSPECTIVE, re.compile(r"\bin (?:\w+ )?perspective\b", re.I)),
)

_SIDES: tuple[tuple[View, str], ...] = (
    # "From view" is a slip of the pen for "front view" that gets printed.
    (View.FRONT, r"front(?:al|ward)?|from(?= (?:view|elevation))|anterior|obverse"),
    (View.BACK, r"back(?:side)?|rear(?:ward)?|behind|posterior|reverse"),
    (View.LEFT, r"left(?:[- ]?hand)?"),
    (View.RIGHT, r"right(?:[- ]?hand)?(?![- ]angle)"),
    (View.TOP, r"top(?:side)?|upper|overhead|above|superior|bird's[- ]eye"),
    (View.BOTTOM, r"bottom|under(?:side|neath|surface)|lower|below|beneath|inferior|inverted(?= plan)"),
)
_SIDE = re.compile("|".join(f"(?P<{view.name}>\\b(?:{words})\\b)" for view, words in _SIDES), re.I)
_AXES = ({View.FRONT, View.BACK}, {View.LEFT, View.RIGHT}, {View.TOP, View.BOTTOM})
_PLAN = re.compile(r"\bplan\b", re.I)
_UNNAMED_SIDE = re.compile(r"\b(?:sides?|ends?|elevation(?:s|al)?|edges?|profile|lateral|medial)\b", re.I)
_SIDE_WORDS = "|".join(words for _, words in _SIDES)
# What is seen, or from where: "of the left side thereof", "from the rear", "of the top and bottom, respectively".
_SEEN = (
    rf"\s+(?:the\s+|its\s+|an?\s+)?(?P<sides>(?:{_SIDE_WORDS})(?:(?:\s*(?:,|/|\band\b|\bor\b)\s*|[\s-]+)(?:the\s+)?"
    rf"(?:{_SIDE_WORDS}))*)(?:[\s-]+(?:side|end|face|surface|edge|elevation|aspect)s?)?"
    r"(?=\s*(?:$|[,;.:()]|\b(?:of|thereof|and|in|with|is|showing|as|when|on|down|respectively)\b))"
)
_SEEN_FROM = re.compile(rf"\b(?:from|toward|towards|at){_SEEN}", re.I)
_SEEN_OF = re.compile(rf"\b(?:of|showing|illustrating|depicting|to){_SEEN}", re.I)

_SEEN_SIDE = re.compile(
    r"\b(?:of|from|showing)\s+(?:the\s+|an?\s+)?(?:(?:one|either|each|other|opposite)\s+)?(?:side|end|edge)s?"
    r"(?=\s*(?:$|[,;.:()]|\b(?:of|thereof|in|with|as|opposite)\b))",
    re.I,
)

_VIEW_NOUN = r"\bviews?\b(?! (?:mirror|camera|finder|window)s?\b)"
_TO_THE_LAST_VIEW = re.compile(rf"^.*{_VIEW_NOUN}", re.I | re.S)
# Where the phrase that names the view ends, and the article begins.
_ARTICLE = re.compile(
    r"\b(?:of|showing|wherein|shown|thereof|taken|according|with|without|when|while|during|before|after|looking|seen"
    r"|viewed|toward|towards|for|having|depicting|illustrating|where|which|as)\b|\bin\b(?![- ]use)"
    r"|\bfrom\b(?! (?:view|elevation))|[;.()\[\]]",
    re.I,
)
_SENTENCE_END = re.compile(r"(?<!\bfig)(?<!\bfig )(?<!\bfigs)(?<!\bfigs )(?<!\bno)[.;](?:\s|$)", re.I)
_PICTURE_OF = re.compile(
    r"^(?:an?\s+|the\s+)?(?:(?:colou?r(?:ed)?|black[- ]and[- ]white|digital|line)\s+)*(?:photograph|photo|picture"
    r"|image|drawing|illustration|depiction|rendering|reproduction|representation|sketch)s?\s+"
    r"(?:of|showing|depicting|illustrating)\s+(?:an?\s+|the\s+)?",
    re.I,
)
# "..., the left side being a mirror image"; "(the opposite side is the same)".
_NOT_DRAWN = re.compile(
    r"[,;(]\s*(?:(?:and|but|with|wherein|where|while|whereas|as)\s+)*(?:the|its|both|an?)\s[^,;.()]*"
    r"\b(?:being|is|are|was)\b.*$|[,;(][^,;()]*\b(?:mirror|identical|symmetrical|same)\b.*$",
    re.I | re.S,
)
# "A view in front elevation" is a front elevation view.
_VIEW_IN = re.compile(r"\bviews? in (?P<name>(?:an? )?(?:[\w-]+ ){0,3}(?:elevation|plan|profile))\b", re.I)
_GROWN_TOGETHER = re.compile(
    r"\b(front|rear|back|left|right|top|bottom|side)(views?|sides?|elevations?)\b", re.I
)
_INITIALS = re.compile(r"\b(?:(r)|l)\.\s?h\.", re.I)
_HYPHEN_APART = re.compile(r"(?<=[A-Za-z]) ?- (?=[a-z])|(?<=[A-Za-z]) -(?=[a-z])")
_RESPECTIVELY = re.compile(r"[,(]?\s*\brespectively\b[,)]?", re.I)
_ITEM_ENDS = re.compile(r"\s*(?:,\s*and\b|,|/|&|\band\b|\bor\b)\s*", re.I)
# What may stand around a side where no "view" is said: "Front", "the left side", "front elevational".
_NAMES_A_VIEW = re.compile(rf"{_VIEW_NOUN}|\b(?:elevations?|elevational|plan|profile)\b", re.I)
_BARE_WORDS = re.compile(
    rf"(?:(?:the|an?|and|or|another|other|first|second|opposite|same|{_SIDE_WORDS}|sides?|ends?|edges?|face|surface"
    r"|perspective|isometric|exploded|cross|section(?:al)?|detail(?:ed)?|enlarged|partial|fragmentary|enlargement"
    r"|photograph|drawing|reference|in|use|close|up|unfolded|open(?:ed)?|closed|disassembled|oblique)\b[\s,/&-]*)+",
    re.I,
)


def view_of(text: str) -> View:
    """The view that a description names: "a front perspective view of a chair" is PERSPECTIVE.

    A side that the text does not name ("a side view") is OTHER; so is a bare "opposite side": `descriptions` knows
    opposite of what. UNKNOWN: the text names no view at all.
    """
    in_characters = view_in_characters(text)
    if in_characters is not View.UNKNOWN:
        return in_characters
    sentence = _sentence(in_english(text))
    phrase = _phrase(sentence)
    kind = _kind_of(phrase, sentence)
    if kind is not None:
        return kind
    sides = _sides_in(phrase) or _sides_seen(sentence[len(phrase) :])
    if sides:
        return sides[0] if _on_one_axis(sides) else View.PERSPECTIVE
    side = _side_without_name(phrase)
    return View.OTHER if side is View.UNKNOWN and _SEEN_SIDE.search(sentence[len(phrase) :]) else side


def views_of(text: str, runs: Sequence[int]) -> list[View]:
    """The views of figures that share a description, in their order.

    "Left and right side views" are two; "front, rear and perspective views" three, and so for each run of figures
    ("FIGS. 1-3 and 4-6"). Where neither one view is named nor as many as there are figures, they are UNKNOWN.

    Args:
        runs: how many figures each run has.
    """
    sentence = _sentence(in_english(text))
    phrase = _phrase(sentence)
    items = [item for item in _ITEM_ENDS.split(phrase) if item]
    if not _sides_in(phrase) and _kind_of(phrase, "") is None:
        seen = _sides_seen(sentence[len(phrase) :])
        if len(seen) > 1:
            return _dealt(seen, runs)
    if len(items) <= 1:
        return [view_of(text)] * sum(runs)
    return _dealt(_views_of_items(items), runs)


def opposite_of(view: View) -> View:
    """The other side of the article; OTHER for what is no side."""
    for axis in _AXES:
        if view in axis:
            (other,) = axis - {view}
            return other
    return View.OTHER


def _dealt(views: Sequence[View], runs: Sequence[int]) -> list[View]:
    if len(set(views)) == 1:
        return [views[0]] * sum(runs)
    if len(views) == sum(runs):
        return list(views)
    if all(run == len(views) for run in runs):
        return [*views] * len(runs)
    return [View.UNKNOWN] * sum(runs)


def _views_of_items(items: Sequence[str]) -> list[View]:
    """Of "left", "right perspective views": the last item's kind is every item's, as it stands behind a side."""
    last = items[-1]
    shared = _kind_of(last, "") if _sides_in(last) else None
    rest = _side_without_name(last)
    views = []
    for item in items:
        sides = _sides_in(item)
        kind = _kind_of(item, "") or (shared if sides else None)
        views.append(kind or (sides[0] if sides else rest))
    return views


def _sentence(text: str) -> str:
    """The first sentence, without what introduces the picture, and without views that are not drawn."""
    text = _INITIALS.sub(lambda match: "right-hand" if match[1] else "left-hand", text)
    text = _GROWN_TOGETHER.sub(r"\1 \2", _HYPHEN_APART.sub("-", text.strip()))
    text = _PICTURE_OF.sub("", _VIEW_IN.sub(r"\g<name> view", text))
    sentence = _SENTENCE_END.split(_RESPECTIVELY.sub("", text), maxsplit=1)[0]
    return _NOT_DRAWN.sub("", sentence)


def _phrase(sentence: str) -> str:
    """The words that name the view, without the article; empty, if they name none."""
    by_article = _ARTICLE.split(sentence, maxsplit=1)[0]
    match = _TO_THE_LAST_VIEW.match(by_article)
    if match:
        return match[0]
    if _NAMES_A_VIEW.search(by_article):
        return by_article
    bare = by_article.split(",")
    whole = [part for part in bare if part.strip() and _BARE_WORDS.fullmatch(part.strip())]
    return (
        by_article
        if len(whole) == len([part for part in bare if part.strip()])
        else bare[0] * (bare[0] in whole)
    )


def _kind_of(phrase: str, sentence: str) -> View | None:
    for view, named, said in _KINDS:
        if named.search(phrase) or (said is not None and said.search(sentence)):
            return view
        if (
            view is View.DETAIL
            and _ENLARGED.search(phrase)
            and _PART.match(sentence[len(phrase) :].lstrip(" ,"))
        ):
            return view
    return None


def _sides_in(phrase: str) -> list[View]:
    """The sides that a phrase names; "plan" alone is the top, "bottom plan" and "side plan" are not."""
    sides = [View[match.lastgroup] for match in _SIDE.finditer(phrase) if match.lastgroup]
    if not sides and _PLAN.search(phrase) and not re.search(r"\b(?:side|end)\b", phrase, re.I):
        return []
    return sides


def _sides_seen(rest: str) -> list[View]:
    match = _SEEN_FROM.search(rest) or _SEEN_OF.search(rest)
    return _sides_in(match["sides"]) if match else []


def _on_one_axis(sides: Sequence[View]) -> bool:
    """Front or rear, which are alike, one picture may stand for; the front and the left it shows at an angle."""
    return any(set(sides) <= axis for axis in _AXES)


def _side_without_name(phrase: str) -> View:
    if _PLAN.search(phrase) and not re.search(r"\b(?:side|end)\b", phrase, re.I):
        return View.TOP
    return View.OTHER if _UNNAMED_SIDE.search(phrase) else View.UNKNOWN
