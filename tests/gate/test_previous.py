"""The commit that the cluster's installation is upgraded from."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.gate.checkout import commit, git, make_checkout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """With two commits: one of two days ago, one of now."""
    return make_checkout(tmp_path).root


def previous(root: Path, **environment: str) -> str:
    done = subprocess.run(
        [root / ".ci" / "previous"],
        env={"PATH": os.environ["PATH"], "HOME": str(root), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else f"failed: {done.stderr.strip()}"


def test_it_is_at_least_a_day_older(root: Path) -> None:
    day_ago = git(root, "rev-parse", "HEAD~1")
    commit(root, "later on the same day", days_ago=-0.5)
    assert previous(root) == day_ago


def test_of_the_newest_tag_below_head(root: Path) -> None:
    tagged = git(root, "rev-parse", "HEAD")
    git(root, "tag", "v1")
    commit(root, "later on the same day")
    assert previous(root) == tagged
    git(root, "tag", "v2")
    assert previous(root) == tagged


def test_what_has_the_same_services_is_passed_over(root: Path) -> None:
    (root / "README.md").write_text("Words.")
    commit(root, "now", days_ago=-7)
    earlier = git(root, "rev-parse", "HEAD~2")
    git(root, "tag", "v1", "HEAD~1")
    assert previous(root) == earlier


def test_nothing_before_a_break_is_upgraded_from(root: Path) -> None:
    (root / ".ci" / "breaks").write_text("now  everything\n")
    breaking = commit(root, "now", days_ago=-0.1)
    assert "an upgrade needs some history" in previous(root)
    commit(root, "later", days_ago=-0.2)
    assert previous(root) == breaking
    (root / ".ci" / "breaks").write_text("now  everything again\n")
    again = commit(root, "a second break", days_ago=-0.3)
    commit(root, "later still", days_ago=-0.4)
    assert previous(root) == again
    commit(root, "a month later", days_ago=-30)
    commit(root, "and a day", days_ago=-32)
    assert git(root, "log", "-1", "--format=%s", previous(root)) == "a month later"


def test_a_young_history_has_one_too(tmp_path: Path) -> None:
    root = make_checkout(tmp_path).root
    first = git(root, "rev-parse", "HEAD~1")
    git(root, "checkout", "--quiet", "--orphan", "young")
    young = commit(root, "young")
    commit(root, "younger")
    assert previous(root) == young != first


def test_none_is_an_error(root: Path) -> None:
    git(root, "checkout", "--quiet", "--orphan", "alone")
    commit(root, "alone")
    assert "an upgrade needs some history" in previous(root)


def test_it_can_be_given(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    assert previous(root, SEVENVIEWS_CI_PREVIOUS="HEAD") == head
    assert previous(root, SEVENVIEWS_CI_PREVIOUS="nothing").startswith("failed: ")
