"""Which patents are held out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import Patent, RelatedDocument
from sevenviews.refresh.splitting import place_of, split_catalogue, without_kin

IDS = st.lists(st.integers(0, 10**7).map(lambda n: f"USD{n:07d}"), unique=True, max_size=200)


@given(IDS, st.floats(0.01, 0.5), st.integers(2, 50), st.integers(0, 100))
def test_nobody_is_trained_on_what_they_are_judged_by(
    ids: list[str], share: float, held_out: int, training: int
) -> None:
    split = split_catalogue(ids, share, held_out, training)
    assert not set(split.held_out) & set(split.training)
    assert set(split.held_out) | set(split.training) <= set(ids)
    assert len(split.held_out) == min(
        held_out, max(len([i for i in ids if place_of(i) < share]), min(2, len(ids)))
    )
    assert len(split.training) <= training


@given(IDS, IDS)
def test_a_growing_catalogue_never_moves_a_held_out_patent_into_the_training(
    ids: list[str], more: list[str]
) -> None:
    before = split_catalogue(ids, 0.2, 10**6, 10**6)
    after = split_catalogue(list(dict.fromkeys(ids + more)), 0.2, 10**6, 10**6)
    steady = {one for one in before.held_out if place_of(one) < 0.2}
    assert steady <= set(after.held_out)


def test_the_share_is_about_that_of_all() -> None:
    ids = [f"USD{n:07d}" for n in range(10_000)]
    held_out = split_catalogue(ids, 0.1, 10**6, 10**6).held_out
    assert 900 < len(held_out) < 1100


def test_a_small_catalogue_still_has_two() -> None:
    split = split_catalogue(["USD0000001", "USD0000002", "USD0000003"], 0.01, 10, 10)
    assert len(split.held_out) == 2
    assert len(split.training) == 1


def test_what_a_model_knows_judges_none_and_is_not_trained_on() -> None:
    ids = [f"USD{n:07d}" for n in range(1000, 1200)]
    plain = split_catalogue(ids, 0.3, 10**6, 10**6)
    known = {plain.held_out[0], plain.held_out[7], plain.training[0]}
    split = split_catalogue(ids, 0.3, 10**6, 10**6, known)
    assert set(plain.held_out) - set(split.held_out) == known - {plain.training[0]}
    assert split.training == plain.training


def test_no_family_is_trained_on_and_judged_by() -> None:
    ids = [f"USD{n:07d}" for n in range(1000, 1060)]
    split = split_catalogue(ids, 0.3, 10**6, 10**6)
    judged, trained = split.held_out[0], split.training[:3]
    patents = {one: Patent(one, office="US") for one in ids}
    patents[judged] = replace(patents[judged], application_number="29700001")
    parent = RelatedDocument("continuation", "US 29700001")
    patents[trained[0]] = replace(
        patents[trained[0]], application_number="29700002", related_documents=(parent,)
    )
    grandchild = RelatedDocument("division", "US 29700002")
    patents[trained[1]] = replace(patents[trained[1]], related_documents=(grandchild,))
    patents[trained[2]] = replace(patents[trained[2]], application_number="29700003")
    found = without_kin(split, patents.values())
    assert found.held_out == split.held_out
    assert set(split.training) - set(found.training) == set(trained[:2])


def test_a_patent_keeps_its_place_in_every_spelling() -> None:
    assert place_of("USD0909824") == place_of("D909,824") == place_of("US D909824 S")
    assert place_of("USD0909824") != place_of("USD0909825")
