"""Most end-to-end tests ask one running system: the packaged model with a synthetic corpus."""

from __future__ import annotations

import pytest

from tests.system import System
from tests.systems import SyntheticCorpus, with_corpus


@pytest.fixture(scope="module")
def system(packaged_system: System, corpus: SyntheticCorpus) -> System:
    return with_corpus(packaged_system, corpus)
