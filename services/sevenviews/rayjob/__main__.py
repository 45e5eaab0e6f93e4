"""`python -m sevenviews.rayjob MANIFEST.json`: exits with 0 if the RayJob succeeds, and ends it on SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import structlog

from sevenviews.rayjob.api import ApiError, RayJobs
from sevenviews.rayjob.launch import Stopped, launch, owned

log = structlog.get_logger()

_LOOK_SECONDS = 5.0


def main() -> int:
    """Read the manifest and the pod's environment, start, wait."""
    manifest = json.loads(Path(sys.argv[1]).read_text())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def pause() -> None:
        if stop.wait(_LOOK_SECONDS):
            raise Stopped

    try:
        mine = owned(manifest, os.environ["POD_NAME"], os.environ["POD_UID"])
        succeeded, message = launch(RayJobs.of_this_pod(), mine, pause)
    except ApiError as error:
        log.error("failed", error=str(error))
        return 1
    except Stopped:
        return 1
    log.info("ended", succeeded=succeeded, message=message)
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
