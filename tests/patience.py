"""A guard against calls that hang, for tests of what must end by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")

HANG_SECONDS = 60.0
"""Far more than any machine needs for what is guarded: what takes longer would never end."""


def ends(call: Callable[[], Result]) -> Result:
    """What a call gives or raises. Raises TimeoutError if it hangs; it is not measured, only not waited for."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result(HANG_SECONDS)
