"""Ray for one job: started when it is first needed, stopped at the end."""

from __future__ import annotations

import logging
import os
from types import TracebackType
from typing import Self

_ATTEMPTS = 3
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
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._init()
            except Exception:
                # Ray raises no narrower type. Its processes may not be up in time on a busy machine.
                ray.shutdown()
                if attempt == _ATTEMPTS:
                    raise
            else:
                break
        self._ours = True

    def _init(self) -> None:
        import ray

        here = self._address == "local"
        ray.init(
            address=self._address,
            num_cpus=max(_LEAST_CORES, os.cpu_count() or 1) if here else None,
            include_dashboard=False if here else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )

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
