"""Finds the statements of a description of drawings: which figures, and what is said of them.

A figure that is named may be a statement's subject ("FIG. 2 is a front view"), or only referred to ("of the chair of
FIG. 1", 'a portion labelled "FIG. 9," in FIG. 8', "the broken lines in FIG. 3"). It is a subject where a
clause starts, before a verb or a view; elsewhere before a verb and a view, and not behind "of", "in" and the like.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sevenviews.corpus.view_names import view_of
from sevenviews.designs import SOLE_FIGURE, FigureNumber, View
from sevenviews.designs.figure_list import DASH, LIST_WORD, NUMBER, RANGE_WORD, expand_items, figures_between

_NUMBERS = rf"{NUMBER}(?:\s*(?:{LIST_WORD}|{RANGE_WORD}|{DASH})\s*{NUMBER})*"
_CONTINUED = r"(?:\s*\(?\s*cont(?:inued|'?d|\.)?\.?\s*\))?"
_FIGURE_WORD = (
    r"(?<![A-Za-z])(?:f[i1l]g(?:ure)?s?|(?:figur(?:en|as?)?|abb(?:ildung(?:en)?)?)(?![a-z])|reproductions?|附?[图圖図])"
    r"\s*\.?\s*(?:nos?\.?\s*)?"
)
_PICTURE_WORD = (
    r"(?<![A-Za-z])(?:drawings?|photo(?:graph)?s?|pictures?|images?|views?|representations?)\s*"
    r"(?:nos?\.?\s*)?"
)
_MENTION = re.compile(
    rf"(?P<word>{_FIGURE_WORD})(?P<numbers>{_NUMBERS}){_CONTINUED}"
    rf"|(?P<picture>{_PICTURE_WORD})(?P<pictured>{_NUMBERS}){_CONTINUED}(?=\s*(?::|{DASH}|\b(?:is|are|shows?)\b))"
    r"|(?<![\w.,/])(?P<bare>\d{1,4}\.\d{1,3}(?![\w.]*\w)(?:\s*(?:" + f"{LIST_WORD}|{RANGE_WORD}|{DASH}"
    r")\s*\d{1,4}\.\d{1,3}(?![\w.]*\w))*)",
    re.I,
)
_SOLE = re.compile(
    r"(?:^|[.;:\]]\s*)(?:in\s+the\s+(?:accompanying\s+)?drawings?,?\s+)?(?:the\s+)?(?:(?:sole|only|single|one|accompanying|drawing)\s+)*"
    r"(?:fig(?:ure)?\b\.?|drawing(?=\s+(?:is|shows)\b))(?:\s+of\s+the\s+(?:drawings?|design|patent))?\s*"
    r"(?=(?:is|shows?|illustrates?|depicts?|represents?|:|contains|an?\s)(?:\b|\s))",
    re.I,
)
_ONE = (
    r"is|was|being|shows|illustrates|depicts|represents|presents|provides|discloses|displays"
    r"|zeigt|ist|stellt|est|montre|représente|illustre|es|muestra|representa"
)
_SEVERAL = (
    r"are|were|show|illustrate|depict|represent|present|provide|disclose|display"
    r"|zeigen|sind|sont|montrent|représentent|son|muestran|representan"
)
_ANY = r"showing|illustrating|depicting|representing|constitutes?|views?\s*:|[是为為は]"
_ONE_DOES = re.compile(rf"\s*(?:,?\s*respectively,?\s*)?(?:{_ONE}|{_ANY})(?![A-Za-z])", re.I)
_SEVERAL_DO = re.compile(rf"\s*(?:,?\s*respectively,?\s*)?(?:being|{_SEVERAL}|{_ANY})(?![A-Za-z])", re.I)
_SOME_DO = re.compile(rf"\s*,?\s*(?:{_ONE}|{_SEVERAL}|{_ANY}|an?\s|the\s|[:=]|{DASH})", re.I)
_LEAD = re.compile(
    rf"^[\s:,;.()=\[\]]*(?:{DASH}\s*)?(?:(?:each|also|both|all|respectively)\b,?\s*)*"
    rf"(?:(?:{_ONE}|{_SEVERAL}|{_ANY})(?![A-Za-z])\s*)?(?:(?:each|also|both|all|respectively)\b,?\s*)*(?:(?:an?|the|une?|la|le|eine?|die|una)\s+)?",
    re.I,
)
_TAIL = re.compile(
    r"(?:[\s;,.:(\[]|\[\d+\]|(?<=[\s;,.])(?:and|wherein|where|while|whereas|with|in which|of which)(?=\W*$))*$",
    re.I,
)

_HEADING = re.compile(
    r"(?:^|\s)(?:(?:brief\s+)?description(?:\s+of\s+(?:the\s+)?(?:several\s+)?(?:views?|drawings?|figures?|reproductions?)"
    r"(?:\s+of\s+the\s+drawings?)?)?|drawings?|figures?)\s*$",
    re.I,
)
_CLAUSE_START = re.compile(r"(?:^|[.;:,\]】；。，、•¶*]|^\W*\(?\d+\)|^\[\d+\])\s*$")
_CLAUSE_WORD = re.compile(
    r"(?:^|\W)(?:and|wherein|where|while|whilst|whereas|with|which|that|then|[A-Z][a-z]+ly)\s*$"
)
_REFERENCE = re.compile(
    r"(?:\b(?:of|in|to|from|by|see|like|than|at|on|under|between|through|with|as|per|surrounding|around|within|or|both"
    r"|shown|label+ed|marked|designated|line|the|portion|circle)|[\"“”'‘’])\s*$",
    re.I,
)
_ONE_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SPELLED = re.compile(
    rf"\bfig(?:ure)?s?\.?\s+(?:(?:{'|'.join(_ONE_TO_TEN)})\b(?:\s*(?:,|and|to|&)\s*)?)+", re.I
)
_SPELLED_NUMBER = re.compile(rf"\b(?:{'|'.join(_ONE_TO_TEN)})\b", re.I)
_RELATIVE = re.compile(
    rf"(?P<mention>{_FIGURE_WORD}(?P<number>{NUMBER})),?\s+(?:which|that)(?P<said>\s[^.;]*)", re.I
)
_FRAMED = re.compile(rf"[\[【〔［]\s*(?P<mention>{_FIGURE_WORD}{_NUMBERS})\s*[\]】〕］]", re.I)
_LIST_GAP = re.compile(rf"\s*(?:,\s*and\b|,|&|\band\b|\bor\b|{RANGE_WORD}|{DASH})\s*(?:the\s+)?", re.I)
_COMMA_GAP = re.compile(r"\s*(?:,|and\b|&)", re.I)
_ITEM = re.compile(
    r"(?:^|[.;,]\s*(?:and\b,?\s*)?|\s(?=\(?\d{1,3}\)\s))\s*\(?(?P<number>\d{1,3})\)?\s*(?P<mark>[.):]|[-–—])?\s+(?=[A-Za-z])"
)
_VIEW_NOUN = re.compile(r"\b(?:views?|elevation|perspective)\b", re.I)
_LOOK_AHEAD = 160
_LOOK_BACK = 80
_IS_A = re.compile(r"\s*is\s+an?\s", re.I)
_NUMBER_MARK = re.compile(r"^\s*(?:[:=]|[-–—]\s)")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of some figures.

    Attributes:
        runs: the figures, each once, in the order in which they are named, in runs: "FIGS. 1-7 and 8-14" are two.
        text: begins behind the verb.
    """

    runs: tuple[tuple[FigureNumber, ...], ...]
    text: str

    @property
    def numbers(self) -> tuple[FigureNumber, ...]:
        """All figures."""
        return tuple(number for run in self.runs for number in run)


def find_statements(paragraphs: Iterable[str]) -> list[Statement]:
    """The statements of a description, in order. Paragraphs that describe no figure give none."""
    texts = [_unframed(_in_digits(" ".join(paragraph.split()))) for paragraph in paragraphs]
    numbered = [statement for text in texts for statement in _numbered(text)]
    numbered += _in_passing(texts, {number for statement in numbered for number in statement.numbers})
    # A sole figure stands alone; plain numbers may be anything, and count where nothing else is a figure.
    return numbered or [statement for text in texts for statement in _sole(text)] or _plain(texts)


def _in_digits(text: str) -> str:
    """ "FIGURE ONE" as "FIGURE 1"."""
    return _SPELLED.sub(
        lambda match: _SPELLED_NUMBER.sub(lambda word: str(_ONE_TO_TEN.index(word[0].lower()) + 1), match[0]),
        text,
    )


def _in_passing(texts: Iterable[str], known: Container[FigureNumber]) -> Iterator[Statement]:
    """What a relative clause says of a figure that is no subject: "the bottle of FIG. 1, which is a front view"."""
    for text in texts:
        for match in _RELATIVE.finditer(text):
            number, said = FigureNumber.parse(match["number"]), match["said"]
            sentence = _TAIL.sub("", _LEAD.sub("", said))
            if number not in known and _ONE_DOES.match(said) and _names_view(said):
                yield Statement(((number,),), sentence)


def _unframed(text: str) -> str:
    """Without the brackets in which some offices set a figure's number: "[Fig. 1] Front view", "【図1】正面図"."""
    return _FRAMED.sub(
        lambda match: f"{'' if _REFERENCE.search(_before(text, match.start())) else '; '}{match['mention']} ",
        text,
    ).removeprefix("; ")


@dataclass(frozen=True, slots=True)
class _Subject:
    start: int
    end: int
    runs: tuple[tuple[FigureNumber, ...], ...]


def _numbered(text: str) -> Iterator[Statement]:
    subjects = list(_subjects(text))
    for subject, following in zip_longest(subjects, subjects[1:]):
        said = text[subject.end : following.start if following else len(text)]
        sentence = _TAIL.sub("", _LEAD.sub("", said))
        if sentence:
            yield Statement(subject.runs, sentence)


def _subjects(text: str) -> Iterator[_Subject]:
    mentions = list(_MENTION.finditer(text))
    place = 0
    while place < len(mentions):
        last = place
        while last + 1 < len(mentions) and _LIST_GAP.fullmatch(
            text, mentions[last].end(), mentions[last + 1].start()
        ):
            last += 1
        group = mentions[place : last + 1]
        place = last + 1
        behind = text[group[-1].end() : mentions[place].start() if place < len(mentions) else len(text)]
        if _is_subject(text, group, behind):
            chosen = group
        elif len(group) > 1 and _COMMA_GAP.match(text, group[-2].end()) and _begins(text, group[-1:], behind):
            # "... of FIG. 1, and FIG. 2 is a ...": no list, but an end and a beginning.
            chosen = group[-1:]
        else:
            continue
        runs = _runs(text, chosen)
        if runs:
            yield _Subject(chosen[0].start(), chosen[-1].end(), runs)


def _is_subject(text: str, group: Sequence[re.Match[str]], behind: str) -> bool:
    """Whether it is spoken of the figures of a group.

    Args:
        behind: what follows, up to the next mention.
    """
    before = _before(text, group[0].start())
    if _CLAUSE_START.search(before) or _HEADING.search(before):
        if group[0]["bare"] and (before or not _NUMBER_MARK.match(behind)):
            return _names_view(behind)
        return _SOME_DO.match(behind) is not None or _names_view(behind)
    if group[0]["bare"]:
        return _NUMBER_MARK.match(behind) is not None and _names_view(behind)
    if _CLAUSE_WORD.search(before) and not group[0]["picture"]:
        return _begins(text, group, behind)
    speaks = _agrees(text, group) or _NUMBER_MARK.match(behind) is not None
    refers = group[0]["picture"] or (
        _REFERENCE.search(before) and not (len(group) == 1 and _IS_A.match(behind))
    )
    return speaks and not refers and _names_view(behind)


def _before(text: str, place: int) -> str:
    """The last words before a place: a paragraph may be long, and hold many figures."""
    return text[:place] if place <= _LOOK_BACK else "…" + text[place - _LOOK_BACK : place]


def _begins(text: str, group: Sequence[re.Match[str]], behind: str) -> bool:
    """Whether what follows may be said of the group: "FIG. 2 is", "FIG. 4 a top view"."""
    return _agrees(text, group) or (_SOME_DO.match(behind) is not None and _names_view(behind))


def _agrees(text: str, group: Sequence[re.Match[str]]) -> bool:
    """Whether a verb follows, in the number of the figures."""
    count = sum(map(len, _runs(text, group)))
    verb = _SEVERAL_DO if count > 1 else _ONE_DOES
    return count > 0 and verb.match(text, group[-1].end()) is not None


def _names_view(behind: str) -> bool:
    return view_of(_LEAD.sub("", behind[:_LOOK_AHEAD])) is not View.UNKNOWN


def _runs(text: str, group: Sequence[re.Match[str]]) -> tuple[tuple[FigureNumber, ...], ...]:
    """The figures of a group, in runs; none, if they cannot be read."""
    several = (
        len(group) > 1
        or (group[0]["word"] or group[0]["picture"] or "s").strip(" .").lower().endswith("s")
        or _SEVERAL_DO.match(text, group[-1].end()) is not None
    )
    try:
        items = expand_items(_listed(text, group), several=several)
    except ValueError:
        return ()
    once = dict.fromkeys(number for item in items for number in item)
    if len(once) < sum(map(len, items)):
        return (tuple(once),)
    return tuple(items) if any(len(item) > 1 for item in items) else tuple(_consecutive(list(once)))


def _consecutive(numbers: Sequence[FigureNumber]) -> Iterator[tuple[FigureNumber, ...]]:
    """ "4, 5, 11, 12" are two runs."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or not _follows(numbers[place - 1], numbers[place]):
            yield tuple(numbers[start:place])
            start = place


def _follows(number: FigureNumber, following: FigureNumber) -> bool:
    return number < following and figures_between(number, following) == (number, following)


def _listed(text: str, group: Sequence[re.Match[str]]) -> str:
    """The list without its words: "FIG. 1 and FIG. 2" -> "1 and 2"."""
    parts = []
    for position, mention in enumerate(group):
        if position:
            parts.append(text[group[position - 1].end() : mention.start()])
        parts.append(mention["numbers"] or mention["pictured"] or mention["bare"])
    return "".join(parts).replace(" the ", " ")


def _sole(text: str) -> Iterator[Statement]:
    match = _SOLE.search(text)
    if match is not None:
        sentence = _TAIL.sub("", _LEAD.sub("", text[match.end() :]))
        if sentence:
            yield Statement(((SOLE_FIGURE,),), sentence)


def _plain(texts: Sequence[str]) -> list[Statement]:
    """Plain numbers: "1: Front", "2. Rear view". They may count products instead: "1. Top", "2. Skirt"."""
    items = [item for text in texts for item in _items(text)]
    views = [view_of(statement.text) is not View.UNKNOWN for statement, _ in items]
    trusted = len(items) > 1 and all(views)
    return [
        statement
        for (statement, is_sure), known in zip(items, views, strict=True)
        if known and (trusted or is_sure)
    ]


def _items(text: str) -> Iterator[tuple[Statement, bool]]:
    """Each item, and whether it is surely a figure."""
    items = list(_ITEM.finditer(text))
    for item, following in zip_longest(items, items[1:]):
        sentence = _TAIL.sub(
            "", _LEAD.sub("", text[item.end() : following.start() if following else len(text)])
        )
        marked = item["mark"] in {":", "-", "–", "—"}
        statement = Statement(((FigureNumber.parse(item["number"]),),), sentence)
        yield statement, marked or _VIEW_NOUN.search(sentence) is not None
