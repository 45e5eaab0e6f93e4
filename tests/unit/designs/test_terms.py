"""The forms in which names and classes are compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.designs import LocarnoClass
from sevenviews.designs.terms import (
    MAX_KEY,
    asked_holders,
    class_terms,
    holder_key,
    holder_terms,
    normalize_name,
    normalize_uspc,
    person_key,
    person_terms,
    uspc_terms,
)


def test_a_subclass_brings_its_class() -> None:
    assert class_terms([LocarnoClass(6, 1), LocarnoClass(26)]) == ["06", "06-01", "26"]
    assert uspc_terms(["D14/486", " d 6 ", "D14/486.1", "?", ""]) == [
        "?",
        "D14",
        "D14/486",
        "D14/486.1",
        "D6",
    ]


def test_names_are_taken_as_they_are_compared() -> None:
    assert holder_terms(["ACME  Inc.", "Acme inc", " ", "\0", "Straße AG"]) == ["acme", "strasse"]
    assert person_terms(["Jane  Doe", "JANE DOE", " ", "\0", "Straße"]) == ["jane doe", "strasse"]
    assert asked_holders(["Nikon Corp."]) == ["nikon", "nikon corp."], "rows of before are asked for as well"


SAME_HOLDERS = (
    ("Nikon", "NIKON CORPORATION", "Ｎｉｋｏｎ　Ｃｏｒｐ．", "Nikon Co., Ltd.", "nikon-corp"),
    ("ニコン", "株式会社ニコン", "ニコン株式会社", "㈱ニコン", "(株)ニコン", "ﾆｺﾝ(株)"),
    ("华为技术", "华为技术有限公司", "华为技术股份有限公司"),
    ("삼성전자", "삼성전자 주식회사", "삼성전자(주)", "㈜삼성전자"),
    ("Porsche", "Porsche Aktiengesellschaft", "PORSCHE GmbH & Co. KG", "Porsche GmbH und Co KG"),
    ("Luxottica", "Luxottica S.p.A.", "LUXOTTICA SPA", "Luxottica S. P. A."),
    ("Nestlé", "NESTLE S.A.", "Nestle\u0301 SA"),
    ("Coca-Cola", "The Coca-Cola Company", "Coca Cola Co."),
    ("L'Oréal", "L’Oreal", "LOREAL"),
    ("Johnson & Johnson", "JOHNSON AND JOHNSON", "Johnson&Johnson, Inc."),
    ("Toshiba", "Kabushiki Kaisha Toshiba", "Toshiba K.K."),
    ("U.S. Philips", "US Philips Corp.", "U. S. Philips"),
)


@pytest.mark.parametrize("names", SAME_HOLDERS)
def test_one_holder_in_many_spellings(names: tuple[str, ...]) -> None:
    assert {holder_key(name) for name in names} == {holder_key(names[0])}


def test_holders_that_differ_stay_apart() -> None:
    keys = [holder_key(names[0]) for names in SAME_HOLDERS]
    assert len(set(keys)) == len(keys)
    apart = (
        "Co. Design",
        "Sony",
        "Sonya",
        "Inc.",
        "Limited Edition Toys",
        "がん",
        "かん",
        "AG Neovo",
        "***",
        "株式会社",
    )
    assert len({holder_key(name) for name in apart} - {""}) == len(apart)


def test_legal_forms_are_parts_of_a_persons_name() -> None:
    assert person_key("Ko, Ag") == "ko ag"
    assert person_key("J. R. Müller") == person_key("j.r. MULLER") == "jr muller"


@pytest.mark.parametrize("normalize", [normalize_name, normalize_uspc, holder_key, person_key])
@settings(deadline=None)
@given(text=st.text())
def test_what_is_normal_is_not_changed_again(normalize: Callable[[str], str], text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
    assert "\0" not in normalize(text)


@pytest.mark.parametrize("key", [holder_key, person_key])
@settings(deadline=None)
@given(text=st.text())
def test_a_form_of_before_is_nobody_elses_form_of_today(key: Callable[[str], str], text: str) -> None:
    """So that a store may be asked for both at once."""
    assert key(normalize_name(text)) == key(text)


@pytest.mark.parametrize("name", ["ﷺ" * 512, "a b " * 300, "co and " * 200, "株式会社" * 200])
def test_a_key_fits_where_it_is_kept(name: str) -> None:
    for key in (holder_key(name), person_key(name)):
        assert 0 < len(key) <= MAX_KEY
