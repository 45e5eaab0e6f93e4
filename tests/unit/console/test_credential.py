"""The console sends a credential where one is asked for, tells nobody what it is, and may do what its roles may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from sevenviews.backends.blocking import Services
from sevenviews.backends.records import Model
from sevenviews.console.app import Console
from sevenviews.console.settings import ConsoleSettings
from sevenviews.gateway.access.keys import KeyFile, new_key
from sevenviews.runtime.identity import Role
from tests.fakes.house import House, running_house
from tests.unit.gateway.test_keys import NOW

Guarded = tuple[House, dict[Role, SecretStr]]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A house that asks for keys, and a key of each role."""
    folder = tmp_path_factory.mktemp("guarded")
    made = {role: new_key(f"a-{role}", (role,), NOW) for role in Role}
    KeyFile(keys=tuple(record for record, _ in made.values())).write(folder / "keys.json")
    with running_house(folder / "house", api_keys_file=folder / "keys.json") as house:
        yield house, {role: key for role, (_, key) in made.items()}


@contextmanager
def browsing(house: House, uploads: Path, **given: Any) -> Iterator[TestClient]:
    settings = ConsoleSettings(gateway_address=house.gateway, uploads=uploads, **given)
    with TestClient(Console(settings).app, "http://127.0.0.1:8080", follow_redirects=False) as browser:
        yield browser


def test_a_page_is_asked_for_with_the_key(guarded: Guarded, tmp_path: Path) -> None:
    house, keys = guarded
    secret, kept = keys[Role.READER], tmp_path / "console.key"
    kept.write_text(secret.get_secret_value())
    for given, refused in (
        ({"gateway_api_key_file": kept}, False),
        ({"gateway_api_key": secret}, False),
        ({}, True),
    ):
        assert secret.get_secret_value() not in repr(ConsoleSettings(uploads=tmp_path, **given))
        with browsing(house, tmp_path / "uploads", **given) as browser:
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


def test_operators_promote_and_go_back_and_others_do_not(guarded: Guarded, tmp_path: Path) -> None:
    house, keys = guarded
    with Services(house.addresses(), patience_seconds=0) as services:
        model = Model(house.models.default_version(), 64)
        for release_id in ("before", "next", "half"):
            services.create_release(release_id, model)
        for release_id in ("before", "next"):
            services.complete_release(release_id, {"map": 0.5})
        services.promote("before")
    with browsing(house, tmp_path / "uploads", gateway_api_key=keys[Role.READER]) as browser:
        assert "role of an operator" in browser.get("/releases").text
        refused = browser.post("/releases/next/promote")
        assert (refused.status_code, "ROLE_MISSING" in refused.text) == (403, True)
    with browsing(house, tmp_path / "uploads", gateway_api_key=keys[Role.OPERATOR]) as browser:

        def offered() -> list[tuple[str, str]]:
            return re.findall(
                r">(Promote|Roll back to it)<span class=.hidden.> ([^<]+)<", browser.get("/releases").text
            )

        assert offered() == [("Promote", "next")]
        asked = browser.get("/releases/next/promote").text
        assert re.search(r"<code>before</code>.* serves now", asked)
        assert browser.post("/releases/next/promote").headers["location"] == "/releases?promoted=next"
        assert offered() == [("Roll back to it", "before")]
        browser.post("/releases/before/promote")
        assert offered() == [("Roll back to it", "next")]
        for path, status, reason in (
            ("/releases/half/promote", 409, "RELEASE_STATE"),
            ("/releases/absent/promote", 404, "RELEASE_NOT_FOUND"),
        ):
            failed = browser.post(path)
            assert (failed.status_code, reason in failed.text) == (status, True)
        assert browser.get("/releases/absent/promote").status_code == 404
