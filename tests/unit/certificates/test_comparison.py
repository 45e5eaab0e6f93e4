"""Every difference between a certificate and its repetition has its reason, a kind a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sevenviews.certificates import (
    Certificate,
    CertifiedHit,
    CertifiedJudgement,
    CertifiedQuery,
    Kind,
    Now,
    Parameters,
    compare,
)


def hit(name: str, score: float, generation: int = 1, change: int = 1) -> CertifiedHit:
    return CertifiedHit(name, generation, f"{generation}-{name}", change, score)


def certificate(*hits: CertifiedHit, exact: bool = True, complete: bool = False) -> Certificate:
    return Certificate(
        "0.1.0",
        "2026-11-30T12:00:00Z",
        "r-1",
        "m-1",
        10,
        (CertifiedQuery(1.0, "unknown", patent_id="Q", generation=1),),
        {},
        Parameters("prefer", exact, len(hits)),
        hits,
        complete,
    )


A, B, C, D = hit("A", 0.9), hit("B", 0.8), hit("C", 0.7), hit("D", 0.6)
BEFORE = certificate(A, B, C)


def kinds(after: Certificate, before: Certificate = BEFORE, **now: Now) -> dict[str, Kind]:
    return {one.patent_id: one.kind for one in compare(before, after, now).differences}


def test_the_same_answer_differs_in_nothing() -> None:
    assert compare(BEFORE, certificate(A, B, C, D), {}).differences == ()


def test_a_new_document_pushes_others_down_and_out() -> None:
    new = hit("N", 0.85, change=11)
    assert kinds(certificate(A, new, B, C, D)) == {"N": Kind.NEW, "B": Kind.MOVED, "C": Kind.MOVED}
    assert kinds(certificate(A, new, B), C=Now.SAME) == {"N": Kind.NEW, "B": Kind.MOVED, "C": Kind.MOVED}


def test_a_deleted_one_lets_others_up() -> None:
    assert kinds(certificate(A, C, D), B=Now.GONE) == {
        "B": Kind.DELETED,
        "C": Kind.MOVED,
        "D": Kind.MOVED,
    }


def test_a_corrected_one_is_told_wherever_it_is_now() -> None:
    corrected = hit("B", 0.95, generation=2, change=12)
    assert kinds(certificate(corrected, A, C, D)) == {"A": Kind.MOVED, "B": Kind.CORRECTED}
    assert kinds(certificate(A, C, D, complete=True), B=Now.CHANGED)["B"] is Kind.CORRECTED
    come_up = hit("D", 0.85, generation=2, change=12)
    assert kinds(certificate(A, come_up, B, C))["D"] is Kind.CORRECTED


def test_another_processor_rounds_otherwise() -> None:
    after = certificate(A, replace(C, score=0.7004), replace(B, score=0.6999))
    before = certificate(A, replace(B, score=0.7002), C)
    replay = compare(before, after, {})
    assert {one.kind for one in replay.differences} == {Kind.PROCESSOR, Kind.MOVED}
    assert "0.000400 at most" in replay.differences[0].explanation
    assert replay.is_explained


def test_what_no_tolerance_covers_is_unexplained() -> None:
    replay = compare(BEFORE, certificate(A, replace(B, score=0.798), C, D), {})
    assert [(one.patent_id, one.kind) for one in replay.differences] == [("B", Kind.UNEXPLAINED)]
    assert not replay.is_explained
    # It was there, nothing says that it changed, and an exact search has not found it: before, or now.
    assert kinds(certificate(A, hit("X", 0.85), B, C))["X"] is Kind.UNEXPLAINED
    assert kinds(certificate(A, C, D, complete=True), B=Now.SAME)["B"] is Kind.UNEXPLAINED
    assert kinds(certificate(A, C, D), B=Now.SAME)["B"] is Kind.UNEXPLAINED


def test_an_index_may_have_missed_one() -> None:
    before = certificate(A, B, C, exact=False)
    assert kinds(certificate(A, hit("X", 0.85), B, C), before) == {
        "X": Kind.MISSED,
        "B": Kind.MOVED,
        "C": Kind.MOVED,
    }


def test_another_model_explains_scores_and_another_release_is_named() -> None:
    after = replace(certificate(D, B, A), release_id="r-2", model_version="m-2")
    found = kinds(replace(after, hits=(replace(D, score=0.5), replace(B, score=0.4), A)), C=Now.SAME)
    assert found == {"": Kind.RELEASE, "B": Kind.MODEL, "A": Kind.MOVED, "C": Kind.MODEL, "D": Kind.MODEL}
    same_model = replace(certificate(A, B, C), release_id="r-2")
    assert kinds(same_model) == {"": Kind.RELEASE}
    assert kinds(replace(same_model, hits=(A, replace(B, score=0.6), C)))["B"] is Kind.UNEXPLAINED


def test_a_patent_that_asks_may_have_been_corrected() -> None:
    (query,) = BEFORE.queries
    after = replace(certificate(B, A, C), queries=(replace(query, generation=2),))
    after = replace(after, hits=(replace(B, score=0.99), replace(A, score=0.5), C))
    assert kinds(after) == {"": Kind.QUERY, "A": Kind.QUERY, "B": Kind.QUERY}


def test_families_stand_for_each_other_and_are_left_out_with_who_asks() -> None:
    alone, joined = hit("B", 0.8), replace(hit("X", 0.85), family=("B",))
    assert kinds(certificate(A, joined, C), certificate(A, alone, C), B=Now.SAME)["B"] is Kind.FAMILY
    assert kinds(certificate(A, alone, C), certificate(A, joined, C), X=Now.GONE) == {
        "X": Kind.DELETED,
        "B": Kind.FAMILY,
    }
    after = replace(certificate(A, C, D), left_out=("B", "Q"))
    found = kinds(after, replace(BEFORE, left_out=("Q",)), B=Now.SAME)
    assert (found[""], found["B"]) == (Kind.FAMILY, Kind.FAMILY)
    back = kinds(BEFORE, replace(certificate(A, C, D), left_out=("B",)), D=Now.SAME)
    assert back["B"] is Kind.FAMILY


def test_what_was_judged_may_have_been_corrected() -> None:
    judged = (CertifiedJudgement("R", 1, relevant=True),)
    after = replace(
        BEFORE, judged=(CertifiedJudgement("R", 2, relevant=True),), hits=(replace(A, score=0.5), B, C)
    )
    assert kinds(after, replace(BEFORE, judged=judged)) == {"": Kind.QUERY, "A": Kind.QUERY}


@pytest.mark.parametrize("complete", [True, False])
def test_nothing_was_found_and_nothing_is(complete: bool) -> None:
    nothing = certificate(complete=complete)
    assert compare(nothing, nothing, {}).differences == ()
    assert compare(BEFORE, nothing, {"A": Now.GONE, "B": Now.GONE, "C": Now.GONE}).is_explained
