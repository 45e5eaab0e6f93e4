"""`python -m tests.light_refresh`: the job `sevenviews refresh`, with an engine that starts neither torch nor Ray.

It is as real a process as the other, over the same services, and there in a second: for tests of what stands around
the two long works. The options are those of the command that the tests need.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from sevenviews.cli.places import Place
from sevenviews.cli.refreshing import finish
from sevenviews.refresh.config import RefreshConfig
from sevenviews.refresh.job import begin, resume
from sevenviews.refresh.plan import Kind
from tests.fakes.engine import FakeEngine


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--skip-train", action="store_true")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    config = RefreshConfig.load(told.config) if told.config else RefreshConfig()
    kind = Kind.REINDEX if told.skip_train else Kind.REFRESH
    with Place(data=told.data).open() as around:
        light = replace(around, engine=FakeEngine())
        finish(
            lambda: (resume(light) if told.resume else None) or begin(light, config, kind), light, told.json
        )


if __name__ == "__main__":
    main()
