"""Which code it is: a digest of the package's sources, of a checkout here, or of what a pod runs.

Run as a program it prints that of the package that it can import.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

GENERATED = {"v1", "internal"}
"""The stubs: no checkout has them."""


def digest(package: Path) -> str:
    """Of every Python file below the folder, by name and content."""
    total = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if name.parts[0] not in GENERATED:
            content = path.read_bytes()
            total.update(f"{name.as_posix()} {len(content)}\n".encode())
            total.update(content)
    return total.hexdigest()


def main() -> None:
    import sevenviews

    print(digest(Path(sevenviews.__file__).parent))


if __name__ == "__main__":
    main()
