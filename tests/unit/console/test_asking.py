"""Addresses to filters and back."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from sevenviews.console.asking import APPLICATION, FILTER, MARKS, asked
from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, ViewMatching
from sevenviews.law import Application

FULL = (
    "locarno=06-01&locarno=26&office=us&holder=Acme%2C+Inc.&after=2020-01-02&before=2021-01-01"
    "&prior_to=2021-06-01&without=02&exclude=USD1&views=require&sort=newest&size=60&exact=1&families=1"
    "&filed=2021-05-01&at=us&priority=2020-11-01&applicant=Acme&like=USD2&like=USD3&unlike=USD4"
)


def test_an_address_is_read_whole() -> None:
    ask = asked(parse_qsl(FULL))
    assert ask.problems == {}
    assert ask.patent_filter == PatentFilter(
        locarno_any=(LocarnoClass(6, 1), LocarnoClass(26)),
        locarno_none=(LocarnoClass(2),),
        offices=("US",),
        holders=("Acme, Inc.",),
        exclude_patent_ids=("USD1",),
        publication_date=DateRange(date(2020, 1, 2), date(2021, 1, 1)),
        prior_to=date(2021, 6, 1),
    )
    assert (ask.view_matching, ask.sort, ask.size) == (ViewMatching.REQUIRE, "newest", 60)
    assert (ask.exact, ask.families) == (True, True)
    assert ask.application == Application(date(2021, 5, 1), "US", date(2020, 11, 1), ("Acme",))
    assert (ask.like, ask.unlike) == (("USD2", "USD3"), ("USD4",))


def test_it_is_written_as_it_was_read() -> None:
    ask = asked(parse_qsl(FULL))
    assert asked(parse_qsl(ask.parameters())) == ask
    assert asked([]).parameters() == ""


def test_each_condition_has_a_chip_that_drops_it_alone() -> None:
    ask = asked(parse_qsl(FULL))
    assert len(ask.chips) == 16
    for chip in ask.chips:
        left = asked(parse_qsl(chip.without))
        assert len(left.chips) == 15
        assert chip.text not in [one.text for one in left.chips]


def test_a_value_that_is_added_is_there_once() -> None:
    ask = asked([("locarno", "06-01")])
    assert ask.parameters(add=("locarno", "06-01")) == "locarno=06-01"
    assert parse_qsl(ask.parameters(add=("locarno", "07"))) == [("locarno", "06-01"), ("locarno", "07")]


def test_a_page_is_left_when_anything_else_changes() -> None:
    ask = asked([("page", "token"), ("n", "3"), ("office", "US")])
    assert (ask.page, ask.number) == ("token", 3)
    assert dict(parse_qsl(ask.parameters(page=("next", 4)))) == {"office": "US", "page": "next", "n": "4"}
    assert all("page" not in chip.without for chip in ask.chips)


@pytest.mark.parametrize("name", [one.name for one in (*FILTER, *APPLICATION, *MARKS)])
def test_what_cannot_be_read_is_told_and_left_out(name: str) -> None:
    bad = {"locarno": "99", "without": "x", "after": "yesterday", "before": "2021-13-01", "prior_to": "1"}
    bad |= {"filed": "1 May", "priority": "2021"}
    ask = asked([(name, bad.get(name, "\t"))])
    assert ask.patent_filter == PatentFilter()
    assert list(ask.problems) == ([name] if name in bad else [])
    assert ask.chips == ()


def test_dates_the_wrong_way_round_are_told() -> None:
    ask = asked([("after", "2021-01-02"), ("before", "2021-01-01")])
    assert list(ask.problems) == ["before"]


@pytest.mark.parametrize(
    ("address", "field"), [("at=US", "filed"), ("filed=2020-01-01&priority=2020-01-02", "priority")]
)
def test_an_application_that_cannot_be_is_told(address: str, field: str) -> None:
    ask = asked(parse_qsl(address))
    assert (list(ask.problems), ask.application) == ([field], None)


def test_what_is_marked_both_ways_is_not_marked() -> None:
    ask = asked(parse_qsl("like=A&like=B&unlike=B"))
    assert (ask.like, ask.unlike) == (("A",), ())


@pytest.mark.parametrize(
    "address", ["size=7", "size=x", "n=0", "n=-1", "n=²", "sort=worst", "views=all", "exact=yes", "other=1"]
)
def test_small_print_that_makes_no_sense_is_passed_over(address: str) -> None:
    assert asked(parse_qsl(address)) == asked([])
