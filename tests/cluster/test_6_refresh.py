"""The refresh as KubeRay's RayJob, started by hand from its CronJob, to promotion while searches go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.conftest import RELEASE, TAG, Installation, require_images
from tests.cluster.kubernetes import eventually
from tests.cluster.stream import SearchStream
from tests.refreshing import REFRESH

JOB = "refresh-by-hand"


@pytest.fixture(scope="module")
def refreshable(pairs: Installation) -> Installation:
    """With a short training."""
    if not pairs.kubernetes.has_api("ray.io"):
        pytest.skip("the cluster has no KubeRay")
    require_images(pairs.kubernetes, [f"localhost/sevenviews-training:{TAG}"])
    pairs.upgrade("refresh.mode=rayjob", objects={"refresh.config": REFRESH})
    return pairs


@pytest.fixture(scope="module")
def searches(refreshable: Installation) -> Iterator[SearchStream]:
    stream = refreshable.stream()
    stream.start()
    yield stream
    stream.stop()


def test_a_refresh_promotes_a_new_model_and_no_search_fails(
    refreshable: Installation, searches: SearchStream
) -> None:
    kubernetes = refreshable.kubernetes
    with searches.period() as period:
        kubernetes.kubectl("create", "job", JOB, f"--from=cronjob/{RELEASE}-refresh")
        ended = eventually(lambda: _end_of(refreshable), 1200, "the refresh ends")
        said = kubernetes.run("kubectl", "logs", f"job/{JOB}", check=False).stdout
        assert ended == "Complete", f"{said}\n{_told_by_ray(refreshable)}"
    assert period.failures == []
    releases = list(dict.fromkeys(search.release for search in period.searches))
    assert len(releases) == 2
    # No answer mixes them: a release has one model.
    assert len({(search.release, search.model) for search in period.searches}) == 2
    assert period.searches[0].release != period.searches[-1].release
    print(
        f"{len(period.searches)} searches, slowest {max(search.seconds for search in period.searches):.2f} s"
    )


def _end_of(installation: Installation) -> str:
    """Complete or Failed, once the Job is."""
    status = installation.kubernetes.get("job", JOB).get("status", {})
    ended = [one["type"] for one in status.get("conditions", ()) if one["status"] == "True"]
    return next((one for one in ended if one in ("Complete", "Failed")), "")


def _told_by_ray(installation: Installation) -> str:
    """Of the RayJob: what it says of its end."""
    jobs = installation.kubernetes.get("rayjobs")["items"]
    return "\n".join(str(job.get("status", {}).get("message", "")) for job in jobs)
