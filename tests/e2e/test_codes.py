"""Learned binary codes, served: trained, exported, embedded into a release by Hamming distance, searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.encoder.bundle import load_bundle
from tests.refreshing import until
from tests.system import System
from tests.systems import DESIGNS, SyntheticCorpus

CONFIG = """
name: small
budget_minutes: 1
selection: {level: class, most_classes: 0, most_designs: 0, drawings_each: 0}
methods: [csq]
bits: [64]
head: {hidden: 0, steps: 150, batch_size: 32}
"""


@pytest.mark.slow  # a binary release by hand is served in test_reembed.py; that codes are learned, in tests/unit
@pytest.mark.usefixtures("ray_address")
def test_a_search_answers_from_codes_that_were_learned(
    system: System, corpus: SyntheticCorpus, tmp_path: Path
) -> None:
    before = system.serving()
    config, bundle = tmp_path / "codes.yaml", tmp_path / "codes.bundle"
    config.write_text(CONFIG)
    learn = ("--corpus", corpus.folder, "--out", tmp_path / "report", "--config", config)
    learned = system.json("lab", "patentnet", "hash", *learn, "--bundle", f"csq-64={bundle}")
    assert {row["name"] for row in learned["rows"]} == {"vectors", "csq-64"}
    version = load_bundle(bundle).version
    make = ("--release", "codes", "--model", bundle, "--metric", "hamming", "--data", system.data)
    built = system.json("reembed", *make)
    assert built["state"] == "built"
    system.run("releases", "promote", "codes", "--data", system.data)
    try:
        release = system.serving()
        assert (release["metric"], release["dimension"], release["model_version"]) == ("HAMMING", 64, version)
        with system.client() as client:
            until(lambda: client.search([corpus.queries[0][0].read_bytes()]).release_id == "codes", 10)
            for query, _, _ in corpus.queries:
                page = client.search([query.read_bytes()], limit=DESIGNS)
                assert (page.release_id, page.model_version) == ("codes", version)
                # 1 - 2 · distance / 64: whole bits.
                distances = [(1 - match.score) * 32 for hit in page.hits for match in hit.matches]
                assert all(abs(distance - round(distance)) < 1e-3 for distance in distances)
            known = client.get_patent(corpus.queries[0][1])
            stored = client.get_drawing(known.drawings[0].drawing_id).content
            assert client.search([stored]).hits[0].matches[0].score == 1
    finally:
        system.run("releases", "promote", before["release_id"], "--data", system.data)
        system.run("releases", "retire", "codes", "--data", system.data)
