"""Broken lines run on over the pieces of one line."""

from __future__ import annotations

import numpy as np
import pytest

from sevenviews.synthetic.dashes import dashed
from sevenviews.synthetic.mesh import Indices, Points


def _polyline(points: Points) -> tuple[Points, Indices]:
    order = np.arange(len(points))
    return np.stack([points[:-1], points[1:]], 1), np.column_stack([order[:-1], order[1:]])


def _length(segments: Points) -> float:
    return float(np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1).sum())


def test_a_line_of_many_pieces_is_dashed_like_one_piece() -> None:
    fine = dashed(*_polyline(np.column_stack([np.linspace(0, 100, 51), np.zeros(51)])), 8, 4)
    whole = dashed(*_polyline(np.array([[0.0, 0.0], [100.0, 0.0]])), 8, 4)
    assert _length(fine) == pytest.approx(_length(whole))
    assert _ink(fine) == pytest.approx(_ink(whole))


def test_dashes_cover_their_share_and_reach_both_ends() -> None:
    whole = dashed(*_polyline(np.array([[0.0, 0.0], [300.0, 0.0]])), 8, 4)
    assert _length(whole) / 300 == pytest.approx(2 / 3, abs=0.02)
    assert whole[:, :, 0].min() == pytest.approx(0)
    assert whole[:, :, 0].max() == pytest.approx(300)


def test_a_line_shorter_than_a_dash_is_drawn_whole() -> None:
    assert _length(dashed(*_polyline(np.array([[0.0, 0.0], [5.0, 0.0]])), 8, 4)) == pytest.approx(5)


def test_a_closed_line_is_followed_once() -> None:
    angles = np.linspace(0, 2 * np.pi, 41)
    ends, vertices = _polyline(50 * np.column_stack([np.cos(angles), np.sin(angles)]))
    vertices[-1, 1] = 0
    assert _length(dashed(ends, vertices, 8, 4)) < 0.75 * 2 * np.pi * 50


def test_nothing_gives_nothing() -> None:
    assert dashed(np.empty((0, 2, 2)), np.empty((0, 2), np.int64), 8, 4).shape == (0, 2, 2)


def _ink(segments: Points) -> Points:
    """Whether each whole place of a level line is covered."""
    places = np.arange(0.5, 100)[:, None]
    low, high = segments[:, :, 0].min(axis=1), segments[:, :, 0].max(axis=1)
    covered: Points = ((places >= low) & (places <= high)).any(axis=1).astype(np.float64)
    return covered
