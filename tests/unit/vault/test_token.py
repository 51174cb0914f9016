"""The token of a till: where it is found, and that no log shows it from then on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from giftill.logs import start_logging, stop_logging
from giftill.vault import find_token
from tests.helpers.desk import desk_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

NOWHERE = "http://127.0.0.1:9/v1/"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    start_logging(tmp_path)
    yield tmp_path / "giftill.log"
    stop_logging()


async def test_the_environment_goes_before_the_keyring() -> None:
    assert await find_token({"GIFTILL_TOKEN": " tok-12345 "}, NOWHERE) == "tok-12345"


async def test_no_log_shows_the_token_of_an_open_till(tmp_path: Path, log: Path) -> None:
    async with desk_on(NOWHERE, tmp_path / "data", token="tok-12345"):
        logging.getLogger("giftill").warning("Somebody wrote tok-12345")
    assert "Somebody wrote [token]" in log.read_text()
