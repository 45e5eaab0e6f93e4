"""API keys: what the file holds, and how it is followed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.access.keys import KeyFile, KeyRing, new_key
from sevenviews.runtime.identity import Caller, Role

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def refusal(ring: KeyRing, credential: str) -> Reason:
    with pytest.raises(SevenviewsError) as caught:
        ring.identify(credential)
    assert credential not in repr(caught.value) or not credential
    return caught.value.reason


def test_a_key_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    record, secret = new_key("loader", (Role.IMPORTER, Role.READER), NOW)
    KeyFile(keys=(record,)).write(path)
    key = secret.get_secret_value()
    assert key not in path.read_text()
    assert key.split("_", 2)[2] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert record.sha256 not in repr(record)
    ring = KeyRing(path)
    assert ring.identify(key) == Caller("key:loader", frozenset({Role.IMPORTER, Role.READER}), record.id)
    other = new_key("loader", (Role.IMPORTER,), NOW)[1].get_secret_value()
    for wrong in (other, key[:-1], key + "A", key.upper(), "sv_", f"sv_{record.id}_{'A' * 43}", ""):
        assert refusal(ring, wrong) is Reason.CREDENTIAL_INVALID


def test_keys_come_and_go_while_the_file_is_used(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    (old, old_key), (new, new_key_) = (new_key("loader", (Role.IMPORTER,), NOW) for _ in range(2))
    KeyFile(keys=(old,)).write(path)
    ring = KeyRing(path)
    assert refusal(ring, new_key_.get_secret_value()) is Reason.CREDENTIAL_INVALID
    KeyFile(keys=(old,)).with_key(new).write(path)
    assert ring.identify(old_key.get_secret_value()).name == ring.identify(new_key_.get_secret_value()).name
    KeyFile.read(path).without(old.id).write(path)
    assert refusal(ring, old_key.get_secret_value()) is Reason.CREDENTIAL_INVALID
    # A file that is half written, or gone, revokes nobody, and is told once.
    with capture_logs() as logs:
        path.write_text('{"keys": [')
        for _ in range(3):
            ring.identify(new_key_.get_secret_value())
        path.unlink()
        for _ in range(3):
            ring.identify(new_key_.get_secret_value())
    assert [one["log_level"] for one in logs] == ["error", "error"]
    KeyFile().write(path)
    assert refusal(ring, new_key_.get_secret_value()) is Reason.CREDENTIAL_INVALID


def test_a_key_ends(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    record, key = new_key("loader", (Role.READER,), NOW, NOW + timedelta(days=1))
    KeyFile(keys=(record,)).write(path)
    assert KeyRing(path, lambda: NOW).identify(key.get_secret_value()).name == "key:loader"
    assert refusal(KeyRing(path, lambda: NOW + timedelta(days=1)), key.get_secret_value()) is (
        Reason.CREDENTIAL_EXPIRED
    )


def test_a_file_that_cannot_be_right_is_refused_by_field(tmp_path: Path) -> None:
    record, _ = new_key("loader", (Role.READER,), NOW)
    good = json.loads(KeyFile(keys=(record,)).model_dump_json())["keys"][0]
    bad: list[dict[str, Any]] = [
        {"roles": []},
        {"roles": ["root"]},
        {"name": "a b"},
        {"sha256": "00"},
        {"key": "sv_"},
    ]
    for wrong in bad:
        with pytest.raises(ValueError, match=rf"keys\.0\.{next(iter(wrong))}") as caught:
            KeyFile.parse(json.dumps({"keys": [good | wrong]}).encode())
        assert record.sha256 not in str(caught.value)
    with pytest.raises(ValueError, match="one id"):
        KeyFile.parse(json.dumps({"keys": [good, good]}).encode())
    with pytest.raises(KeyError):
        KeyFile().without(record.id)
    with pytest.raises(FileNotFoundError):
        KeyRing(tmp_path / "none.json")
