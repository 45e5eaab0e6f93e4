"""`sevenviews keys`, and how commands and clients send what it makes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from sevenviews.cli.__main__ import app
from sevenviews.client import AsyncClient, Client, ImportItem, QueryImage, Search
from sevenviews.client.check import SQUARE
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.access.keys import KeyFile, KeyRing
from tests.fakes.house import House, running_house
from tests.unit.metadata.samples import patent

ROLES = ("reader", "importer", "operator", "auditor")


def run(*arguments: str, key: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, env={"SEVENVIEWS_API_KEY": key})


def made(file: Path, name: str, *roles: str) -> dict[str, Any]:
    options = [word for role in roles for word in ("--role", role)]
    done = run("keys", "create", name, *options, "--file", str(file), "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture(scope="module")
def keys(file: Path) -> dict[str, str]:
    return {role: made(file, f"a-{role}", role)["key"] for role in ROLES}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, file: Path, keys: dict[str, str]) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with running_house(folder, api_keys_file=file, audit_directory=folder / "audit") as house:
        with Client(house.gateway, credential=keys["importer"]) as client:
            items = [
                ImportItem(one, {each.drawing_id: SQUARE for each in one.drawings})
                for one in (patent(number, 1)[0] for number in (1, 2))
            ]
            assert all(one.error is None for one in client.import_patents(items))
        yield house


def test_a_key_is_made_listed_and_revoked(house: House, file: Path) -> None:
    key = made(file, "guest", "reader", "importer")
    show = ("show", "--server", house.gateway, "--json")
    assert run(*show, key=key["key"]).exit_code == 0
    listed = run("keys", "list", "--file", str(file), "--json")
    (told,) = (one for one in json.loads(listed.stdout) if one["name"] == "guest")
    assert told == {name: value for name, value in key.items() if name != "key"}
    assert told["roles"] == ["reader", "importer"]
    assert key["key"] not in listed.stdout + run("keys", "list", "--file", str(file)).stdout
    assert run("keys", "revoke", key["id"], "--file", str(file)).exit_code == 0
    done = run(*show, key=key["key"])
    assert (done.exit_code, "CREDENTIAL_INVALID" in done.stderr) == (1, True)
    assert run("keys", "revoke", key["id"], "--file", str(file)).exit_code == 1


def test_a_key_goes_to_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    file, out = tmp_path / "keys.json", tmp_path / "a.key"
    create = ("keys", "create", "a", "--role", "reader", "--file", str(file), "--out", str(out))
    done = run(*create)
    assert (done.exit_code, done.stdout, out.stat().st_mode & 0o077) == (0, "", 0)
    assert out.read_text().strip() not in done.stderr
    assert KeyRing(file).identify(out.read_text().strip()).name == "key:a"
    # What is there is not written over, and no key is left that nobody has.
    assert run(*create).exit_code == 2
    assert len(KeyFile.read(file).keys) == 1


def test_a_command_sends_the_key_of_a_file_or_of_the_environment(
    house: House, keys: dict[str, str], tmp_path: Path
) -> None:
    at = ("--server", house.gateway)
    done = run("show", *at)
    assert (done.exit_code, "CREDENTIAL_MISSING" in done.stderr) == (1, True)
    done = run("delete", "USD0000002", "--yes", *at, key=keys["reader"])
    assert (done.exit_code, "ROLE_MISSING" in done.stderr) == (1, True)
    kept = tmp_path / "operator.key"
    kept.write_text(keys["operator"] + "\n")
    # The file counts before the environment.
    done = run("delete", "USD0000002", "--yes", *at, "--key-file", str(kept), key="wrong")
    assert done.exit_code == 0, done.stderr
    for wrong in (tmp_path / "none", tmp_path):
        assert run("show", *at, "--key-file", str(wrong)).exit_code == 2
    (tmp_path / "empty").write_text("\n")
    assert run("show", *at, "--key-file", str(tmp_path / "empty")).exit_code == 2


def test_an_auditor_reads_who_did_what(house: House, keys: dict[str, str]) -> None:
    at = ("audit", "--server", house.gateway)
    run("show", "USD0000001", "--server", house.gateway, key=keys["reader"])
    told = run(*at, "--caller", "key:a-reader", "--id", "USD0000001", key=keys["auditor"]).stdout
    assert "key:a-reader  BatchGetCatalogPatents  OK  USD0000001" in told
    done = run(*at, "--since", "2001-01-01", "--id", "USD0000001", "--json", key=keys["auditor"])
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["caller"], {*first["ids"]}) == ("key:a-importer", {"USD0000001", "USD0000002"})
    assert run(*at, "--until", "2001-01-01", key=keys["auditor"]).stdout == ""
    assert "ROLE_MISSING" in run(*at, key=keys["operator"]).stderr
    assert run(*at, "--since", "yesterday", key=keys["auditor"]).exit_code == 2

    async def asked() -> list[str]:
        async with AsyncClient(house.gateway, credential=keys["auditor"]) as client:
            return [one.code async for one in client.audit_events(of_id="USD0000001")]

    assert asyncio.run(asked())[0] == "OK"


def test_every_command_that_speaks_to_the_gateway_can_send_one(keys: dict[str, str]) -> None:
    command: Any = get_command(app)
    reached = {name: one for name, one in command.commands.items() if _options(one) & {"--server"}}
    assert {"ingest", "search", "show", "delete", "facets", "cluster"} <= set(reached)
    assert [name for name, one in reached.items() if "--key-file" not in _options(one)] == []
    # An argument is seen by everyone on the machine, and a default by whoever reads the help.
    for name in reached:
        told = run(name, "--help", key=keys["reader"]).stdout
        assert "SEVENVIEWS_API_KEY" in told
        assert keys["reader"] not in told


def _options(command: Any) -> set[str]:
    return {option for one in command.params for option in one.opts}


def test_clients_send_it_with_calls_of_every_kind(house: House, keys: dict[str, str], tmp_path: Path) -> None:
    kept = tmp_path / "token"
    kept.write_text(keys["reader"])
    query = QueryImage(SQUARE)
    with Client(house.gateway, credential=kept) as client:
        assert client.list_patents().patents
        assert [one.get().patent.patent_id for one in client.get_patents(["USD0000001"])] == ["USD0000001"]
        assert [one.error for one in client.search_many([Search("a", (query,))])] == [None]
        # What is renewed in its file is sent from the next call on.
        kept.write_text(keys["importer"] + "\n")
        with pytest.raises(SevenviewsError) as caught:
            client.list_patents()
        assert caught.value.reason is Reason.ROLE_MISSING
        assert keys["importer"] not in repr(vars(client))

    async def asked() -> list[str]:
        async with AsyncClient(house.gateway, credential=keys["reader"]) as client:
            await client.list_patents()
            assert [one.error async for one in client.search_many([Search("a", (query,))])] == [None]
            return [one.get().patent.patent_id async for one in client.get_patents(["USD0000001"])]

    assert asyncio.run(asked()) == ["USD0000001"]


@pytest.mark.parametrize("wrong", ["", " ", "two words", "ümlaut", "line\nbreak"])
def test_what_is_no_credential_is_not_sent(wrong: str) -> None:
    with pytest.raises(ValueError, match="not an API key"):
        Client("127.0.0.1:1", credential=wrong)


def test_up_refuses_to_be_open_by_accident(tmp_path: Path) -> None:
    up = ("up", "--data", str(tmp_path / "data"))
    done = run(*up, "--host", "0.0.0.0")  # noqa: S104
    assert (done.exit_code, "--anonymous" in done.stderr) == (2, True)
    done = run(*up, "--api-keys", str(tmp_path / "none.json"))
    assert (done.exit_code, "--api-keys" in done.stderr) == (2, True)
    assert not (tmp_path / "data").exists()
