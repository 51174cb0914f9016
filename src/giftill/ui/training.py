"""Training mode's band across the top, the faults it can play, and the cards to practise with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from .dialogs import DecisionDialog, confirm, run_dialog
from .fitting import fit
from .screens.common import Question
from .theme import Tone, current_theme
from .widgets.announce import announce
from .widgets.band import Band
from .widgets.button import Button, ButtonRole
from .widgets.label import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QDialog

    from giftill.services.desk import PracticeCard, TrainingControls
    from giftill.texts import Texts

    from .screens.screen import Shell
    from .tasks import TaskScope


class TrainingBand(Band):
    """Says at all times that no real money moves, and lets one practise on the sandbox."""

    def __init__(
        self,
        tasks: TaskScope,
        shell: Shell,
        scan: Callable[[str], None],
        start_over: Callable[[], None],
    ) -> None:
        """Say that this is training; `begin` follows once the sandbox runs.

        Args:
            tasks: Where actions run.
            shell: Says what was done.
            scan: Takes a card's code as if it had been scanned.
            start_over: Begins training anew, with full cards.
        """
        super().__init__(striped=True)
        self._tasks = tasks
        self._shell = shell
        self._scan = scan
        self._start_over = start_over
        self._controls: TrainingControls | None = None
        self._folder: Path | None = None
        self._t: Texts | None = None
        self._cards = Button(icon="card")
        self._faults = Button(icon="offline")
        for each in (self._cards, self._faults):
            each.setEnabled(False)
            self.add_widget(each)

    def begin(self, controls: TrainingControls, folder: Path) -> None:
        """Control the sandbox from now on.

        Args:
            controls: The sandbox's switches.
            folder: Where the printable sheet of cards goes.
        """
        self._controls = controls
        self._folder = folder
        self._cards.clicked.connect(lambda: self._tasks.start("cards", self._offer_cards))
        self._faults.clicked.connect(lambda: self._tasks.start("faults", self._offer_faults))
        for each in (self._cards, self._faults):
            each.setEnabled(True)
        unsubscribe = controls.current.subscribe(lambda _: self._say())
        self.destroyed.connect(unsubscribe)
        self._say()

    def retranslate(self, t: Texts) -> None:
        """Show the state of training, in the reader's language."""
        self._t = t
        self._say()

    def _say(self) -> None:
        t = self._t
        if t is None:
            return
        self._cards.show_text(t("Practice cards"))
        self._faults.show_text(t("Practise a fault"))
        self.say(self._sentence(t), "training", Tone.TRAINING)

    def _sentence(self, t: Texts) -> str:
        if self._controls is not None:
            current = self._controls.current.value
            for each in self._controls.disturbances:
                if each.name == current:
                    return t("Training, no real money moves · {fault}", fault=t.message(each.label))
        return t("Training: practise freely, no real money moves")

    async def _offer_cards(self) -> None:
        t, controls = self._t, self._controls
        assert t is not None
        assert controls is not None
        code = await choose_card(
            self,
            await controls.cards(),
            t,
            sheet_asked=self._start_sheet,
            refill_asked=self._start_refill,
        )
        if code is not None:
            self._scan(code)

    def _start_refill(self) -> None:
        self._tasks.start("refill", self._offer_refill)

    async def _offer_refill(self) -> None:
        t = self._t
        assert t is not None
        question = Question(
            title=t("Fill the cards again?"),
            text=t(
                "Training begins anew, with full cards. What was practised so far is erased: its "
                "sales, holds and outbox. The real till is not touched."
            ),
            yes=t("Fill the cards"),
            no=t("Go on practising"),
            is_danger=True,
        )
        if await confirm(self, question):
            self._start_over()

    async def _offer_faults(self) -> None:
        assert self._t is not None
        assert self._controls is not None
        await choose_fault(self, self._controls, self._t)

    def _start_sheet(self) -> None:
        self._tasks.start("sheet", self._print_sheet)

    async def _print_sheet(self) -> None:
        assert self._t is not None
        assert self._controls is not None
        assert self._folder is not None
        path = await print_sheet(self._controls, self._folder)
        self._shell.toast(self._t("Card sheet written: {path}", path=str(path)))


async def choose_fault(parent: QWidget, controls: TrainingControls, t: Texts) -> None:
    """Let a person choose what goes wrong in the practice network."""
    dialog = DecisionDialog(parent.window(), t("What should go wrong?"), "")
    theme = current_theme()
    rows = QGridLayout()
    rows.setHorizontalSpacing(theme.space.l)
    rows.setVerticalSpacing(theme.space.s)
    rows.setColumnStretch(1, 1)
    names: list[str | None] = [None]
    words = [(t("Nothing"), t("The network and Gifty work as they should."))]
    for each in controls.disturbances:
        names.append(each.name)
        words.append((t.message(each.label), t.message(each.explanation)))
    first_answer = 2
    for row, (label, explanation) in enumerate(words):
        is_current = names[row] == controls.current.value
        button = Button(label, role=ButtonRole.PRIMARY if is_current else ButtonRole.SECONDARY)
        button.setAccessibleDescription(explanation)
        button.clicked.connect(_answering(dialog, row + first_answer))
        button.setDefault(is_current)
        if is_current:
            button.setFocus()
        rows.addWidget(button, row, 0)
        rows.addWidget(PlainLabel(explanation, wrap=True, muted=True), row, 1)
    dialog.body.addLayout(rows)
    dialog.add_choice(t("Close"))
    fit(dialog, round(1.3 * theme.size.dialog))
    answer = await run_dialog(dialog)
    if answer >= first_answer:
        await controls.switch(names[answer - first_answer])


async def choose_card(
    parent: QWidget,
    cards: Sequence[PracticeCard],
    t: Texts,
    *,
    sheet_asked: Callable[[], None],
    refill_asked: Callable[[], None],
) -> str | None:
    """Show the cards to practise with.

    Args:
        parent: The window.
        cards: The cards.
        t: The reader's language.
        sheet_asked: Told that the printable sheet is wanted.
        refill_asked: Told that full cards are wanted again.

    Returns:
        The code to use as if it had been scanned, or None.
    """
    dialog = DecisionDialog(parent.window(), t("Cards to practise with"), "", icon="card")
    theme = current_theme()
    table = QWidget()
    rows = QGridLayout(table)
    rows.setContentsMargins(0, 0, theme.space.s, 0)
    rows.setHorizontalSpacing(theme.space.m)
    rows.setVerticalSpacing(theme.space.s)
    rows.setColumnStretch(1, 1)
    first_answer = 4
    pairs: list[tuple[Button, Button]] = []
    for row, card in enumerate(cards):
        shows = t.message(card.shows)
        code = PlainLabel(_grouped(card.code), weight=QFont.Weight.DemiBold, tabular=True)
        use = Button(t("Use"))
        use.setAccessibleName(t("Use the card: {card}", card=shows))
        use.clicked.connect(_answering(dialog, row + first_answer))
        copy = Button(t("Copy"), role=ButtonRole.QUIET)
        copy.setAccessibleName(t("Copy the code of: {card}", card=shows))
        copy.clicked.connect(_copying(card.code, copy, pairs, t))
        for column, widget in enumerate((code, PlainLabel(shows, wrap=True), copy, use)):
            rows.addWidget(widget, row, column, Qt.AlignmentFlag.AlignVCenter)
        pairs.append((use, copy))
    area = QScrollArea(widgetResizable=True)
    area.setWidget(table)
    # Tab goes to what can be pressed; the area follows it.
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumHeight(7 * (theme.size.touch + theme.space.s))
    dialog.body.addWidget(area)
    for before, (use, copy) in zip([None, *pairs], pairs, strict=False):
        # What most come for is first, although it stands at the end of the row.
        if before is not None:
            QWidget.setTabOrder(before[1], use)
        QWidget.setTabOrder(use, copy)
    dialog.add_choice(t("Fill the cards again")).clicked.connect(refill_asked)
    dialog.add_choice(t("Card sheet (PDF)")).clicked.connect(sheet_asked)
    dialog.add_choice(t("Close"), is_default=True)
    fit(dialog, round(1.4 * theme.size.dialog))
    answer = await run_dialog(dialog)
    return cards[answer - first_answer].code if answer >= first_answer else None


async def print_sheet(controls: TrainingControls, folder: Path) -> Path:
    """Write the sheet of practice cards and open it where the system has a program for that."""
    path = folder / "practice-cards.pdf"
    await controls.write_sheet(path)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
    return path


def _answering(dialog: QDialog, answer: int) -> Callable[[], None]:
    """Return what a button runs; one with an argument of its own would be given Qt's instead."""

    def act() -> None:
        dialog.done(answer)

    return act


def _copying(
    code: str, button: Button, pairs: Sequence[tuple[Button, Button]], t: Texts
) -> Callable[[], None]:
    """Return what puts a code on the clipboard and says so on the button that was pressed."""

    def act() -> None:
        QGuiApplication.clipboard().setText(code)
        for _, each in pairs:
            name = each.accessibleName()
            each.show_text(t("Copied") if each is button else t("Copy"))
            each.setAccessibleName(name)
        announce(button, t("Card code copied"))

    return act


def _grouped(code: str) -> str:
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
