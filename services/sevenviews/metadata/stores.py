"""Stores by URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import URL, Engine, create_engine, event, make_url
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

    Behind a pooler that hands connections on with every transaction, as PgBouncer does with pool_mode=transaction,
    the URL has to say `?pooler=transaction`: what is set or prepared for a session would be another's.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": timeout_seconds})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return _postgresql(parsed, timeout_seconds, threads)
    raise ValueError(f"database URL {url!r} is neither sqlite:///PATH nor postgresql://…")


def _postgresql(url: URL, timeout_seconds: float, threads: int) -> Engine:
    pooler = url.query.get("pooler", "")
    if pooler not in {"", "transaction"}:
        raise ValueError(f"database URL: pooler={pooler} is not known, only pooler=transaction")
    timeouts = {name: round(timeout_seconds * 1000) for name in ("statement_timeout", "lock_timeout")}
    of_a_session = {"options": " ".join(f"-c {name}={value}" for name, value in timeouts.items())}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["pooler"]),
        pool_size=threads,
        max_overflow=2,
        pool_timeout=timeout_seconds,
        # A connection that died with the server is replaced before it is used.
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": max(1, min(3, round(timeout_seconds))),
            **({"prepare_threshold": None} if pooler else of_a_session),
        },
    )
    if pooler:
        of_a_transaction = "; ".join(f"SET LOCAL {name} = {value}" for name, value in timeouts.items())
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(of_a_transaction))
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    # Readers do not wait for the writer, and what is committed survives a killed process.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
