"""A Ray of this machine alone, started with patience: for the embedding, the training and the refresh."""

from __future__ import annotations

import logging
from typing import Any

import psutil
import ray

from sevenviews.ray_folder import ray_folder

_ATTEMPTS = 3
_ROOTS = frozenset({"gcs_server", "raylet"})
"""The processes of a Ray that end the others with them."""

log = logging.getLogger(__name__)


def start_local_ray(**options: Any) -> None:
    """`ray.init` of a new Ray on this machine; again where its processes were not up in time.

    Ray gives them 30 seconds and no setting says otherwise; a busy machine may need more. What is started a second
    time finds its files in the page cache. Up to three attempts; what a failed one started is ended before the next.

    Args:
        options: of `ray.init`, but the address.

    Raises:
        ValueError: an option is wrong.
        RayFolderError: there is no place for its sockets.
        Exception: of whatever type Ray raises, when no attempt succeeded.
    """
    options = {"_temp_dir": str(ray_folder()), **options}
    for attempt in range(1, _ATTEMPTS + 1):
        before = {process.pid for process in psutil.Process().children()}
        try:
            ray.init(address="local", **options)
        except (TypeError, ValueError):
            raise
        except Exception as error:
            ray.shutdown()
            _end_roots(before)
            if attempt == _ATTEMPTS:
                raise
            log.warning("Ray did not start, and is started again: %s", error)
        else:
            return


def _end_roots(before: set[int]) -> None:
    """End what a failed attempt left: Ray itself forgets its processes when it gives up."""
    left = [process for process in psutil.Process().children() if process.pid not in before]
    roots = [process for process in left if _name(process) in _ROOTS]
    for process in roots:
        process.kill()
    psutil.wait_procs(roots, timeout=10)


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
