"""Runs the embedding service until SIGTERM or SIGINT, then drains it: `python -m sevenviews.embedding`."""

from __future__ import annotations

import signal
import threading

from sevenviews.embedding.server import start
from sevenviews.embedding.settings import EmbeddingSettings
from sevenviews.runtime.telemetry import configure_logs


def main() -> None:
    """Read the environment, start, wait, stop."""
    settings = EmbeddingSettings()  # type: ignore[call-arg]  # required fields come from the environment
    configure_logs(settings.log_level, settings.log_format)
    running = start(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # set after the start, because Ray sets its own
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    running.stop(settings.drain_seconds)


if __name__ == "__main__":
    main()
