"""Numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import is_patent_id
from sevenviews.designs.nearness import nearest
from sevenviews.designs.numbers import DesignNumber, ids_near, ids_of, rejoined

WRITTEN = {
    "USD0871717": (
        "US D871,717 S",
        "D871717",
        "USD871717S1",
        "D0871717",
        "usd0871717",
        "Des. 871,717",
        "U.S. Patent No. D871,717",
        "US Design Patent No. D871,717 S1",
        "USD0871717-20200107",
        "US-D871717-S",
        "US D871717 S1 20200107",
        " D 871 717 ",
        "Ｄ８７１７１７",
    ),
    "USD1000001": ("D1,000,001", "USD1000001S1"),
    "USRE049123": ("RE49,123", "US RE49,123 E1", "RE049123", "USRE49123E"),
    "EM000123456-0001": (
        "000123456-0001",
        "RCD 123456-1",
        "EU RCD 000123456-0001",
        "EM 000123456-0001 S",
        "EM0001234560001S",
        "EUIPO 000123456–0001",
        "REUD 000123456-0001",
        "RCD 000123456",
        "EM000123456",
    ),
    "DM098765-1": ("DM/098 765", "DM/098765", "WO DM/98765", "dm098765", "DM/098765-0001"),
    "DM098765-2": ("DM/098765-2", "DM/098 765-002", "WO D098765-002"),
    "JPD1234567": ("JP D1234567 S", "JP1234567", "意匠登録第1234567号", "JP-D1234567"),
    "CN301234567S": ("CN 301234567 S", "CN301234567", "CN-301234567"),
    "CN201830123456.7": ("ZL 2018 3 0123456.7", "201830123456.7", "CN 2018301234567"),
    # The check digit of an application is computed where it is left out.
    "CN202030101382.3": ("CN202030101382", "ZL 202030101382"),
    "KR300123456": ("KR 30-0123456", "30-0123456", "KR 30-0123456-0000", "KR300123456S", "KR 30-0123456 S1"),
}


@pytest.mark.parametrize(
    ("number", "text"), [(id_, text) for id_, texts in WRITTEN.items() for text in texts]
)
def test_a_number_in_many_forms(number: str, text: str) -> None:
    assert str(DesignNumber.parse(text)) == number
    assert str(DesignNumber.parse(number)) == number
    assert number in ids_of(text)
    assert ids_of(number) == (number,), "an id of ours is not looked up under others"


@pytest.mark.parametrize("text", ["D871717", "USD871717S1", "000123456-0001", "CN301234567", "DM098765"])
def test_what_was_typed_comes_first(text: str) -> None:
    assert ids_of(text)[0] == text
    assert ids_of(f" {text} ") == ids_of(text)


@pytest.mark.parametrize(
    "text", ["chair-1", "front", "871717", "A1", "D", "D0", "US5678901A", "DM", "2021-0001", "Design-7"]
)
def test_other_ids_mean_themselves(text: str) -> None:
    assert ids_of(text) == (text,)


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("US D871,717 S", ["US D871,717 S"]),
        ("US D871,717 S US D871,718 S", ["US D871,717 S", "US D871,718 S"]),
        ("D871717 D871718 chair-1", ["D871717", "D871718", "chair-1"]),
        ("chair-1 DM/098 765 JP D1234567 S", ["chair-1", "DM/098 765", "JP D1234567 S"]),
        ("U.S. Design Patent No. D 871 717 S", ["U.S. Design Patent No. D 871 717 S"]),
        ("front back", ["front", "back"]),
        ("", []),
    ],
)
def test_a_number_that_a_shell_has_split_is_one_again(line: str, texts: list[str]) -> None:
    assert rejoined(line.split()) == texts


def test_what_can_be_no_id_means_nothing() -> None:
    assert ids_of("US 5,678,901 A") == ids_of("../etc") == ids_of("") == ids_of(" ") == ()


@pytest.mark.parametrize("typed", ["D871771", "USD087171", "D8717171", "USD0871727", "871,717", "D817717"])
def test_a_slip_of_the_finger_is_near(typed: str) -> None:
    assert "USD0871717" in ids_near(typed)


@pytest.mark.parametrize("typed", ["Chair-7", "chair-17", "chiar-7", "chaair-7", "chair-8"])
def test_a_slip_in_another_id_is_near(typed: str) -> None:
    assert "chair-7" in ids_near(typed)


@given(st.text(max_size=64))
def test_any_text_gives_ids_alone(text: str) -> None:
    for one in (*ids_of(text), *ids_near(text)):
        assert is_patent_id(one)


@given(st.sampled_from(["USD", "USRE", "JPD", "CN300", "CN20203", "KR30", "DM"]), st.integers(100, 999_999))
def test_every_form_of_a_number_is_read_as_the_number(code: str, digits: int) -> None:
    width = {"CN300": 6, "KR30": 7, "CN20203": 7}.get(code, 1)
    number = DesignNumber.parse(f"{code}{digits:0{width}d}")
    for form in number.forms:
        # Of digits alone nobody can say whose they are.
        assert form.isdigit() or DesignNumber.parse(form) == number


def test_the_nearest_names_come_first() -> None:
    names = ["samsung electronics", "samsung display", "sony", "sonny", "nikon vision", "nikkon"]
    assert nearest("samsnug electronics", names) == ("samsung electronics",)
    assert nearest("nikon", names) == ("nikon vision", "nikkon"), "what begins so is near"
    assert nearest("sony", names) == ("sonny",)
    assert nearest("kodak", names) == ()
    assert nearest("a", [f"a {n}" for n in range(9)], most=2) == ("a 0", "a 1")
