"""What all tests of sudden deaths share: the process that imports the product once and forks those that die."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.killed import Killer


@pytest.fixture(scope="session")
def killer() -> Iterator[Killer]:
    """One for a whole test process: each order says its environment, and a command runs in a child that nobody else sees."""
    with Killer() as killer:
        yield killer
