"""What the kit's card panel shows, from the Till's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giftill.ui.theme import Tone
from giftill.ui.widgets.card_panel import CardGlance, CardLine

if TYPE_CHECKING:
    from giftill.ui.screens.till.state import CardPanelState, TransactionLine


def glance_of(state: CardPanelState) -> CardGlance:
    """Put a card into the form that the kit's panel takes."""
    first, *others = state.pills
    return CardGlance(
        masked=state.masked,
        balance=state.balance,
        state=first.text,
        icon=first.icon,
        tone=Tone(first.tone),
        promotional=others[0].text if others else "",
        expiry=state.expiry,
        soon=state.soon.text if state.soon else "",
        package=state.package,
        lines=tuple(_line(each) for each in state.lines),
        picture=state.picture,
    )


_SEPARATOR: Final = " · "


def _line(line: TransactionLine) -> CardLine:
    what = _SEPARATOR.join(each for each in (line.what, line.note) if each)
    return CardLine(what, line.when, line.amount, line.icon, Tone(line.tone) if line.tone else None)
