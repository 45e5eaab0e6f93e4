"""All benchmarks, with a Milvus server of their own beneath the searches: `make bench`.

The server is that of the tests, the PyPI package `milvus`; where that is missing, the embedded engine takes its
place.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "services" / "sevenviews" / "bench" / "RESULTS.md"


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from tests.contract.milvus_server import running_milvus

    with running_milvus() if find_spec("milvus") else nullcontext() as milvus:
        command = [sys.executable, "-m", "sevenviews.cli", "bench", "all", "--out", str(RESULTS)]
        command += ["--milvus", milvus.url] if milvus else []
        return subprocess.run(command, check=False).returncode  # noqa: S603 - this interpreter, and paths of ours


if __name__ == "__main__":
    sys.exit(main())
