"""The card on the Till, with its balance, its picture and its transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.texts import Texts
from giftill.ui.theme import Tone
from giftill.ui.widgets.card_panel import CardGlance, CardLine, CardPanel
from giftill.ui.widgets.card_picture import CardPicture
from giftill.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

GLANCE = CardGlance(
    masked="•••• •••• •••• 7K9Q",
    balance="€ 50,00",
    state="Redeemable",
    icon="done",
    tone=Tone.SUCCESS,
    lines=(CardLine("Sold", "1 September", "+€ 50,00", "package"),),
)


def test_the_balance_is_the_largest_thing_on_the_card() -> None:
    panel = CardPanel()
    panel.retranslate(Texts("en"))
    panel.show_card(GLANCE)
    sizes = {each.font().pixelSize(): each.text() for each in panel.findChildren(PlainLabel)}
    assert sizes[max(sizes)] == "€ 50,00"
    assert panel.accessibleName() == "Balance: € 50,00, Redeemable"


def test_a_card_that_is_no_picture_shows_the_drawing(app: QApplication) -> None:
    drawn, refused = CardPicture(), CardPicture()
    refused.show_picture(b"<html>not a picture</html>")
    assert refused.grab().toImage() == drawn.grab().toImage()


def test_a_cards_transactions_are_replaced_by_the_next_cards() -> None:
    panel = CardPanel()
    panel.show_card(GLANCE)
    panel.show_card(CardGlance("•••• •••• •••• 2C4D", "€ 1,00", "Redeemable", "done", Tone.SUCCESS))
    shown = {each.full_text for each in panel.findChildren(PlainLabel) if each.isVisibleTo(panel)}
    assert "1 September" not in shown
