"""Stores by URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from sevenviews.metadata.directory_store import DirectoryStore
from sevenviews.metadata.objects import ObjectStore
from sevenviews.metadata.s3_store import S3Store


def open_objects(url: str, timeout_seconds: float) -> ObjectStore:
    """file://DIR or s3://BUCKET/PREFIX?endpoint=URL&region=NAME. Raises ValueError for another URL."""
    parts = urlsplit(url)
    if parts.scheme == "file" and (parts.netloc or parts.path):
        return DirectoryStore(Path(unquote(parts.netloc + parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        if unknown := set(options) - {"endpoint", "region"}:
            raise ValueError(f"drawings URL: unknown option {min(unknown)!r}; known are endpoint and region")
        return S3Store(parts.netloc, unquote(parts.path), timeout_seconds=timeout_seconds, **options)
    raise ValueError(f"drawings URL {url!r} is neither file://DIR nor s3://BUCKET/PREFIX")


def open_engine(url: str, timeout_seconds: float, threads: int = 8) -> Engine:
    """sqlite:///PATH or postgresql://…; connects at the first use. Raises ValueError for another URL.

    A synchronous engine, used from threads: SQLite has no other, and so both databases run the same code.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": timeout_seconds})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        milliseconds = round(timeout_seconds * 1000)
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=threads,
            max_overflow=2,
            pool_timeout=timeout_seconds,
            # A connection that died with the server is replaced before it is used.
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": max(1, min(3, round(timeout_seconds))),
                "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}",
            },
        )
    raise ValueError(f"database URL {url!r} is neither sqlite:///PATH nor postgresql://…")


def _prepare_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    # Readers do not wait for the writer, and what is committed survives a killed process.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
