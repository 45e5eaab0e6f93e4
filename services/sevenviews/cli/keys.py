"""`sevenviews keys`: who may call the gateway, and what for."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from sevenviews.cli.commands import group
from sevenviews.cli.console import fail, note, print_json, table
from sevenviews.cli.options import JsonOutput
from sevenviews.gateway.access.keys import ApiKey, KeyFile, new_key
from sevenviews.runtime.identity import Role

app = group("API keys of the gateway: a file of their hashes, which it follows while it runs.")

File = Annotated[Path, typer.Option(help="The file; the gateway's SEVENVIEWS_GATEWAY_API_KEYS_FILE.")]
_HERE = Path("keys.json")
_MOST_DAYS = 36500


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Of who gets it; quotas and the audit go by it.")],
    role: Annotated[list[Role], typer.Option(help="What it may do; again for several.")],
    file: File = _HERE,
    days: Annotated[
        int, typer.Option(min=0, max=_MOST_DAYS, help="How long it is good; 0: until it is revoked.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Write the key to this new file, readable by you alone; print none.")
    ] = None,
    json_output: JsonOutput = False,
) -> None:
    """Make a key, and print it: this once, for nobody can tell it again.

    A reader searches and reads, an importer imports, an operator does both and deletes, an auditor reads the audit. A
    second key of the same name lets the first be revoked when the second is in use.

    Example:  sevenviews keys create loader --role importer --file keys.json --out loader.key
    """
    now = datetime.now(UTC).replace(microsecond=0)
    with _changing(file) as keys:
        try:
            record, key = new_key(
                name, tuple(dict.fromkeys(role)), now, now + timedelta(days=days) if days else None
            )
        except ValueError:
            fail(f"{name!r} is no name: 1 to 64 letters, digits and . _ @ -, the first a letter or digit", 2)
        if out is not None:
            _write(out, key.get_secret_value())
        keys.with_key(record).write(file)
    shown = {} if out else {"key": key.get_secret_value()}
    if json_output:
        print_json({**_facts(record), **shown})
        return
    where = f"is in {out}" if out else "is shown this once:"
    note(f"key {record.id} of {name} {where}")
    for one in shown.values():
        print(one)


@app.command("list")
def list_keys(file: File = _HERE, json_output: JsonOutput = False) -> None:
    """List the keys, without themselves.

    Example:  sevenviews keys list --file keys.json
    """
    facts = [_facts(one) for one in _read(file).keys]
    if json_output:
        print_json(facts)
    else:
        columns = ("id", "name", "roles", "created", "expires")
        rows = (
            [", ".join(v) if isinstance(v := one[c], list) else v or "never" for c in columns]
            for one in facts
        )
        table("API keys", columns, rows)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key; see `keys list`.", metavar="ID")],
    file: File = _HERE,
) -> None:
    """Take a key out of the file: it is refused from the next call on.

    Example:  sevenviews keys revoke 3f9c0a7b21de --file keys.json
    """
    with _changing(file) as keys:
        try:
            keys.without(key_id).write(file)
        except KeyError:
            fail(f"there is no key {key_id} in {file}; see: sevenviews keys list --file {file}")
    note(f"revoked: {key_id}")


def _write(out: Path, key: str) -> None:
    with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as kept:
        kept.write(key + "\n")


def _facts(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "roles": [role.value for role in key.roles],
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat() if key.expires else None,
    }


def _read(file: Path) -> KeyFile:
    try:
        return KeyFile.read(file)
    except FileNotFoundError:
        fail(
            f"there is no file {file}; make a key first: sevenviews keys create NAME --role ROLE --file {file}",
            2,
        )
    except ValueError as error:
        fail(f"{file}: {error}", 2)


@contextmanager
def _changing(file: Path) -> Iterator[KeyFile]:
    """What the file says, empty where there is none; nobody else changes it meanwhile."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        # The folder, for the file itself is replaced.
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield _read(file) if file.exists() else KeyFile()
    finally:
        os.close(folder)
