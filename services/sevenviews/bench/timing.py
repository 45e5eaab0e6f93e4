"""How long work takes, and how much of it is done at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def timed(
    work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
) -> tuple[Result, float]:
    """What it gave, and the milliseconds that it took."""
    started = time.perf_counter()
    result = work(*arguments, **options)
    return result, 1000 * (time.perf_counter() - started)


def rate(work: Callable[[Item], object], items: Sequence[Item], threads: int = 1) -> float:
    """Items a second, by so many threads at once."""
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, items):
            pass
    return len(items) / (time.perf_counter() - started)
