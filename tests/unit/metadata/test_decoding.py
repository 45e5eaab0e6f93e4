"""Images are decoded within a budget of memory: who finds none in time is told to come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import MAX_WORKING_BYTES
from sevenviews.metadata.images import Size
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.stores import open_objects
from sevenviews.runtime.budget import Budget
from sevenviews.runtime.deadlines import Deadline
from tests.fakes.patent_stores import FakePatentTable
from tests.unit.metadata.samples import patent, put


def test_an_image_waits_for_memory_no_longer_than_its_call(tmp_path: Path) -> None:
    budget = Budget(MAX_WORKING_BYTES, "decoding images")
    catalogue = PatentCatalogue(FakePatentTable(), open_objects(f"file://{tmp_path}", 5), 0, budget)
    put(catalogue, 200)
    with budget.hold(MAX_WORKING_BYTES, 0):
        with pytest.raises(SevenviewsError) as caught:
            catalogue.put(*patent(2), replace_existing=False, deadline=Deadline.after(0.05))
        assert caught.value.reason is Reason.OVERLOADED
        with pytest.raises(SevenviewsError) as caught:
            catalogue.images.get("USD0000200-D00001-01", Size.PREVIEW, deadline=Deadline.after(0.05))
        assert caught.value.reason is Reason.OVERLOADED
        # What is not decoded needs no room.
        assert catalogue.images.get("USD0000200-D00001-01", Size.ORIGINAL).width
    assert catalogue.put(*patent(2), replace_existing=False).changed
    assert budget.free == MAX_WORKING_BYTES
