"""Families among what is stored, over the wire as a user asks for them."""

from __future__ import annotations

from tests.system import System
from tests.systems import DESIGNS, SyntheticCorpus


def test_a_search_result_falls_into_families(system: System, corpus: SyntheticCorpus) -> None:
    query = corpus.queries[0][0]
    families = system.json("cluster", query, "--data", system.data, "--families", "3")
    assert len(families) == 3
    members = [member for family in families for member in family["members"]]
    assert len(members) == len(set(members)) == DESIGNS
    assert all(family["title"] for family in families)


def test_a_class_without_designs_is_said(system: System) -> None:
    done = system.run("cluster", "--locarno", "32", "--data", system.data, check=False)
    assert done.returncode == 1
    assert "0 designs were found" in done.stderr
