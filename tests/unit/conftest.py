"""A sandbox for each test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.desk import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from giftill.sandbox import SandboxServer


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running
