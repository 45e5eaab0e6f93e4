"""Each service starts with its own extra alone: what others need must not be imported by accident."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "torch",
    "ray",
    "onnxruntime",
    "cv2",
    "rapidocr",
    "pypdfium2",
    "skimage",
    "pymilvus",
    "sqlalchemy",
    "faiss",
    "sklearn",
    "matplotlib",
}

NEEDS = {
    "sevenviews.backends.vector_client": set(),
    "sevenviews.gateway.bootstrap": set(),
    "sevenviews.client": set(),
    "sevenviews.vectors.servicer": set(),
    "sevenviews.vectors.milvus_index": {"pymilvus"},
    "sevenviews.metadata.servicer": {"sqlalchemy"},
    "sevenviews.embedding.bundles": {"onnxruntime"},
    # The command starts on what `make demo` installs, and at once.
    "sevenviews.cli.__main__": {"cv2"},
}


@pytest.mark.parametrize(("module", "needs"), NEEDS.items())
def test_a_service_imports_what_its_extra_brings(module: str, needs: set[str]) -> None:
    program = f"import sys, {module}; print(*(set({sorted(HEAVY)!r}) & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= needs
