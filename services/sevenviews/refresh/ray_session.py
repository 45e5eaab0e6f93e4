"""Ray for one job: started when it is first needed, stopped at the end."""

from __future__ import annotations

import logging
import os
from types import TracebackType
from typing import Self

_LEAST_CORES = 2
"""What the stages of the re-embedding are given together; on a single core they take turns."""


class RaySession:
    """A Ray that was there before is used, and left running.

    Args:
        address: "auto" or HOST:PORT of a running cluster; "local" starts one on this machine.
    """

    def __init__(self, address: str = "local") -> None:
        self._address = address
        self._ours = False

    def start(self) -> None:
        """Again: nothing happens."""
        import ray

        if ray.is_initialized():
            return
        # A dashboard that nobody asked for would be missed aloud.
        logging.getLogger("ray._private.services").setLevel(logging.CRITICAL)
        self._init()
        self._ours = True

    def _init(self) -> None:
        if self._address == "local":
            from sevenviews.local_ray import start_local_ray

            start_local_ray(
                num_cpus=max(_LEAST_CORES, os.cpu_count() or 1),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        else:
            import ray

            ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ours:
            import ray

            ray.shutdown()
