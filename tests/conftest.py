"""What every test shares: the shipped tables and runs, made once, and how hypothesis searches."""

from __future__ import annotations

import pytest
from hypothesis import settings

from thrive_model.assemble import Inputs, read_all
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("house")


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    """Every shipped table."""
    return read_all(resolve("do_nothing").folders)


@pytest.fixture(scope="session")
def thrive() -> Comparison:
    """The shipped programme beside doing nothing."""
    return run(resolve("thrive"))


@pytest.fixture(scope="session")
def level() -> Comparison:
    """The shipped programme with demand held at the level of the base year."""
    return run(resolve("thrive", ["demand.growth_per_year=0"]))
