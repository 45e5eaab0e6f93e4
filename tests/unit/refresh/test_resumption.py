"""A refresh that is cut off at any of its boundaries goes on there, and ends as one that was never cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sevenviews.backends.blocking import Services
from sevenviews.backends.records import ReleaseState
from sevenviews.backends.refreshes import Refresh, RefreshState
from sevenviews.refresh.context import Surroundings
from sevenviews.refresh.job import begin, resume
from sevenviews.refresh.plan import Kind
from sevenviews.refresh.steps import STEPS
from tests.fakes.engine import FakeEngine
from tests.fakes.house import House
from tests.unit.refresh.catalogue import CONFIG, PATENTS, VIEWS, image, patent


class PowerCut(BaseException):
    """Nothing of ours catches it, as nothing catches a SIGKILL."""


def before(step: str) -> Callable[[House, FakeEngine], Surroundings]:
    """Cut off when the step is about to begin."""

    def cut(line: str) -> None:
        if line.partition("] ")[2].startswith(f"{step}:") and "already done" not in line:
            raise PowerCut(step)

    return lambda house, engine: house.surroundings(engine, cut)


def after(step: str) -> Callable[[House, FakeEngine], Surroundings]:
    """Cut off when the step's work is done, and the journal does not know it yet."""

    class Forgetful(Services):
        def put_refresh(self, record: Refresh) -> None:
            if record.steps and record.steps[-1].name == step:
                raise PowerCut(step)
            super().put_refresh(record)

    return lambda house, engine: house.surroundings(engine, services=Forgetful)


def run(around: Surroundings, kind: Kind) -> Refresh:
    return resume(around) or begin(around, CONFIG, kind)


def proven(house: House, record: Refresh, engine: FakeEngine) -> None:
    """One refresh, one new release that serves, in it every drawing once, with the vector of its image."""
    around = house.surroundings(engine)
    assert record.state is RefreshState.PROMOTED
    assert [one.name for one in record.steps] == [step.name for step in STEPS]
    (only,) = around.services.refreshes()
    assert only.refresh_id == record.refresh_id
    serving, kept = sorted(around.services.releases(), key=lambda one: one.release_id != record.refresh_id)
    assert (serving.release_id, serving.state) == (record.refresh_id, ReleaseState.SERVING)
    assert kept.state == ReleaseState.KEPT
    found = house.examine()
    assert found.agrees, found.findings
    assert found.vectors == {serving.release_id: PATENTS * VIEWS, kept.release_id: PATENTS * VIEWS}
    with house.client() as client:
        page = client.search([image(0)], limit=1)
    assert page.release_id == record.refresh_id
    assert page.hits[0].patent_id == "USD900000"


@pytest.mark.parametrize("cut", [before, after])
def test_cut_off_at_every_boundary(
    house: House, cut: Callable[[str], Callable[[House, FakeEngine], Surroundings]]
) -> None:
    """Each of the fourteen steps in turn, of one and the same refresh.

    Until the promotion the searches are answered as before, after it by the whole new release; and what is imported
    and deleted while nothing runs is caught up with.
    """
    engine = FakeEngine()
    names = [step.name for step in STEPS]
    promoting = names.index("promote")
    with house.client() as client:
        old = client.search([image(0)], limit=1).release_id
        for number, step in enumerate(names):
            with pytest.raises(PowerCut, match=step):
                run(cut(step)(house, engine), Kind.REFRESH)
            meanwhile = client.search([image(0)], limit=PATENTS)
            assert (meanwhile.release_id != old) == (number + (cut is after) > promoting)
            assert len(meanwhile.hits) == PATENTS
            assert client.delete_patents([f"USD{900_001 + number}"]) == 1
            (result,) = client.import_patents([patent(PATENTS + number)])
            assert result.error is None
    record = run(house.surroundings(engine), Kind.REFRESH)
    assert len(engine.trainings) == 1
    proven(house, record, engine)
