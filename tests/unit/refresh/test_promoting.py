"""`sevenviews releases promote`, and what tells that no release serves."""

from __future__ import annotations

import json

import pytest

from sevenviews.backends.records import Model
from sevenviews.client.check import CheckError, _search
from tests.commands import command
from tests.fakes.design_index import FakeDesignIndex
from tests.fakes.engine import FakeEngine
from tests.fakes.house import House


@pytest.fixture
def empty(house: House) -> str:
    """A release of the same model that nobody has filled."""
    services = house.surroundings(FakeEngine()).services
    serving = services.serving_release()
    return services.create_release("empty", Model(serving.model_version, serving.dimension)).release_id


def releases(house: House) -> dict[str, str]:
    """The state of each."""
    listed = json.loads(command("releases", "list", "--data", house.folder, "--json").stdout)
    return {one["release_id"]: one["state"] for one in listed}


def test_what_is_not_complete_serves_by_force_alone(house: House, empty: str) -> None:
    before = releases(house)
    refused = command("releases", "promote", empty, "--data", house.folder, check=False)
    assert refused.returncode == 1
    told = " ".join(refused.stderr.split())
    assert "is not complete" in told
    assert "RELEASE_STATE" in told
    assert releases(house) == before
    forced = command("releases", "promote", empty, "--force", "--data", house.folder)
    assert "is not complete: it was forced to serve" in " ".join(forced.stderr.split())
    assert releases(house)[empty] == "serving"
    # The way back needs no force.
    back = command("releases", "rollback", "--data", house.folder)
    assert "not complete" not in back.stderr
    assert releases(house) == {**before, empty: "kept"}


def found(house: House) -> dict[str, str]:
    """What doctor finds of the releases."""
    done = command("doctor", "--data", house.folder, "--json", check=False)
    (finding,) = [one for one in json.loads(done.stdout) if one["check"] == "releases"]
    return dict(finding)


def test_lost_aliases_are_told_by_all_who_look(house: House) -> None:
    (serving,) = releases(house)
    assert isinstance(house.index, FakeDesignIndex)
    house.index.forget_turns()
    finding = found(house)
    assert finding["status"] == "broken"
    assert serving in finding["detail"]
    assert "Milvus has lost the alias" in finding["detail"]
    with pytest.raises(CheckError, match="Milvus has lost the alias"):
        _search(house.gateway, None)
    command("releases", "promote", serving, "--data", house.folder)
    assert found(house)["status"] == "ok"
