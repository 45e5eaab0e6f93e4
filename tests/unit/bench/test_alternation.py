"""Who is measured when."""

from __future__ import annotations

from collections.abc import Callable

from sevenviews.bench.alternation import alternate


def _recorder(calls: list[str], side: str) -> Callable[[int], str]:
    def measure(batch: int) -> str:
        calls.append(f"{side}{batch}")
        return f"{side}{batch}"

    return measure


def test_the_sides_swap_their_order_from_pair_to_pair() -> None:
    calls: list[str] = []
    pairs = list(alternate(range(4), _recorder(calls, "A"), _recorder(calls, "B"), lambda: True))
    assert calls == ["A0", "B0", "B1", "A1", "A2", "B2", "B3", "A3"]
    assert pairs == [("A0", "B0"), ("A1", "B1"), ("A2", "B2"), ("A3", "B3")]


def test_a_run_out_of_time_ends_after_a_whole_pair_and_has_at_least_one() -> None:
    calls: list[str] = []
    pairs = list(alternate(range(4), _recorder(calls, "A"), _recorder(calls, "B"), lambda: False))
    assert calls == ["A0", "B0"]
    assert pairs == [("A0", "B0")]


def test_time_is_asked_for_before_each_further_pair() -> None:
    answers = iter([True, False])
    pairs = list(alternate(range(9), str, str, lambda: next(answers)))
    assert [first for first, _ in pairs] == ["0", "1"]
