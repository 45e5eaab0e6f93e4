"""Predicted classes are the vote that the formula says, on the first page, from patents that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.designs import (
    PACKAGED,
    Calibration,
    LocarnoClass,
    PatentFilter,
    cosine_by_signs,
    cosine_of_signs,
)
from sevenviews.gateway.locarno_votes import Neighbour, predict_classes
from sevenviews.lab.classification.neighbours import neighbour_probabilities
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, publish

CHAIR, TABLE, LAMP = LocarnoClass(6, 1), LocarnoClass(6, 3), LocarnoClass(26, 5)
CLASSES = (CHAIR, TABLE, LAMP)
NEIGHBOUR = st.builds(
    Neighbour,
    st.floats(-1, 1),
    st.lists(st.sampled_from(CLASSES), min_size=1, max_size=3, unique=True).map(tuple),
)


def test_two_neighbours_by_hand() -> None:
    calibration = Calibration(temperature=0.2, offset=-1.0, slope=3.0)
    predicted = predict_classes([Neighbour(0.8, (CHAIR, TABLE)), Neighbour(0.7, (CHAIR,))], calibration)
    near, far = 1.0, math.exp(-0.1 / 0.2)
    present = 1 / (1 + math.exp(1.0 - 3.0 * 0.8))
    expected = {
        CHAIR: present * (0.5 * near + far) / (near + far),
        TABLE: present * 0.5 * near / (near + far),
    }
    assert {one.locarno: one.probability for one in predicted} == pytest.approx(expected)
    assert [one.locarno for one in predicted] == [CHAIR, TABLE]


@settings(deadline=None)
@given(st.lists(NEIGHBOUR, min_size=1, max_size=PACKAGED.neighbours))
def test_the_gateway_votes_as_the_lab_calibrated(neighbours: list[Neighbour]) -> None:
    ranked = sorted(neighbours, key=lambda one: -one.cosine)
    scores = np.array([[one.cosine for one in ranked]])
    labels = np.array([[[locarno in one.locarno for locarno in CLASSES] for one in ranked]])
    (expected,) = neighbour_probabilities(scores, labels, PACKAGED)
    predicted = predict_classes(ranked, PACKAGED)
    found = {one.locarno: one.probability for one in predicted}
    assert [found.get(locarno, 0.0) for locarno in CLASSES] == pytest.approx(expected.tolist(), abs=1e-9)
    assert sum(found.values()) < 1
    assert [one.probability for one in predicted] == sorted(found.values(), reverse=True)


def test_patents_without_classes_do_not_vote() -> None:
    assert predict_classes([], PACKAGED) == ()
    assert predict_classes([Neighbour(0.9, ())], PACKAGED) == ()
    only = [Neighbour(0.9, ())] * 20 + [Neighbour(0.5, (LAMP,))]
    assert [one.locarno for one in predict_classes(only, PACKAGED)] == [LAMP]
    three = [*[Neighbour(0.9, (CHAIR,))] * 3, Neighbour(0.5, (LAMP,))]
    assert [one.locarno for one in predict_classes(three, Calibration(neighbours=3))] == [CHAIR]


async def test_a_search_predicts_on_its_first_page(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD1", vector_image(1, 0, 0), locarno=(CHAIR,)),
        design("USD2", vector_image(3, 4, 0), locarno=(LAMP,)),
        design("USD3", vector_image(0, 1, 0), locarno=()),
    )
    query = vector_image(1, 0, 0)
    first = await gateway.client.search([query], limit=2)
    expected = predict_classes([Neighbour(1.0, (CHAIR,)), Neighbour(0.6, (LAMP,))], PACKAGED)
    assert [one.locarno for one in first.predicted_classes] == [CHAIR, LAMP]
    assert [one.probability for one in first.predicted_classes] == pytest.approx(
        [one.probability for one in expected], abs=1e-5
    )
    second = await gateway.client.search([query], limit=2, page_token=first.next_page_token)
    assert len(second.hits) == 1
    assert second.predicted_classes == ()
    nothing = await gateway.client.search([query], patent_filter=PatentFilter(offices=("EP",)))
    assert nothing.predicted_classes == ()


async def test_each_release_votes_by_its_own_calibration(gateway: RunningGateway) -> None:
    other = gateway.services.vectors.add_release("other")
    other.calibration = Calibration(offset=-3.0, slope=2.0)
    publish(gateway.services, design("USD1", vector_image(3, 4, 0), locarno=(CHAIR,)))
    for release in (gateway.services.vectors.serving(), other):
        query = vector_image(1, 0, 0)
        (found,) = (await gateway.client.search([query], release_id=release.release_id)).predicted_classes
        expected = 1 / (1 + math.exp(-release.calibration.offset - release.calibration.slope * 0.6))
        assert found.probability == pytest.approx(expected, abs=1e-5)


def test_signs_tell_the_cosine_of_what_they_are_of() -> None:
    chance = np.random.default_rng(0)
    first = chance.normal(size=200_000)
    for cosine in (-0.5, 0.0, 0.3, 0.9):
        second = cosine * first + math.sqrt(1 - cosine**2) * chance.normal(size=len(first))
        between_signs = float((np.sign(first) * np.sign(second)).mean())
        assert cosine_by_signs(between_signs) == pytest.approx(cosine, abs=0.01)
        assert cosine_of_signs(cosine) == pytest.approx(between_signs, abs=0.01)
