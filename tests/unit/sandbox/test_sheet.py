"""The PDF sheet, read back by a barcode reader."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import Ledger, SandboxError, write_sheet
from giftill.sandbox.seed import fill
from giftill.sandbox.sheet import WALLET_LINK, write_cards
from tests.helpers.sheets import scanned_from

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_795_270_000


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="nothing here renders a PDF")
def test_every_code_on_the_sheet_can_be_scanned_as_bars_and_as_a_wallet_link(
    tmp_path: Path,
) -> None:
    ledger = Ledger()
    fill(ledger, NOW)
    write_sheet(ledger, tmp_path / "cards.pdf", now=NOW)
    codes = {card.code for card in ledger.cards()}
    ledger.close()
    links = {WALLET_LINK + code for code in codes}
    assert scanned_from(tmp_path / "cards.pdf") == codes | links


def test_the_sheet_of_a_ledger_that_does_not_exist_yet_shows_the_demonstration_data(
    tmp_path: Path,
) -> None:
    write_cards(tmp_path / "none.db", tmp_path / "cards.pdf")
    assert (tmp_path / "cards.pdf").read_bytes().startswith(b"%PDF")
    assert not (tmp_path / "none.db").exists()


def test_a_sheet_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="can't be written"):
        write_cards(None, tmp_path / "nowhere" / "cards.pdf")
