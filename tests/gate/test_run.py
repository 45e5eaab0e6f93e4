"""The gate of a landing passes only what ran and passed, and says by name what did not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.gate.checkout import Checkout, make_checkout

# What `make test` and its workers would hand on to a `make` and a pytest of their own.
MAKE_AND_XDIST = {"MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make_checkout(tmp_path)


def test_all_that_passes_is_counted_and_in_its_order(checkout: Checkout) -> None:
    run = checkout.run()
    assert run.status == 0, run.lines
    assert run.lines[-1] == "8 passed, 0 failed, 3 skipped"
    made = [call for call in run.calls if call.startswith("make ")]
    assert made == [
        "make test-deps",
        "make demo",
        "make install",
        "make test ALLOWED_SKIPS=.ci/allowed-skips",
        "make test-cluster ALLOWED_SKIPS=.ci/allowed-skips",
    ]
    steps = [line.partition(" (")[0] for line in run.lines if line.startswith("== ")]
    assert steps[:5] == [
        "== make test-deps",
        "== make demo",
        "== the demo's environment holds no torch",
        "== make install",
        "== make test",
    ]
    assert steps[-1] == "== make test-cluster"
    assert run.calls[-1] == "cluster down"


def test_the_earlier_images_are_built_from_the_earlier_commit(checkout: Checkout) -> None:
    checkout.cluster = {
        "build": """while [ "$1" != --tag ]; do shift; done
          read -r code <"${@: -1}/services/code.py"; echo "$2 is of $code" >>"$CALLS" """,
        "env": "echo true",
    }
    run = checkout.run()
    assert run.status == 0, run.lines
    for service in ("gateway", "vectors", "metadata", "embedding"):
        assert f"localhost/sevenviews-{service}:dev is of now" in run.calls
        assert f"localhost/sevenviews-{service}:previous is of earlier" in run.calls


def no_tool(checkout: Checkout) -> None:
    checkout.cluster = None


def not_root(checkout: Checkout) -> None:
    checkout.programs["id"] = "echo 1000"


def no_go(checkout: Checkout) -> None:
    del checkout.programs["go"]


@pytest.mark.parametrize(
    ("lacks", "why"),
    [
        (no_tool, "there is no ../shared/cluster/cluster"),
        (not_root, "it takes root"),
        (no_go, "it takes go"),
    ],
)
def test_a_machine_that_cannot_make_a_cluster_passes_and_says_so(
    checkout: Checkout, lacks: Callable[[Checkout], None], why: str
) -> None:
    lacks(checkout)
    run = checkout.run()
    assert run.status == 0, run.lines
    assert run.lines[-2:] == [
        f"NOT RUN: the tests on a cluster, because nothing here makes one: {why}",
        "5 passed, 0 failed, 1 skipped",
    ]
    assert "make test-cluster" not in " ".join(run.calls)


def test_an_autoscaler_that_cannot_be_tested_is_left_to_the_allowed_skips(checkout: Checkout) -> None:
    assert checkout.cluster is not None
    checkout.cluster["metrics"] = "exit 1"
    run = checkout.run()
    assert run.status == 0, run.lines
    assert "there is no metrics-server" in run.lines
    assert "make test-cluster ALLOWED_SKIPS=.ci/allowed-skips" in run.calls


def target(name: str, does: str) -> Callable[[Checkout], None]:
    return lambda checkout: checkout.targets.update({name: does})


def tool(command: str) -> Callable[[Checkout], None]:
    def fails(checkout: Checkout) -> None:
        assert checkout.cluster is not None
        checkout.cluster[command] = "echo it cannot; exit 1"

    return fails


def broken_image(checkout: Checkout) -> None:
    (checkout.root / "deploy" / "Dockerfile").write_text("FROM scratch\nRUN false\n")


def torch(checkout: Checkout) -> None:
    (checkout.libraries / "torch").mkdir(parents=True)
    (checkout.libraries / "torch" / "__init__.py").touch()


def full_disk(checkout: Checkout) -> None:
    checkout.programs["df"] = "printf 'Avail\\n  80G\\n  7G\\n'"


def no_history(checkout: Checkout) -> None:
    (checkout.root / ".ci" / "previous").write_text("#!/usr/bin/env bash\nexit 1\n")


CLUSTER = "the tests on a cluster"
FAILURES: dict[str, tuple[Callable[[Checkout], None], str]] = {
    "demo": (target("demo", "exit 2"), "make demo, with exit status 2"),
    "torch": (torch, "the demo's environment holds no torch, with exit status 1"),
    "installation": (target("install", "exit 2"), "make install, with exit status 2"),
    "a test": (
        target("test", "echo '4 passed, 1 failed, 0 skipped'; exit 2"),
        "make test, with exit status 2",
    ),
    "no tests": (target("test", "true"), "make test: no test passed"),
    "a crash of the tests": (target("test", "kill -SEGV $$"), "make test, with exit status 139"),
    "disk": (full_disk, f"{CLUSTER}: not begun, 7 GB of disk are free and 20 are needed"),
    "no history": (no_history, f"{CLUSTER}: the commit to upgrade from, with exit status 1"),
    "Kubernetes": (tool("install"), f"{CLUSTER}: Kubernetes' programs, with exit status 1"),
    "base image": (tool("base-image"), f"{CLUSTER}: base images, with exit status 1"),
    "our image": (broken_image, f"{CLUSTER}: image sevenviews-gateway:dev, with exit status 1"),
    "nodes": (tool("up"), f"{CLUSTER}: a cluster of 2 nodes, with exit status 1"),
    "loading": (tool("load"), f"{CLUSTER}: images onto the nodes, with exit status 1"),
    "KubeRay": (tool("kuberay"), f"{CLUSTER}: KubeRay, with exit status 1"),
    # The chart is installed by the tests.
    "deployment": (
        target("test-cluster", "echo 'Error: context deadline exceeded'; exit 2"),
        f"{CLUSTER}: make test-cluster, with exit status 2",
    ),
    "no tests on the cluster": (
        target("test-cluster", "echo '0 passed, 0 failed, 9 skipped'"),
        f"{CLUSTER}: no test passed",
    ),
}


@pytest.mark.parametrize(("breaks", "said"), FAILURES.values(), ids=FAILURES)
def test_what_fails_is_named(checkout: Checkout, breaks: Callable[[Checkout], None], said: str) -> None:
    breaks(checkout)
    run = checkout.run()
    assert run.status == 1, run.lines
    assert run.lines[-2].startswith(f"FAILED: {said}"), run.lines
    assert run.lines[-1].endswith(" skipped")
    if any(call.startswith("cluster ") for call in run.calls):
        assert run.calls[-1] == "cluster down"


def test_failures_are_counted(checkout: Checkout) -> None:
    checkout.targets["test-cluster"] = "echo '2 passed, 1 failed, 2 skipped'; exit 2"
    run = checkout.run()
    assert run.status == 1
    assert run.lines[-1] == "7 passed, 1 failed, 3 skipped"


def test_a_skip_that_is_not_allowed_fails(checkout: Checkout) -> None:
    """`make test` fails then, if it was given the list."""
    checkout.targets["test"] = """
      [ "$2" = ALLOWED_SKIPS=.ci/allowed-skips ] || exit 0
      echo 'not allowed: tests/x.py  docker is not here'; echo '4 passed, 0 failed, 1 skipped'; exit 2"""
    run = checkout.run()
    assert run.status == 1
    assert "not allowed: tests/x.py  docker is not here" in run.lines
    assert run.lines[-2].startswith("FAILED: make test, with exit status 2")
    assert run.lines[-1] == "4 passed, 0 failed, 1 skipped"


# On a busy machine the first end may come before the cluster does.
ENDS = ("3", "20", "80")


def test_a_run_on_the_cluster_that_does_not_end_fails(tmp_path: Path) -> None:
    for end in ENDS:
        checkout = make_checkout(tmp_path / end)
        checkout.targets["test-cluster"] = "sleep 100"
        run = checkout.run(SEVENVIEWS_CI_END=end)
        assert run.status == 1
        if "make test-cluster ALLOWED_SKIPS=.ci/allowed-skips" in run.calls:
            break
    assert run.lines[-2].startswith("FAILED: the tests on a cluster: make test-cluster: did not end in the ")
    assert run.lines[-1] == "5 passed, 0 failed, 1 skipped"
    assert run.calls[-1] == "cluster down"


def test_nothing_is_begun_after_the_end(checkout: Checkout) -> None:
    run = checkout.run(SECONDS="5200")
    assert run.status == 1
    assert run.lines[-2] == "FAILED: make test-deps: not begun, the 5100 s of a run are over"


@pytest.mark.parametrize("target", ["test", "test-cluster"])
def test_pytest_understands_the_command_that_the_gate_has_make_run(target: str) -> None:
    """The stubs above stand for `make`: the line it would run is put to pytest itself, with no test to collect."""
    surroundings = {name: value for name, value in os.environ.items() if name not in MAKE_AND_XDIST}
    asked = ["make", "--no-print-directory", "--dry-run", target, "ALLOWED_SKIPS=.ci/allowed-skips"]
    lines = subprocess.run(
        asked, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
    ).stdout
    (line,) = [line for line in lines.splitlines() if " -m pytest " in line]
    told = line.replace(".venv/bin/python", sys.executable)
    shell = ["bash", "-c", f"{told} --numprocesses 0 --ignore-glob='*'"]
    run = subprocess.run(shell, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, run.stdout + run.stderr


def test_the_allowed_skips_are_of_tests_that_exist() -> None:
    lines = (ROOT / ".ci" / "allowed-skips").read_text().splitlines()
    rules = [line.split("  ", 1) for line in lines if line and not line.startswith("#")]
    assert rules
    for test, reason in rules:
        assert any(ROOT.glob(test.partition("::")[0])), test
        assert reason.strip()
