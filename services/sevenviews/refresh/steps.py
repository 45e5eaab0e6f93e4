"""The steps of a refresh, in order. Each may be cut off anywhere and done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sevenviews.backends.refreshes import Facts
from sevenviews.refresh import building, judging, learning, snapshot, switching, verifying
from sevenviews.refresh.context import Context


@dataclass(frozen=True, slots=True)
class Step:
    """A name, which the record keeps, and the work."""

    name: str
    work: Callable[[Context], Facts]
    purpose: str


STEPS: tuple[Step, ...] = (
    Step("snapshot", snapshot.snapshot, "count what there is, choose what is held out"),
    Step("train", learning.train, "train the new model"),
    Step("evaluate", judging.evaluate, "measure it beside the serving model"),
    Step("gate", judging.gate, "go on only if it is worth it"),
    Step("publish", learning.publish, "put it into the model store"),
    Step("load", building.load, "load it beside the serving model"),
    Step("create", building.create, "make the release; imports reach it from now on"),
    Step("embed", building.embed, "embed every drawing"),
    Step("index", verifying.index, "wait for the index"),
    Step("catch-up", building.catch_up, "what came or went meanwhile"),
    Step("verify", verifying.verify, "compare with the truth"),
    Step("promote", switching.promote, "let it serve"),
    Step("settle", switching.settle, "what was under way at the beginning"),
    Step("retire", switching.retire, "drop what nobody goes back to"),
)
