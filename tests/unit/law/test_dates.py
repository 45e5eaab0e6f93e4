"""The dates of law, a case a row: by hand, from the provisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sevenviews.designs import HagueRegistration, Party, Patent, Priority, RelatedDocument
from sevenviews.law import RULES, Application, Standing, dates_of_law, first_day_of_grace, rule_of

ART, GRACE, EARLIER, LATER, UNKNOWN = (
    Standing.PRIOR_ART,
    Standing.GRACE_PERIOD,
    Standing.EARLIER_FILED,
    Standing.LATER,
    Standing.UNKNOWN,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def application(office: str, filed: str, priority: str = "", *holders: str) -> Application:
    return Application(day(filed), office, day(priority) if priority else None, holders)


def patent(published: str = "", filed: str = "", priority: str = "") -> Patent:
    return Patent(
        "USD1",
        publication_date=day(published) if published else None,
        filing_date=day(filed) if filed else None,
        priorities=(Priority("DE", "1", day(priority)),) if priority else (),
    )


@pytest.mark.parametrize(
    ("office", "filed", "priority", "published", "standing"),
    [
        # The United States: twelve months before the effective filing date, which a foreign priority gives.
        ("US", "2021-02-09", "", "2020-02-08", ART),
        ("US", "2021-02-09", "", "2020-02-09", GRACE),
        ("US", "2021-02-09", "", "2021-02-08", GRACE),
        ("US", "2021-02-09", "2020-10-01", "2019-10-01", GRACE),
        ("US", "2021-02-09", "2020-10-01", "2019-09-30", ART),
        # Before the America Invents Act, from the filing in the United States alone.
        ("US", "2013-03-15", "", "2012-03-15", GRACE),
        ("US", "2013-06-01", "2013-01-01", "2012-05-31", ART),
        ("US", "2013-06-01", "2013-01-01", "2012-06-01", GRACE),
        ("US", "1950-01-01", "", "1949-06-01", UNKNOWN),
        ("US", "1950-01-01", "", "1948-12-31", ART),
        # The European Union: twelve months before filing or priority.
        ("EM", "2021-02-28", "", "2020-02-28", GRACE),
        ("EM", "2021-02-28", "", "2020-02-27", ART),
        ("EM", "2020-02-29", "", "2019-02-28", GRACE),
        ("EM", "2021-05-01", "2021-01-01", "2020-01-01", GRACE),
        ("DE", "2021-05-01", "2021-01-01", "2020-01-01", GRACE),
        ("GB", "2021-05-01", "2021-01-01", "2019-12-31", ART),
        ("CA", "2021-05-01", "2021-01-01", "2020-01-01", GRACE),
        ("CA", "2018-11-04", "", "2018-10-01", UNKNOWN),
        # Japan: six months, then twelve; from the Japanese filing, and never what was known by 8 December 2017.
        ("JP", "2018-06-08", "", "2017-12-08", GRACE),
        ("JP", "2018-06-08", "", "2017-12-07", ART),
        ("JP", "2018-06-09", "", "2017-12-08", ART),
        ("JP", "2018-06-09", "", "2017-12-09", GRACE),
        ("JP", "2021-05-01", "", "2020-05-01", GRACE),
        ("JP", "2021-05-01", "2021-01-01", "2020-04-30", ART),
        # China: six months, before the priority where one is claimed.
        ("CN", "2021-07-01", "", "2021-01-01", GRACE),
        ("CN", "2021-07-01", "", "2020-12-31", ART),
        ("CN", "2021-07-01", "2021-03-01", "2020-09-01", GRACE),
        # Korea: what an office has published is excused by no period.
        ("KR", "2021-05-01", "", "2021-04-01", ART),
        # No law that is known: only what is older than any grace period is certain.
        ("", "2021-05-01", "", "2020-04-30", ART),
        ("", "2021-05-01", "", "2020-05-01", UNKNOWN),
        ("ZZ", "2021-05-01", "", "2021-04-30", UNKNOWN),
    ],
)
def test_what_was_published_before(
    office: str, filed: str, priority: str, published: str, standing: Standing
) -> None:
    assert dates_of_law(application(office, filed, priority), patent(published)).standing is standing


@pytest.mark.parametrize(
    ("published", "filed", "priority", "standing"),
    [
        ("2021-02-09", "2021-02-09", "", LATER),
        ("2021-06-01", "2021-02-08", "", EARLIER),
        ("2021-06-01", "2021-03-01", "2021-02-08", EARLIER),
        ("2021-06-01", "2021-03-01", "2021-02-09", LATER),
        ("", "2021-02-09", "", LATER),
        ("", "2021-02-08", "", UNKNOWN),
        ("2021-02-09", "", "", UNKNOWN),
        ("", "", "", UNKNOWN),
        ("2019-01-01", "", "", ART),
    ],
)
def test_what_was_filed_before_and_what_is_not_known(
    published: str, filed: str, priority: str, standing: Standing
) -> None:
    asked = application("US", "2021-02-09")
    assert dates_of_law(asked, patent(published, filed, priority)).standing is standing


def test_the_earliest_publication_and_the_earliest_claim_count() -> None:
    asked = application("US", "2021-02-09")
    hague = HagueRegistration("DM/1", day("2019-01-01"), day("2019-01-01"), day("2019-07-01"))
    assert dates_of_law(asked, replace(patent("2021-06-01", "2021-06-01"), hague=hague)).standing is ART
    parent = RelatedDocument("division", "US 29000001", day("2020-01-01"))
    divided = replace(patent("2021-06-01", "2021-03-01"), related_documents=(parent,))
    assert dates_of_law(asked, divided).standing is EARLIER
    in_part = replace(divided, related_documents=(replace(parent, relation="continuation-in-part"),))
    assert dates_of_law(asked, in_part).standing is LATER


def test_holders_are_compared_as_filters_compare_them() -> None:
    asked = application("EM", "2021-02-09", "", "NIKON CORPORATION")
    found = patent("2020-06-01")
    same = dates_of_law(asked, replace(found, assignees=(Party("Nikon Corp."),)))
    other = dates_of_law(asked, replace(found, applicants=(Party("Canon K.K."),)))
    assert (same.standing, same.same_holder) == (GRACE, True)
    assert (other.standing, other.same_holder) == (GRACE, False)
    assert "another holder" in other.explanation
    assert "another holder" not in same.explanation
    assert dates_of_law(asked, found).same_holder is None
    anybody = application("EM", "2021-02-09")
    assert dates_of_law(anybody, replace(found, assignees=(Party("Nikon"),))).same_holder is None


def test_the_explanation_has_the_dates_and_the_provision() -> None:
    told = dates_of_law(application("JP", "2021-05-01"), patent("2020-06-01")).explanation
    assert told == (
        "It was published on 2020-06-01, before 2021-05-01, and within the grace period from 2020-05-01 on "
        "(Design Act, Art. 4), which excuses what an office publishes only where it was against the will of those "
        "entitled."
    )
    earlier = dates_of_law(application("EM", "2021-05-01"), patent("2021-06-01", "2021-04-01")).explanation
    assert "(Regulation (EC) No 6/2002, Art. 25(1)(d))" in earlier


def test_a_priority_is_not_later_than_its_filing() -> None:
    with pytest.raises(ValueError, match="later than the filing"):
        application("US", "2021-02-09", "2021-02-10")


def test_every_rule_can_be_found_by_the_day_on_which_it_begins() -> None:
    for rule in RULES:
        asked = Application(rule.in_force, rule.office)
        assert rule_of(asked) is rule
        assert first_day_of_grace(asked, rule) < rule.in_force
        assert rule.provision
        assert rule.condition.endswith(".")
        assert rule.earlier_application


def test_no_calendar_is_too_short() -> None:
    asked = Application(date.min, "ZZ")
    assert dates_of_law(asked, patent("2021-01-01", "2021-01-01")).standing is LATER
    assert dates_of_law(replace(asked, filing_date=date(1, 2, 1)), patent("0001-01-01")).standing is UNKNOWN
