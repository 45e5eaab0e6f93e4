"""The description of drawings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.corpus.descriptions import describe_figures
from sevenviews.corpus.file_names import names_a_view, view_of_stem
from sevenviews.designs import View
from tests.unit.corpus.truth_tables import descriptions

_PHRASES = {
    "perspective view": View.PERSPECTIVE,
    "front elevational view": View.FRONT,
    "rear view": View.BACK,
    "top plan view": View.TOP,
    "cross-sectional view": View.SECTION,
}


@given(
    st.lists(st.integers(1, 150), min_size=1, max_size=12, unique=True),
    st.sampled_from(["FIG. {} is a {} thereof", "Fig. {} shows a {} of a chair", "FIGURE {} a {} thereof"]),
    st.data(),
)
def test_every_described_figure_is_found(numbers: list[int], sentence: str, data: st.DataObject) -> None:
    phrases = [data.draw(st.sampled_from(sorted(_PHRASES))) for _ in numbers]
    sentences = [sentence.format(number, phrase) for number, phrase in zip(numbers, phrases, strict=True)]
    expected = {str(number): _PHRASES[phrase] for number, phrase in zip(numbers, phrases, strict=True)}
    in_paragraphs = describe_figures([f"{text};" for text in sentences])
    in_one_paragraph = describe_figures(["; ".join(sentences) + "."])
    assert dict(in_paragraphs.views) == expected
    assert in_paragraphs.numbers == tuple(expected)
    assert dict(in_one_paragraph.views) == expected


def test_references_to_other_figures_describe_nothing() -> None:
    described = describe_figures(
        [
            "FIG. 1 is a perspective view of a bottle;",
            "FIG. 2 is a front view of the bottle of FIG. 1, the rear view being like FIG. 2; and,",
            "The broken lines surrounding FIG. 1 depict the boundaries of the claim.",
            "The image transitions between those of FIGS. 1-4 and 5-8.",
        ]
    )
    assert dict(described.views) == {"1": View.PERSPECTIVE, "2": View.FRONT}
    assert described.descriptions[1].text.startswith("front view of the bottle of FIG. 1")
    assert not described.descriptions[1].text.endswith("and,")


def test_ranges_and_lists() -> None:
    described = describe_figures(
        ["FIGS. 2-4 are front views of a lamp;", "FIGS. 5 and 6 are left and right side views of a top hat."]
    )
    assert dict(described.views) == {
        "2": View.FRONT,
        "3": View.FRONT,
        "4": View.FRONT,
        "5": View.LEFT,
        "6": View.RIGHT,
    }


def test_the_hague_form() -> None:
    described = describe_figures(
        [
            "1. Heat dissipating device",
            "1.1 : Front",
            "1.2 : Perspective",
            "1.8 is an enlarged partial perspective view; and",
            "1.9 is a perspective view, shown in an environment.",
            "Fig. 1.8 is a partly enlarged view along the line of the fig 1.2; fig. 1.9 is a reference view.",
        ]
    )
    assert dict(described.views) == {
        "1.1": View.FRONT,
        "1.2": View.PERSPECTIVE,
        "1.8": View.DETAIL,
        "1.9": View.IN_USE,
    }
    assert [part.figure_number for part in described.descriptions].count("1.8") == 2


def test_a_sole_figure_counts_as_one() -> None:
    described = describe_figures(
        ["The FIGURE is a front view of a display screen.", "The broken lines in the FIGURE …"]
    )
    assert dict(described.views) == {"1": View.FRONT}


def test_images_of_a_sequence_have_the_view_of_the_first() -> None:
    described = describe_figures(
        [
            "FIG. 1 is a front view of a display screen showing a first image;",
            "FIG. 2 is a second image thereof;",
            "FIG. 3 is another embodiment of a display screen.",
        ]
    )
    assert set(described.views.values()) == {View.FRONT}


@pytest.mark.parametrize(("paragraphs", "figures"), descriptions())
def test_every_way_of_describing_figures(paragraphs: list[str], figures: str) -> None:
    described = describe_figures(paragraphs)
    assert ", ".join(f"{number} {view}" for number, view in described.views.items()) == figures


@given(st.lists(st.text(max_size=80), max_size=3), st.integers(0, 40))
def test_any_text_is_read_in_a_moment(paragraphs: list[str], repeated: int) -> None:
    described = describe_figures([*paragraphs, "FIG. 1, " * repeated + "1.1 - " * repeated])
    assert {part.figure_number for part in described.descriptions} == set(described.numbers)


@pytest.mark.parametrize(
    ("text", "views"),
    [
        ("The bottle of FIG. 1, which is a perspective view of it", "PERSPECTIVE"),
        (
            "FIG. 1 is a front view; FIG. 2 is a rear view of the bottle of FIG. 1, which is a top view",
            "FRONT BACK",
        ),
        ("FIGURE ONE is a front view; FIGURE TWO is a rear view", "FRONT BACK"),
        ("FIGS. one and two are left and right side views", "LEFT RIGHT"),
        ("Fig. 1: Vorderansicht; Fig. 2: Seitenansicht von links; Fig. 3: Draufsicht", "FRONT LEFT TOP"),
        ("Abb. 1 zeigt die Rückansicht; Abb. 2 zeigt eine perspektivische Ansicht", "BACK PERSPECTIVE"),
        ("Figur 1 ist eine Ansicht von oben; Figur 2 eine Ansicht der Unterseite", "TOP BOTTOM"),
        ("La figure 1 est une vue de face d'une chaise; la figure 2 est une vue de dessus", "FRONT TOP"),
        (
            "Figure 1 : vue du côté gauche; Figure 2 : vue latérale droite; Figure 3 : vue de dos",
            "LEFT RIGHT BACK",
        ),
        ("Figure 1 : vue de face en perspective; Figure 2 : vue éclatée", "PERSPECTIVE EXPLODED"),
        (
            "Fig. 1: vista frontal; Fig. 2: vista lateral izquierda; Fig. 3: vista inferior",
            "FRONT LEFT BOTTOM",
        ),
    ],
)
def test_figures_in_passing_in_words_and_in_other_languages(text: str, views: str) -> None:
    assert [view.name for view in describe_figures([text]).views.values()] == views.split()


@pytest.mark.parametrize(
    ("paragraphs", "views"),
    [
        (["1.1 Vorderansicht", "1.2 Rückansicht", "1.3 Unteransicht"], "FRONT BACK BOTTOM"),
        (["1.1 : Vue de face", "1.2 : Vue de dessous", "1.3 : Vue de gauche"], "FRONT BOTTOM LEFT"),
    ],
)
def test_the_hague_form_in_other_languages(paragraphs: list[str], views: str) -> None:
    assert [view.name for view in describe_figures(paragraphs).views.values()] == views.split()


@pytest.mark.parametrize(
    ("stem", "view"),
    [
        ("Vorderansicht", View.FRONT),
        ("Rueckansicht 2", View.BACK),
        ("vue_de_face", View.FRONT),
        ("vue-arriere", View.BACK),
        ("Vue de cote\u0301 gauche", View.LEFT),
        ("vista superior", View.TOP),
    ],
)
def test_files_named_after_views_in_other_languages(stem: str, view: View) -> None:
    assert (view_of_stem(stem), names_a_view(stem)) == (view, True)
