"""Runs in a pod: searches without a pause from several threads, and prints a line of JSON for each search.

python searcher.py ADDRESS QUERY.png THREADS
"""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from itertools import count
from pathlib import Path

from PIL import Image

from sevenviews.client import Client
from sevenviews.designs import SevenviewsError

_PAUSE_SECONDS = 0.05
_TIMEOUT_SECONDS = 15
_printing = threading.Lock()


def variant(drawing: Image.Image, number: int) -> bytes:
    """The drawing with a pixel of its corner changed, so that no cache knows its embedding."""
    changed = drawing.copy()
    changed.putpixel((number // 256 % 8, number // 2048 % 8), number % 256)
    content = io.BytesIO()
    changed.save(content, "PNG")
    return content.getvalue()


def search(client: Client, content: bytes) -> dict[str, object]:
    """What is printed of one search."""
    started = time.monotonic()
    release = model = ""
    try:
        page = client.search([content], limit=3)
        release, model = page.release_id, page.model_version
        error = "" if page.hits else "no hits"
    except SevenviewsError as failure:
        error = f"{failure.reason} {failure.message}"
    seconds = round(time.monotonic() - started, 4)
    return {
        "time": round(time.time(), 3),
        "seconds": seconds,
        "error": error,
        "release": release,
        "model": model,
    }


def main() -> None:
    address, path, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    drawing = Image.open(path).convert("L")
    numbers = count()

    def search_on() -> None:
        with Client(address, timeout_seconds=_TIMEOUT_SECONDS) as client:
            while True:
                line = json.dumps(search(client, variant(drawing, next(numbers))))
                with _printing:
                    print(line, flush=True)
                time.sleep(_PAUSE_SECONDS)

    workers = [threading.Thread(target=search_on, daemon=True) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
