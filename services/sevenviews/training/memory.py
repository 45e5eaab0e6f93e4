"""How the process of a training gets its memory: from what it has kept, in large pages."""

from __future__ import annotations

import os
from collections.abc import Mapping

ALLOCATOR: Mapping[str, str] = {
    # Maps of a batch are of tens of megabytes. glibc asks the system for each and gives it back at once, and every
    # page is cleared anew: more than half of the time of a pass over MobileNetV2 (`sevenviews bench passes`).
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 40),
    # Ray Train trains in a thread, which would have an arena of its own; those are of 64 MiB pieces, given back too.
    "MALLOC_ARENA_MAX": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""Read by glibc when a process begins, so they must stand in its environment. Other C libraries pay no heed."""


def allocator_settings(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a worker's environment is to have beyond `environment`; what stands there is the operator's choice."""
    return {name: value for name, value in ALLOCATOR.items() if name not in environment}
