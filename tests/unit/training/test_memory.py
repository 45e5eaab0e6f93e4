"""What the allocator of a training is told."""

from __future__ import annotations

from sevenviews.training.memory import ALLOCATOR, allocator_settings


def test_an_operators_choice_stays() -> None:
    assert allocator_settings({}) == dict(ALLOCATOR)
    chosen = allocator_settings({"MALLOC_MMAP_MAX_": "4"})
    assert "MALLOC_MMAP_MAX_" not in chosen
    assert chosen["GLIBC_TUNABLES"] == ALLOCATOR["GLIBC_TUNABLES"]
