"""Cards of the sandbox that the benchmarks use."""

from __future__ import annotations

from typing import Final

RICH_CARD: Final = "CARDGREATGREAT99"
SCANNED_CARDS: Final = ("CARDFRESHEUR5555", "CARDFRESHEUR2525")
