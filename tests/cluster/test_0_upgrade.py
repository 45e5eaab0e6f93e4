"""First of all: what an earlier commit installed is upgraded to this checkout and rolled back; no search fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import code
from tests.cluster.conftest import PREVIOUS, ROOT, SERVICES, TAG, Installation
from tests.cluster.stream import SearchStream, no_search_fails


@pytest.fixture(scope="module")
def searches(earlier: Installation) -> Iterator[SearchStream]:
    stream = earlier.stream()
    stream.start()
    yield stream
    stream.stop()


def test_an_upgrade_of_chart_and_images_and_the_way_back(
    earlier: Installation, searches: SearchStream
) -> None:
    before, after = (code.digest(checkout / "services" / "sevenviews") for checkout in (Path(PREVIOUS), ROOT))
    assert before != after
    assert _codes(earlier) == {before}
    images, revision = _images(earlier), earlier.revision()
    with no_search_fails(searches):
        # What was installed before gateways could ask for credentials stays as open as it was.
        earlier.upgrade(f"image.tag={TAG}", "gateway.access.anonymous=true")
    assert _codes(earlier) == {after}
    assert not images & _images(earlier)
    with no_search_fails(searches):
        earlier.rollback()
    assert _codes(earlier) == {before}
    assert _images(earlier) == images
    assert earlier.revision() == revision + 2


def _codes(installation: Installation) -> set[str]:
    """Digests of the package in each pod, on a root that nothing can write to."""
    program = Path(code.__file__).read_text()
    return {
        installation.kubernetes.kubectl("exec", pod.name, "--", "python", "-c", program).strip()
        for service in SERVICES
        for pod in installation.kubernetes.pods(service)
    }


def _images(installation: Installation) -> set[str]:
    return {
        image
        for service in SERVICES
        for pod in installation.kubernetes.pods(service)
        for image in pod.image_ids
    }
