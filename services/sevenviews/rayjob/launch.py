"""Starting a RayJob, or finding it started, and following it to its end.

A RayJob has the name of the Kubernetes Job whose pods launch it, and belongs to it. So a pod that takes the place of
one whose node was drained goes on watching what that one began, and who deletes the Job deletes the RayJob.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from sevenviews.rayjob.api import ApiError

log = structlog.get_logger()

_ENDED = {"Complete", "Failed", "ValidationFailed"}
_EXISTS = 409
_LONGEST_NAME = 47
"""That KubeRay takes for a RayJob: it makes longer ones of it."""
_DIGEST = 8


class Jobs(Protocol):
    """What is used of RayJobs."""

    def create(self, manifest: dict[str, Any]) -> str: ...
    def get(self, name: str) -> dict[str, Any]: ...


class Stopped(Exception):  # noqa: N818  # not an error: somebody wants an end
    """This process was told to stop."""


def owned(manifest: Mapping[str, Any], job_name: str, job_uid: str) -> dict[str, Any]:
    """The manifest as belonging to a Job, and named after it: Kubernetes deletes the one with the other."""
    name = job_name
    if len(name) > _LONGEST_NAME:
        digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
        name = f"{name[: _LONGEST_NAME - _DIGEST - 1].rstrip('-.')}-{digest}"
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": job_name, "uid": job_uid}
    return {**manifest, "metadata": {**manifest["metadata"], "name": name, "ownerReferences": [owner]}}


def launch(
    jobs: Jobs, manifest: dict[str, Any], pause: Callable[[], None], patience: int = 60
) -> tuple[bool, str]:
    """Create a RayJob, unless a pod before this one has, and wait for its end.

    Args:
        jobs: of the namespace.
        manifest: of the RayJob, as `owned` makes it.
        pause: waits between two looks; raises Stopped to end the wait. The RayJob goes on.
        patience: looks in a row that may fail, as while the API is upgraded.

    Returns:
        Whether it succeeded, and what it says of its end.

    Raises:
        ApiError: it could not be created, or not be seen for too long, or is gone, or is another Job's.
        Stopped: from `pause`.
    """
    name = _begin(jobs, manifest)
    told = ""
    failures = 0
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


def _begin(jobs: Jobs, manifest: dict[str, Any]) -> str:
    """Its name. Raises ApiError."""
    try:
        name = jobs.create(manifest)
    except ApiError as error:
        if error.status != _EXISTS:
            raise
        name = manifest["metadata"]["name"]
        if jobs.get(name)["metadata"].get("ownerReferences") != manifest["metadata"]["ownerReferences"]:
            raise ApiError(f"the RayJob {name} belongs to another Job", _EXISTS) from error
        log.info("found started", rayjob=name)
    else:
        log.info("started", rayjob=name)
    return name
