"""A gallery of the UI kit: every widget in its states, to look at after each change.

Run it as `python -m tests.helpers.gallery FOLDER`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from giftill.texts import Texts
from giftill.ui.dialogs import DecisionDialog
from giftill.ui.icons import IconView
from giftill.ui.theme import Scheme, Theme, Tone, apply, current_theme
from giftill.ui.widgets.amount_field import AmountField
from giftill.ui.widgets.band import Band
from giftill.ui.widgets.busy import Busy
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.card_panel import CardGlance, CardLine, CardPanel
from giftill.ui.widgets.code_field import CodeField
from giftill.ui.widgets.data_table import Cell, Column, DataTable, Row
from giftill.ui.widgets.hold_list import HoldItem, HoldList
from giftill.ui.widgets.keypad import Keypad
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.money_label import MoneyLabel, MoneySize
from giftill.ui.widgets.panel import Panel
from giftill.ui.widgets.rail import Rail, RailItem
from giftill.ui.widgets.status_pill import StatusPill
from giftill.ui.widgets.toast import Toast

from .qt import application

ICONS = sorted(
    file.stem for file in (Path(__file__).parents[2] / "resources" / "icons").glob("*.svg")
)


def till(t: Texts, size: tuple[int, int]) -> QWidget:
    """A Till as the kit makes it: rail, band, field, card, sale, keypad, main action."""
    theme = current_theme()
    window = QWidget()
    window.resize(*size)
    rail = Rail()
    nl = t.language == "nl"
    rail.set_items(
        [
            RailItem("till", "Kassa" if nl else "Till", "till", "Ctrl+1"),
            RailItem("holds", "Reserveringen" if nl else "Holds", "holds", "Ctrl+2"),
            RailItem("outbox", "Postvak uit" if nl else "Outbox", "outbox", "Ctrl+3"),
        ]
    )
    rail.set_current("till")
    rail.set_badge("holds", 3, Tone.HOLD)
    rail.set_badge("outbox", 12, Tone.INFO)
    rail.fit(size[0])
    training = Band(striped=True)
    training.say(
        "Oefenmodus: geen echt geld" if nl else "Training mode: no real money",
        "training",
        Tone.TRAINING,
    )
    offline = Band()
    offline.say(
        "Offline: afgeronde verkopen staan in de wachtrij"
        if nl
        else "Offline: completed sales are queued and sent when the network is back",
        "offline",
        Tone.HOLD,
        "Nu proberen" if nl else "Try now",
    )
    code = CodeField(key="F2")
    code.retranslate(t)
    code.accept("•••• •••• •••• 7K9Q")
    left = QVBoxLayout()
    left.setSpacing(theme.space.l)
    left.addWidget(code)
    left.addWidget(card(t), 1)
    body = QHBoxLayout()
    body.setContentsMargins(theme.space.l, theme.space.l, theme.space.l, theme.space.l)
    body.setSpacing(theme.space.l)
    body.addLayout(left, 2)
    body.addWidget(sale(t), 1)
    main = QVBoxLayout()
    main.setContentsMargins(0, 0, 0, 0)
    main.setSpacing(0)
    main.addWidget(training)
    main.addWidget(offline)
    main.addLayout(body, 1)
    layout = QHBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(rail)
    layout.addLayout(main, 1)
    return window


def card(t: Texts, *, expired: bool = False) -> CardPanel:
    """A card at the till."""
    nl = t.language == "nl"
    panel = CardPanel()
    panel.retranslate(t)
    lines = (
        CardLine(
            "Gereserveerd" if nl else "Held", "21-11-2026 14:02", "−€ 12,50", "holds", Tone.HOLD
        ),
        CardLine("Besteed" if nl else "Redeemed", "03-10-2026 11:40", "−€ 25,00", "card"),
        CardLine(
            "Verkocht" if nl else "Sold", "01-09-2026 09:15", "+€ 75,00", "package", Tone.SUCCESS
        ),
    )
    if expired:
        panel.show_card(
            CardGlance(
                "•••• •••• •••• 2C4D",
                "€ 0,00",
                "Verlopen" if nl else "Expired",
                "expired",
                Tone.DANGER,
                expiry="Verlopen op 3 maart 2025" if nl else "Expired on 3 March 2025",
                package="Cadeaukaart <b>Heren</b> & Co",
                note="Deze kaart is verlopen. Een leidinggevende kan hem verlengen."
                if nl
                else "This card has expired and can’t be used to pay. A manager can extend it.",
                lines=lines[1:],
            )
        )
        return panel
    panel.show_card(
        CardGlance(
            "•••• •••• •••• 7K9Q",
            t_money(t, "1.237,50"),
            "Te besteden" if nl else "Redeemable",
            "done",
            Tone.SUCCESS,
            promotional="Actiekaart" if nl else "Promotional",
            expiry="Geldig tot 3 maart 2027" if nl else "Valid until 3 March 2027",
            package="Wijnproeverij voor twee" if nl else "Wine tasting for two",
            lines=lines,
        )
    )
    return panel


def t_money(t: Texts, text: str) -> str:
    """An amount as the language writes it, without the domain."""
    if t.language == "nl":
        return f"€\N{NO-BREAK SPACE}{text}"
    return "€" + text.translate(str.maketrans(",.", ".,"))


def sale(t: Texts) -> Panel:
    """The sale, its holds, the keypad and the main action."""
    theme = current_theme()
    nl = t.language == "nl"
    panel = Panel()
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(theme.space.l, theme.space.l, theme.space.l, theme.space.l)
    layout.setSpacing(theme.space.m)
    due = QHBoxLayout()
    due.addWidget(PlainLabel("Nog te betalen" if nl else "Still due"), 1)
    due.addWidget(MoneyLabel(t_money(t, "27,50")))
    layout.addLayout(due)
    holds = HoldList()
    word = "Gereserveerd" if nl else "Held"
    back = "Terugboeken" if nl else "Give back"
    holds.show_holds(
        [
            HoldItem("1", "•••• 7K9Q", t_money(t, "12,50"), word, release=back, is_current=True),
            HoldItem("2", "•••• 2C4D", t_money(t, "10,00"), word, release=back),
        ]
    )
    layout.addWidget(holds, 1)
    amount = AmountField()
    amount.set_label("Bedrag" if nl else "Amount", "F4")
    amount.show_text("27,50")
    layout.addWidget(amount)
    keypad = Keypad()
    keypad.retranslate(t)
    layout.addWidget(keypad)
    words = f"{'Reserveer' if nl else 'Hold'} {t_money(t, '27,50')}"
    layout.addWidget(Button(words, role=ButtonRole.PRIMARY, key="F8", large=True))
    done = f"{'Afrekenen' if nl else 'Complete sale'} {t_money(t, '1.240,00')}"
    layout.addWidget(Button(done, key="F9"))
    return panel


def parts(t: Texts) -> QWidget:
    """Buttons, pills, bands and fields in every state."""
    theme = current_theme()
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setSpacing(theme.space.l)
    for enabled in (True, False):
        row = _row(layout)
        for role in ButtonRole:
            button = Button(role.title(), role=role, icon="send", key="F8")
            button.setEnabled(enabled)
            row.addWidget(button)
        row.addWidget(Button(icon="refresh", role=ButtonRole.QUIET))
        row.addStretch(1)
    row = _row(layout)
    for tone, icon in zip(
        Tone, ("queue", "done", "holds", "danger", "info", "training"), strict=True
    ):
        row.addWidget(StatusPill(tone.title(), icon, tone))
    row.addStretch(1)
    for tone in Tone:
        band = Band(striped=tone is Tone.TRAINING)
        band.say(f"A band that says {tone}", "info", tone, "Do" if tone is Tone.DANGER else "")
        layout.addWidget(band)
    row = _row(layout)
    for money_size in MoneySize:
        row.addWidget(MoneyLabel("€ 1.111,50", money_size=money_size))
    busy = Busy()
    busy.start("Looking up the card…")
    row.addWidget(busy)
    row = _row(layout)
    code, amount = CodeField(key="F2"), AmountField()
    code.retranslate(t)
    code.show_text("ABCD2345EF")
    code.show_error(
        "A card code has 16 characters; this has 10.",
        "Scan the card again, or type all 16 characters.",
    )
    amount.set_label("Amount", "F4")
    amount.show_text("12,345")
    amount.show_error(
        "“12,345” has more than two decimals.", "Type euros and cents, such as 12,50 or 12.50."
    )
    empty = CodeField()
    empty.retranslate(t)
    for each in (code, amount, empty):
        row.addWidget(each, 1, Qt.AlignmentFlag.AlignTop)
    icons = QGridLayout()
    for number, name in enumerate(ICONS):
        view = IconView(name, size=32)
        icons.addWidget(view, number // 21, number % 21)
    layout.addLayout(icons)
    layout.addStretch(1)
    page.resize(1200, 1000)
    return page


def tables(t: Texts) -> QWidget:
    """A table with rows, one that loads and one that is empty."""
    theme = current_theme()
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setSpacing(theme.space.l)
    columns = [
        Column("Age"),
        Column("Card", stretch=2),
        Column("Sale", stretch=1),
        Column("State"),
        Column("Amount", is_number=True),
    ]
    rows = [
        Row(
            str(i),
            (
                Cell(f"{3 + i} min", is_muted=True),
                Cell(f"•••• •••• •••• {1000 + 77 * i}"),
                Cell(f"S-{i:03d}"),
                Cell("Held", "holds", Tone.HOLD),
                Cell(f"€ {12 * i},50", is_strong=True),
            ),
        )
        for i in range(5)
    ]
    full, empty = DataTable(is_checkable=True), DataTable()
    for each in (full, empty):
        each.set_columns(columns)
        each.set_empty(
            "outbox",
            "The outbox is empty",
            "Captures and releases wait here while there is no network.",
        )
        layout.addWidget(each, 1)
    full.show_rows(rows)
    full.set_checked(frozenset({"1", "2"}))
    full.set_current("2")
    full.set_loading("Loading more…")
    layout.addWidget(card(t, expired=True), 1)
    page.resize(1000, 1100)
    toast = Toast(page)
    toast.say("Sale completed: € 40,00")
    return page


def dialog(parent: QWidget) -> QDialog:
    """A decision that can't be taken back."""
    made = DecisionDialog(
        parent,
        "Cancel this sale?",
        "€ 22,50 goes back to 2 cards. The customer pays nothing.",
        tone=Tone.DANGER,
    )
    made.add_choice("Keep the sale", is_default=True)
    made.add_choice("Cancel the sale", "Shift+F9", ButtonRole.DANGER)
    return made


def _row(layout: QVBoxLayout) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(current_theme().space.m)
    layout.addLayout(row)
    return row


def paint(widget: QWidget, file: Path) -> None:
    """Render a widget into a picture file."""
    widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    widget.show()
    # As long as a fade takes, and some.
    QTest.qWait(300)
    assert widget.grab().save(str(file)), f"can’t write {file}"
    widget.close()
    widget.deleteLater()


def main(folder: Path) -> None:
    """Render everything, light and dark, English and Dutch."""
    app = application()
    folder.mkdir(parents=True, exist_ok=True)
    window = QWidget()
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        apply(app, Theme.load(scheme))
        for language in ("en", "nl"):
            t = Texts(language)
            paint(till(t, (1280, 800)), folder / f"till-{scheme}-{language}.png")
            paint(till(t, (1024, 768)), folder / f"till-narrow-{scheme}-{language}.png")
        t = Texts("en")
        paint(parts(t), folder / f"parts-{scheme}.png")
        paint(tables(t), folder / f"tables-{scheme}.png")
        paint(dialog(window), folder / f"dialog-{scheme}.png")
    apply(app, Theme.load("light", text_scale=2.0))
    paint(till(Texts("nl"), (1600, 1200)), folder / "till-double.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
