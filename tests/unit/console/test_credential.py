"""The console sends a credential where the gateway asks for one, and tells nobody what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sevenviews.console.app import Console
from sevenviews.console.settings import ConsoleSettings
from sevenviews.gateway.access.keys import KeyFile, new_key
from sevenviews.runtime.identity import Role
from tests.fakes.house import running_house
from tests.unit.gateway.test_keys import NOW


def test_a_page_is_asked_for_with_the_key(tmp_path: Path) -> None:
    record, secret = new_key("console", (Role.READER,), NOW)
    keys, kept = tmp_path / "keys.json", tmp_path / "console.key"
    KeyFile(keys=(record,)).write(keys)
    kept.write_text(secret.get_secret_value())
    with running_house(tmp_path / "house", api_keys_file=keys) as house:
        for given, refused in (
            ({"gateway_api_key_file": kept}, False),
            ({"gateway_api_key": secret}, False),
            ({}, True),
        ):
            settings = ConsoleSettings(gateway_address=house.gateway, uploads=tmp_path / "uploads", **given)
            assert secret.get_secret_value() not in repr(settings)
            with TestClient(Console(settings).app, "http://127.0.0.1:8080") as browser:
                page = browser.get("/designs/USD0000001")
            # It is asked for what is not there: the answer tells whether it was let in.
            assert page.status_code == (502 if refused else 404)
            assert secret.get_secret_value() not in page.text


@pytest.mark.parametrize("key", ["", "two words"])
def test_what_is_no_key_is_told_at_the_start(tmp_path: Path, key: str) -> None:
    (tmp_path / "key").write_text(key)
    settings = ConsoleSettings(uploads=tmp_path / "uploads", gateway_api_key_file=tmp_path / "key")
    with pytest.raises(ValueError, match="not an API key"), TestClient(Console(settings).app):
        pass
