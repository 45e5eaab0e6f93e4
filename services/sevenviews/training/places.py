"""What lies where in the folder of a run.

A run of one step of the protocol keeps its files in its folder. One of several has a folder for each, 1-rotnet,
2-classification, each of which is a run of one step.
"""

from __future__ import annotations

import json
from pathlib import Path

CONFIG_FILE = "config.json"
FACTS_FILE = "run.json"
CHECKPOINT = "checkpoint.pt"
BEST = "best.pt"
METRICS = "metrics.jsonl"
EVENTS = "tensorboard"


def step_folder(run: Path, number: int, name: str) -> Path:
    """Of a step of the protocol, counted from 1."""
    return run / f"{number}-{name}"


def last_step(run: Path) -> Path:
    """The folder of a run's last step: the run's own, if it has but one."""
    if not (run / CONFIG_FILE).is_file():
        return run
    steps = json.loads((run / CONFIG_FILE).read_text()).get("steps") or []
    return step_folder(run, len(steps), steps[-1]["name"]) if steps else run


def weights_file(run: Path) -> Path:
    """What a run of one step has learned: its best weights where it kept them (early stopping), else its last.

    Raises FileNotFoundError: it has no checkpoint.
    """
    for name in (BEST, CHECKPOINT):
        if (run / name).is_file():
            return run / name
    raise FileNotFoundError(f"{run} has no {CHECKPOINT}: train first")
