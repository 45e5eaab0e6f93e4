"""Starting a RayJob and following it to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from sevenviews.rayjob.api import ApiError

log = structlog.get_logger()

_ENDED = {"Complete", "Failed", "ValidationFailed"}


class Jobs(Protocol):
    """What is used of RayJobs."""

    def create(self, manifest: dict[str, Any]) -> str: ...
    def get(self, name: str) -> dict[str, Any]: ...
    def delete(self, name: str) -> None: ...


class Stopped(Exception):  # noqa: N818  # not an error: somebody wants an end
    """This process was told to stop."""


def owned(manifest: Mapping[str, Any], pod_name: str, pod_uid: str) -> dict[str, Any]:
    """The manifest as belonging to a pod: Kubernetes deletes the RayJob when it deletes the pod."""
    owner = {"apiVersion": "v1", "kind": "Pod", "name": pod_name, "uid": pod_uid}
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [owner]}}


def launch(
    jobs: Jobs, manifest: dict[str, Any], pause: Callable[[], None], patience: int = 60
) -> tuple[bool, str]:
    """Create a RayJob and wait for its end.

    Args:
        jobs: of the namespace.
        manifest: of the RayJob.
        pause: waits between two looks; raises Stopped to end the wait, and with it the RayJob.
        patience: looks in a row that may fail, as while the API is upgraded.

    Returns:
        Whether it succeeded, and what it says of its end.

    Raises:
        ApiError: it could not be created, or not be seen for too long, or is gone.
        Stopped: from `pause`.
    """
    name = jobs.create(manifest)
    log.info("started", rayjob=name)
    told = ""
    failures = 0
    try:
        while True:
            pause()
            try:
                status = jobs.get(name).get("status", {})
            except ApiError as error:
                failures += 1
                if not error.passing or failures > patience:
                    raise
                log.warning("cannot look", rayjob=name, error=str(error))
                continue
            failures = 0
            state = f"{status.get('jobDeploymentStatus', '')} {status.get('jobStatus', '')}".strip()
            if state != told:
                log.info("state", rayjob=name, state=state)
                told = state
            if status.get("jobDeploymentStatus") in _ENDED:
                return status.get("jobStatus") == "SUCCEEDED", status.get("message") or state
    except Stopped:
        jobs.delete(name)
        log.info("deleted", rayjob=name)
        raise
