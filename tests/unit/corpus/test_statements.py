"""What a description says beside its figures."""

from __future__ import annotations

import pytest

from sevenviews.corpus.statements import broken_line_statement, colour_statement, embodiments_of
from sevenviews.designs import Embodiment, FigureDescription


@pytest.mark.parametrize(
    "sentence",
    [
        "The broken lines depict portions of the shoe that form no part of the claimed design.",
        "The dash-dot-dash broken lines show the boundary of the claim.",
        "The evenly-dashed broken lines illustrate a housing.",
        "Dashed lines in FIG. 2 show environment.",
        "The dot-dash lines and the phantom lines form no part thereof.",
        "The broken line disclosure of the handle illustrates the environment.",
        "Portions shown in dotted lines are disclaimed.",
    ],
)
def test_sentences_about_lines_are_kept(sentence: str) -> None:
    paragraphs = ["FIG. 1 is a front view of a shoe; and,", f"It is a shoe. {sentence} It has laces."]
    assert broken_line_statement(paragraphs) == sentence


def test_a_description_without_such_lines_says_nothing() -> None:
    assert broken_line_statement(["FIG. 1 is a view of a line of broken glass.", "A lined notebook."]) == ""
    assert colour_statement(["FIG. 1 is a front view."]) == ""


@pytest.mark.parametrize("word", ["broken ", "dash-", "dot-dash-", "another ", "first ", "colour. A"])
def test_a_text_of_nothing_but_such_words_is_looked_through_in_one_pass(word: str) -> None:
    text = word * 20_000
    assert broken_line_statement([text]) == ""
    assert len(colour_statement([text])) <= 10_000
    assert embodiments_of(_figures(text)) == ()


def test_sentences_about_colours_are_kept_once() -> None:
    executed = "The file of this patent contains at least one drawing/photograph executed in color."
    assert colour_statement([f"{executed} Copies are sold.", executed]) == executed


def _figures(*texts: str) -> list[FigureDescription]:
    return [FigureDescription(str(number), text) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("texts", "embodiments"),
    [
        (["front view", "back view thereof"], []),
        (["front view of an embodiment", "back view thereof"], []),
        (
            ["a first embodiment", "back view thereof", "a second embodiment", "back view thereof"],
            [("first embodiment", "12"), ("second embodiment", "34")],
        ),
        (
            [
                "a front view",
                "back view thereof",
                "front view of an alternate embodiment",
                "back view thereof",
            ],
            [("first embodiment", "12"), ("alternate embodiment", "34")],
        ),
        (
            ["one embodiment", "front view of another embodiment", "back view of the one embodiment"],
            [("one embodiment", "13"), ("another embodiment", "2")],
        ),
        (["view of embodiment 1", "view of embodiment 2"], [("embodiment 1", "1"), ("embodiment 2", "2")]),
    ],
)
def test_embodiments_are_told_apart(texts: list[str], embodiments: list[tuple[str, str]]) -> None:
    expected = tuple(Embodiment(name, tuple(numbers)) for name, numbers in embodiments)
    assert embodiments_of(_figures(*texts)) == expected
