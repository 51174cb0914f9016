"""What the Till shows first, before the modules are loaded that compute everything after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.money import Money

from . import keys
from .state import Action, FieldState, Focus, MainAction, SaleState, TillState

if TYPE_CHECKING:
    from giftill.texts import Texts


def first_state(t: Texts) -> TillState:
    """Return what `put_into_words` says of a sale that has not begun; a test holds them alike."""
    return TillState(
        code=FieldState(),
        busy="",
        welcome=(t("Scan a gift card"), t("Or type the 16 characters on it and press Enter.")),
        card=None,
        trouble=None,
        notice=None,
        amount=None,
        full=None,
        redeem=None,
        sale=SaleState(
            total=FieldState(),
            holds=(),
            due=t.money(Money(0)),
            due_caption=t("Held for this sale"),
            is_covered=False,
            empty=t("The cards that pay this sale appear here."),
            earlier="",
        ),
        main=Action(t("Hold"), keys.HOLD, is_enabled=False),
        main_action=MainAction.HOLD,
        complete=None,
        cancel=None,
        later=None,
        done=None,
        focus=Focus.CODE,
        focus_count=0,
        input_count=0,
    )
