"""What was uploaded, and certificates of what was found, by digest, in a directory; for a while."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sevenviews.certificates import CertificateError, SealedCertificate
from sevenviews.console.question import Question

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Uploads:
    """Images, their previews, the questions that stand on them, and certificates. Safe to share between threads.

    Whatever is looked at is kept for `seconds` more. Beyond `most_bytes`, what was not looked at for longest goes.

    Args:
        folder: made if absent, and open to this user alone.
    """

    def __init__(self, folder: Path, seconds: float, most_bytes: int) -> None:
        self._folder = folder
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        for name in ("images", "previews", "questions", "certificates"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def add_image(self, content: bytes, preview: bytes) -> str:
        """Keep an image, and a PNG of it that browsers show; its digest."""
        digest = hashlib.sha256(content).hexdigest()
        _write(self._image(digest), content)
        _write(self._preview(digest), preview)
        return digest

    def add(self, question: Question) -> str:
        """Keep a question; its digest."""
        digest = question.digest
        _write(self._question(digest), question.to_json())
        self.sweep()
        return digest

    def find(self, digest: str) -> Question | None:
        """The question of a digest; None: there was none, or it is gone, or one of its images is."""
        if _DIGEST.fullmatch(digest) is None:
            return None
        try:
            question = Question.from_json(self._question(digest).read_bytes())
            for path in self._files(digest, question):
                os.utime(path)
        except (FileNotFoundError, ValueError):
            return None
        return question

    def add_certificate(self, sealed: SealedCertificate) -> None:
        """Keep a certificate, by its SHA-256."""
        _write(self._certificate(sealed.sha256), json.dumps(sealed.as_json()).encode())

    def certificate(self, sha256: str) -> SealedCertificate | None:
        """As `find`, a certificate."""
        if _DIGEST.fullmatch(sha256) is None:
            return None
        try:
            os.utime(self._certificate(sha256))
            return SealedCertificate.from_file(self._certificate(sha256))
        except (FileNotFoundError, CertificateError):
            return None

    def image(self, digest: str) -> bytes:
        """The bytes of an image of a question. Raises FileNotFoundError if it went meanwhile."""
        return self._image(digest).read_bytes()

    def preview(self, digest: str) -> bytes:
        """As `image`, the PNG."""
        return self._preview(digest).read_bytes()

    def purge(self, digest: str) -> None:
        """Forget a question, its images, and all other questions and certificates that stand on one of them."""
        with self._lock:
            question = self.find(digest)
            if question is None:
                return
            self._question(digest).unlink(missing_ok=True)
            images = [image.encode() for image in question.images]
            for folder in ("questions", "certificates"):
                for path in (self._folder / folder).glob("[!.]*"):
                    # Both name their images by digests, which stand for nothing else. Another replica may be faster.
                    with suppress(FileNotFoundError):
                        if any(image in path.read_bytes() for image in images):
                            path.unlink()
            for image in question.images:
                self._image(image).unlink(missing_ok=True)
                self._preview(image).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Forget what nobody has looked at for too long, and what there is no room for."""
        with self._lock:
            oldest_first = sorted(_stated(self._folder), key=lambda one: one[1].st_mtime)
            size = sum(stat.st_size for _, stat in oldest_first)
            expired = time.time() - self._seconds
            for path, stat in oldest_first:
                if stat.st_mtime >= expired and size <= self._most_bytes:
                    break
                path.unlink(missing_ok=True)
                size -= stat.st_size

    def _files(self, digest: str, question: Question) -> Iterator[Path]:
        yield self._question(digest)
        for image in question.images:
            yield self._image(image)
            yield self._preview(image)

    def _question(self, digest: str) -> Path:
        return self._folder / "questions" / digest

    def _image(self, digest: str) -> Path:
        return self._folder / "images" / digest

    def _preview(self, digest: str) -> Path:
        return self._folder / "previews" / digest

    def _certificate(self, sha256: str) -> Path:
        return self._folder / "certificates" / sha256


def _stated(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.glob("*/*"):
        try:
            yield path, path.stat()
        except FileNotFoundError:  # another replica was faster
            continue


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: who reads meanwhile must not see half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
