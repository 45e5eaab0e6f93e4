"""`python -m sevenviews.rayjob MANIFEST.json` starts a RayJob, or finds it started, and waits for its end.

Exits with 0 if it succeeds, with 1 if it fails, which another try would not mend, and with 2 where it could not be
watched to its end: then another pod may go on. SIGTERM ends the watching alone.
"""

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
_UNKNOWN = 2


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
        mine = owned(manifest, os.environ["JOB_NAME"], os.environ["JOB_UID"])
        succeeded, message = launch(RayJobs.of_this_pod(), mine, pause)
    except ApiError as error:
        log.error("lost from sight", error=str(error))
        return _UNKNOWN
    except Stopped:
        log.info("stopped; the RayJob goes on")
        return _UNKNOWN
    log.info("ended", succeeded=succeeded, message=message)
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
