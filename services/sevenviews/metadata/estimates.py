"""How many rows a query has, without reading them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, select

COUNTED: Mapping[str, int] = {"postgresql": 10_000, "sqlite": 100_000}
"""Rows that are counted, by database: some milliseconds."""


def estimated_rows(connection: Connection, query: Select[Any], counted: int) -> int:
    """The number of rows of a query without an order, exact up to `counted`.

    Of more it is what PostgreSQL's planner expects, at least that many. SQLite has none that tells: one more than was
    counted.
    """
    some = query.limit(counted + 1).subquery()
    count = connection.execute(select(func.count()).select_from(some)).scalar_one()
    if count <= counted or connection.dialect.name != "postgresql":
        return count
    return max(count, _planned_rows(connection, query))


def _planned_rows(connection: Connection, query: Select[Any]) -> int:
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params)
    (plan,) = explained.scalar_one()
    return int(plan["Plan"]["Plan Rows"])
