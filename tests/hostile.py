"""Images made to harm, decoded in a process of their own: does it live, how much memory does it take, what is said?

`python -m tests.hostile COUNT SEED` is that process, and prints what became of each kind; `measure` starts it.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from sevenviews.designs import SevenviewsError
from sevenviews.encoder import decode, preprocess

ADDRESS_SPACE = 1024**3
"""Bytes that the process may ask for beyond what it has when it begins: the system refuses more."""

_SIDE = 224
_OUTCOME_OK = "decoded"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the images of one kind.

    Attributes:
        outcomes: how many were decoded, or refused for which reason.
        peak_bytes: the most memory that one of them took.
        kept_bytes: memory after the last, above that before the first.
        slowest_seconds: the longest that one of them took.
    """

    kind: str
    outcomes: dict[str, int]
    peak_bytes: int
    kept_bytes: int
    slowest_seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows of the kinds that the process came through.

    Attributes:
        exit_code: of the process; not 0 if it died, in the kind after the last row.
        errors: what it wrote to standard error: nothing, unless a library speaks.
    """

    rows: tuple[Row, ...]
    exit_code: int
    errors: str


def measure(count: int, seed: int) -> Outcome:
    """Decode so many hostile images, as many of each kind, made by this seed."""
    command = [sys.executable, "-m", __name__, str(count), str(seed)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    rows = tuple(Row(**json.loads(line)) for line in done.stdout.splitlines())
    return Outcome(rows, done.returncode, done.stderr)


def rows(count: int, seed: int) -> Iterator[Row]:
    """As `measure`, in this process."""
    for kind, make in KINDS.items():
        dice = Random(f"{seed} {kind}")
        yield _row(kind, (make(dice) for _ in range(-(-count // len(KINDS)))))


def _row(kind: str, images: Iterable[bytes]) -> Row:
    outcomes: Counter[str] = Counter()
    slowest, peak = 0.0, 0
    at_first = _memory("VmRSS")
    for image in images:
        before, started = _reset_peak(), time.perf_counter()
        outcomes[_outcome(image)] += 1
        slowest = max(slowest, time.perf_counter() - started)
        peak = max(peak, _memory("VmHWM") - before)
    return Row(kind, dict(outcomes), peak, _memory("VmRSS") - at_first, slowest)


def _outcome(image: bytes) -> str:
    try:
        preprocess(decode(image), _SIDE)
    except SevenviewsError as error:
        return error.reason.value
    return _OUTCOME_OK


def _reset_peak() -> int:
    """Forget the highest memory so far; the present one, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


# Images that are whole, to be spoiled.


def _drawing(width: int = 300, height: int = 200, mode: str = "L") -> Image.Image:
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, width - 40, height - 30), outline=0, width=3)
    pen.line((20, 20, width - 40, height - 30), fill=0, width=3)
    return image.convert(mode)


def _encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    sink = io.BytesIO()
    image.save(sink, image_format, **options)
    return sink.getvalue()


_BASES: dict[str, tuple[bytes, ...]] = {
    "TIFF": tuple(
        _encoded(_drawing(mode=mode), "TIFF", compression=compression)
        for mode, compression in (
            ("1", "group4"),
            ("1", "group3"),
            ("L", "tiff_lzw"),
            ("RGB", "jpeg"),
            ("RGBA", "tiff_adobe_deflate"),
            ("L", "packbits"),
            ("L", "raw"),
        )
    ),
    "PNG": tuple(
        _encoded(_drawing(mode=mode), "PNG") for mode in ("1", "L", "LA", "RGB", "RGBA", "P", "I;16")
    ),
    "JPEG": tuple(
        _encoded(_drawing(mode=mode), "JPEG", progressive=progressive)
        for mode in ("L", "RGB", "CMYK")
        for progressive in (False, True)
    ),
    "WEBP": tuple(
        _encoded(_drawing(mode=mode), "WEBP", lossless=lossless)
        for mode in ("RGB", "RGBA")
        for lossless in (False, True)
    ),
}


def _mutated(image_format: str) -> Callable[[Random], bytes]:
    """Whole images with bytes changed, cut out, doubled, or made large numbers; most often near their headers."""

    def make(dice: Random) -> bytes:
        content = bytearray(dice.choice(_BASES[image_format]))
        for _ in range(dice.choice((1, 2, 8))):
            reach = dice.choice((64, 512, len(content)))
            start = 4 + dice.randrange(max(1, min(reach, len(content)) - 4))
            end = start + dice.randint(1, 8)
            match dice.randrange(5):
                case 0:
                    content[start:end] = dice.randbytes(end - start)
                case 1:
                    content[start:end] = dice.choice(
                        (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff", b"\xff\x7f")
                    )
                case 2:
                    del content[start:end]
                case 3:
                    content[start:start] = content[start : start + dice.randint(1, 200)]
                case 4:
                    del content[max(16, dice.randrange(len(content) + 1)) :]
        return bytes(_with_checksums(content) if image_format == "PNG" else content)

    return make


def _with_checksums(png: bytearray) -> bytearray:
    """With the checksums of its chunks set right, so that more than the first check sees them."""
    position = 8
    while position + 12 <= len(png):
        end = position + 8 + int.from_bytes(png[position : position + 4])
        if end + 4 > len(png):
            break
        png[end : end + 4] = struct.pack(">I", zlib.crc32(png[position + 4 : end]))
        position = end + 4
    return png


@cache
def _faxes() -> tuple[bytes, ...]:
    sheet = _drawing(1200, 900, "1")
    return tuple(
        _encoded(sheet, "TIFF", compression=compression, tiffinfo={278: rows})
        for compression in ("group4", "group3", "tiff_ccitt")
        for rows in (900, 64)
    )


def _spoiled_faxes(dice: Random) -> bytes:
    """Whole headers, and codes that mean something else, or nothing."""
    content = bytearray(dice.choice(_faxes()))
    for _ in range(dice.choice((1, 8, 100))):
        content[dice.randrange(8, len(content) - 300)] ^= 1 << dice.randrange(8)
    return bytes(content)


# Small files that promise much.


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, *chunks: bytes) -> bytes:
    """A black PNG; further chunks stand before its pixels."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    packer = zlib.compressobj(1)
    row = bytes(1 + -(-width * depth * channels // 8))
    pixels = b"".join(packer.compress(row) for _ in range(min(height, 2**26 // len(row)))) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = _chunk(b"IHDR", header), *chunks, _chunk(b"IDAT", pixels), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _pixels(dice: Random) -> bytes:
    width, height = (int(16 * 2 ** dice.uniform(0, 12)) for _ in range(2))
    depth, colour = dice.choice(((1, 0), (8, 0), (16, 0), (8, 2), (16, 2), (8, 6), (16, 6), (16, 4)))
    return png(width, height, depth, colour)


@cache
def _nothing(length: int) -> bytes:
    return zlib.compress(bytes(length))


def _texts(dice: Random) -> bytes:
    bomb = _nothing(dice.choice((2**20 - 64, 2**26)))
    chunks = {
        "zTXt": _chunk(b"zTXt", b"note\0\0" + bomb),
        "iTXt": _chunk(b"iTXt", b"note\0\1\0\0\0" + bomb),
        "iCCP": _chunk(b"iCCP", b"note\0\0" + bomb),
        "eXIf": _chunk(b"eXIf", tiff_directories(1, values=2**15)),
    }
    return png(64, 64, 8, 0, *[chunks[dice.choice(tuple(chunks))]] * dice.choice((1, 200)))


def _parts(dice: Random) -> bytes:
    many = dice.choice((100, 300_000))
    if dice.choice((True, False)):
        return png(64, 64, 8, 0, _chunk(b"prVt", b"") * many)
    jpeg = dice.choice(_BASES["JPEG"])
    return jpeg[:2] + dice.choice((b"\xff\xe5\0\2", b"\0", b"\xff")) * many + jpeg[2:]


def _scans(dice: Random) -> bytes:
    """A progressive JPEG, larger than its pixels are, that goes over them again and again."""
    jpeg = bytearray(_encoded(_drawing(), "JPEG", progressive=True))
    frame = jpeg.index(b"\xff\xc2")
    struct.pack_into(">HH", jpeg, frame + 5, *(dice.choice((200, 3000, 16_000)) for _ in range(2)))
    last = jpeg.rindex(b"\xff\xda")
    return bytes(jpeg[:-2] + jpeg[last:-2] * dice.choice((1, 20, 2000)) + jpeg[-2:])


def tiff_directories(count: int, *, loop: bool = False, values: int = 1) -> bytes:
    """A TIFF of so many directories, each a small image; with a loop, the last leads to the first.

    Args:
        values: numbers in a tag of the first.
    """
    length = 2 + 12 * 9 + 4
    data_at = 8 + count * length
    entries = [
        (256, 4, 1, 32),
        (257, 4, 1, 32),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, data_at),
        (278, 4, 1, 32),
        (279, 4, 1, 1024),
        (50000, 4, values, data_at),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    following = [*range(8 + length, data_at, length), 8 * loop]
    chain = b"".join(directory + struct.pack("<L", one) for one in following)
    return b"II*\0" + struct.pack("<L", 8) + chain + bytes(max(1024, 4 * values))


def _directories(dice: Random) -> bytes:
    return tiff_directories(
        dice.choice((1, 2, 100_000)),
        loop=dice.choice((True, False)),
        values=dice.choice((1, 2**22)),
    )


def _promises(dice: Random) -> bytes:
    """Headers that lie about the size: of the image, of its tiles and strips, of a canvas."""
    image_format = dice.choice(tuple(_BASES))
    content = bytearray(dice.choice(_BASES[image_format]))
    width, height = (int(16 * 2 ** dice.uniform(0, 14)) for _ in range(2))
    match image_format:
        case "PNG":
            struct.pack_into(">II", content, 16, width, height)
            content = _with_checksums(content)
        case "JPEG":
            frame = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
            struct.pack_into(">HH", content, frame + 5, height % 2**16, width % 2**16)
        case "TIFF":
            start = int.from_bytes(content[4:8], "little")
            for at in range(
                start + 2, start + 2 + 12 * int.from_bytes(content[start : start + 2], "little"), 12
            ):
                tag = int.from_bytes(content[at : at + 2], "little")
                if tag in {256, 257, 278}:
                    tile = {278: 257}.get(tag, tag) + 66  # a tile in place of a strip
                    named = dice.choice((tile, tag, tag, tag))
                    struct.pack_into("<HHLL", content, at, named, 4, 1, dice.choice((width, height)))
        case "WEBP":
            at = 24 if content[12:16] == b"VP8X" else 26 if content[12:16] == b"VP8 " else 21
            content[at : at + 4] = dice.randbytes(4)
    return bytes(content)


KINDS: dict[str, Callable[[Random], bytes]] = {
    "mutated TIFF": _mutated("TIFF"),
    "mutated PNG": _mutated("PNG"),
    "mutated JPEG": _mutated("JPEG"),
    "mutated WebP": _mutated("WEBP"),
    "spoiled faxes": _spoiled_faxes,
    "many pixels": _pixels,
    "much text": _texts,
    "many parts": _parts,
    "many scans": _scans,
    "many directories": _directories,
    "lying headers": _promises,
}
"""By name, what makes one."""


def main(count: int, seed: int) -> None:
    limit = _memory("VmSize") + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for row in rows(count, seed):
        print(json.dumps(asdict(row)), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
