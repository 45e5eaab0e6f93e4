"""A directory of bundles, by version; every embedding replica sees the same one."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.bundle import MANIFEST_FILE, Bundle, load_bundle

_DEFAULT_FILE = "default"


def default_bundle_path() -> Path:
    """The packaged model, with its card."""
    return _packaged() / "default"


def earlier_bundle_paths() -> tuple[Path, ...]:
    """The models that were packaged before, so that their releases go on answering when a new version serves them."""
    return tuple(sorted((_packaged() / "earlier").iterdir()))


def _packaged() -> Path:
    return Path(str(resources.files("sevenviews.encoder"))) / "models"


class ModelStore:
    """Bundles under `root/<version>`, and a file that names the default one.

    Args:
        root: made at the first `add`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def versions(self) -> tuple[str, ...]:
        """Of all bundles, the default first.

        Raises:
            OSError: the directory cannot be read.
        """
        found = sorted(path.parent.name for path in self.root.glob(f"*/{MANIFEST_FILE}"))
        default = self._default_or_none()
        return tuple(sorted(found, key=lambda version: version != default))

    def default_version(self) -> str:
        """The version that is taken where none is named. Raises MODEL_NOT_FOUND in an empty store."""
        versions = self.versions()
        if not versions:
            raise SevenviewsError(Reason.MODEL_NOT_FOUND, f"there is no model in {self.root}")
        return versions[0]

    def open(self, version: str) -> Bundle:
        """The bundle of a version, checked.

        Raises:
            SevenviewsError: MODEL_NOT_FOUND, MODEL_BUNDLE_INVALID.
        """
        if version not in self.versions():
            raise SevenviewsError(
                Reason.MODEL_NOT_FOUND, f"there is no model {version!r}", {"model_version": version}
            )
        bundle = load_bundle(self.root / version)
        if bundle.version != version:
            raise SevenviewsError(
                Reason.MODEL_BUNDLE_INVALID,
                f"model bundle {version}: {MANIFEST_FILE} was changed; its content is {bundle.version}",
                {"model_version": version, "file": MANIFEST_FILE},
            )
        return bundle

    def add(self, path: Path) -> Bundle:
        """Copy a bundle into the store, whole or not at all. One that is there already is left alone."""
        bundle = load_bundle(path)
        target = self.root / bundle.version
        if not target.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.root, prefix=".adding-") as staging:
                copy = Path(staging) / bundle.version
                shutil.copytree(bundle.path, copy)
                try:
                    copy.rename(target)
                except OSError:
                    if not target.exists():  # another replica may have been first
                        raise
        return self.open(bundle.version)

    def set_default(self, version: str) -> None:
        """Name the version that is taken where none is named. Raises MODEL_NOT_FOUND."""
        self.open(version)
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".default-")
        with os.fdopen(handle, "w") as file:
            file.write(version)
        Path(name).replace(self.root / _DEFAULT_FILE)

    def _default_or_none(self) -> str | None:
        try:
            return (self.root / _DEFAULT_FILE).read_text().strip()
        except FileNotFoundError:
            return None
