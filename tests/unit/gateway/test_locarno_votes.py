"""Predicted classes are the vote that the formula says, on the first page, from patents that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.designs import LocarnoClass, PatentFilter
from sevenviews.gateway.locarno_votes import (
    NEIGHBOURS,
    OFFSET,
    SLOPE,
    TEMPERATURE,
    Neighbour,
    predict_classes,
)
from sevenviews.lab.classification.neighbours import NeighbourCalibration, neighbour_probabilities
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
    predicted = predict_classes([Neighbour(0.8, (CHAIR, TABLE)), Neighbour(0.7, (CHAIR,))])
    near, far = 1.0, math.exp(-0.1 / TEMPERATURE)
    present = 1 / (1 + math.exp(-OFFSET - SLOPE * 0.8))
    expected = {
        CHAIR: present * (0.5 * near + far) / (near + far),
        TABLE: present * 0.5 * near / (near + far),
    }
    assert {one.locarno: one.probability for one in predicted} == pytest.approx(expected)
    assert [one.locarno for one in predicted] == [CHAIR, TABLE]


@settings(deadline=None)
@given(st.lists(NEIGHBOUR, min_size=1, max_size=NEIGHBOURS))
def test_the_gateway_votes_as_the_lab_calibrated(neighbours: list[Neighbour]) -> None:
    ranked = sorted(neighbours, key=lambda one: -one.score)
    scores = np.array([[one.score for one in ranked]])
    labels = np.array([[[locarno in one.locarno for locarno in CLASSES] for one in ranked]])
    (expected,) = neighbour_probabilities(scores, labels, NeighbourCalibration(TEMPERATURE, OFFSET, SLOPE))
    predicted = predict_classes(ranked)
    found = {one.locarno: one.probability for one in predicted}
    assert [found.get(locarno, 0.0) for locarno in CLASSES] == pytest.approx(expected.tolist(), abs=1e-9)
    assert sum(found.values()) < 1
    assert [one.probability for one in predicted] == sorted(found.values(), reverse=True)


def test_patents_without_classes_do_not_vote() -> None:
    assert predict_classes([]) == ()
    assert predict_classes([Neighbour(0.9, ())]) == ()
    only = [Neighbour(0.9, ())] * 20 + [Neighbour(0.5, (LAMP,))]
    assert [one.locarno for one in predict_classes(only)] == [LAMP]
    ten = [Neighbour(0.9, (CHAIR,))] * NEIGHBOURS
    assert [one.locarno for one in predict_classes([*ten, Neighbour(0.5, (LAMP,))])] == [CHAIR]


async def test_a_search_predicts_on_its_first_page(gateway: RunningGateway) -> None:
    publish(
        gateway.services,
        design("USD1", vector_image(1, 0, 0), locarno=(CHAIR,)),
        design("USD2", vector_image(3, 4, 0), locarno=(LAMP,)),
        design("USD3", vector_image(0, 1, 0), locarno=()),
    )
    query = vector_image(1, 0, 0)
    first = await gateway.client.search([query], limit=2)
    expected = predict_classes([Neighbour(1.0, (CHAIR,)), Neighbour(0.6, (LAMP,))])
    assert [one.locarno for one in first.predicted_classes] == [CHAIR, LAMP]
    assert [one.probability for one in first.predicted_classes] == pytest.approx(
        [one.probability for one in expected], abs=1e-5
    )
    second = await gateway.client.search([query], limit=2, page_token=first.next_page_token)
    assert len(second.hits) == 1
    assert second.predicted_classes == ()
    nothing = await gateway.client.search([query], patent_filter=PatentFilter(offices=("EP",)))
    assert nothing.predicted_classes == ()
