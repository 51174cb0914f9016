"""Awaitable dialogs, for decisions only; `open()` and `finished`, so that no other task waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QBitmap, QColor, QFont, QGuiApplication, QPainter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from .fitting import fit
from .icons import IconView
from .theme import Tone, current_theme
from .widgets.announce import announce
from .widgets.button import Button, ButtonRole
from .widgets.label import PlainLabel
from .widgets.panel import fill_rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from .screens.common import Question

# How much of the window behind a dialog the scrim takes away.
_SCRIM_OPACITY: Final = 0.45

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Choice(Generic[T_co]):
    """One way to answer a dialog.

    Attributes:
        value: What `ask` returns for it.
        label: What it will do, in a word or two, translated.
        key: The key that chooses it, such as `F9`, shown on its button; empty for none.
    """

    value: T_co
    label: str
    key: str = ""


async def ask(
    parent: QWidget,
    title: str,
    text: str,
    choices: Sequence[Choice[T]],
    default: T | None = None,
    *,
    danger: bool = False,
    tone: Tone = Tone.NEUTRAL,
) -> T | None:
    """Ask for a decision and wait for it, while everything else goes on.

    Args:
        parent: The window or widget that the decision is about.
        title: The question.
        text: What each answer means; plain text.
        choices: The answers; first the one that goes back, last the one that does something.
        default: The value of the answer that Enter gives; the first one's if left out.
        danger: Whether the last answer can't be taken back.
        tone: How serious it is; neutral for what is only asked.

    Returns:
        The chosen value, or None for Esc or when the parent is gone.

    Raises:
        asyncio.CancelledError: The asking task was cancelled; the dialog is closed.
    """
    tone = Tone.DANGER if danger else tone
    dialog = DecisionDialog(parent.window(), title, text, tone=tone)
    preferred = choices[0].value if default is None else default
    for choice in choices:
        role = ButtonRole.SECONDARY
        if choice is choices[-1]:
            role = ButtonRole.DANGER if danger else ButtonRole.PRIMARY
        dialog.add_choice(choice.label, choice.key, role, is_default=choice.value == preferred)
    fit(dialog)
    index = await run_dialog(dialog)
    return choices[index - 1].value if index else None


async def confirm(parent: QWidget, question: Question) -> bool:
    """Ask a question and tell whether the answer was yes.

    Enter gives the answer of what can be taken back: a second Enter in a row, or the end of a
    scan, must not give money away.
    """
    no, yes = Choice(value=False, label=question.no), Choice(value=True, label=question.yes)
    answer = await ask(
        parent,
        question.title,
        question.text,
        (no, yes),
        default=not question.is_danger,
        danger=question.is_danger,
    )
    return answer is True


async def inform(
    parent: QWidget, title: str, text: str, close: str, tone: Tone = Tone.NEUTRAL
) -> None:
    """Tell something that must be read before going on.

    Args:
        parent: See `ask`.
        title: What happened.
        text: What it means and what to do; plain text.
        close: The word on the button, such as “Close”, translated.
        tone: How serious it is.
    """
    await ask(parent, title, text, (Choice(value=True, label=close),), tone=tone)


async def run_dialog(dialog: QDialog) -> int:
    """Open any dialog and wait until it is done; it is deleted afterwards.

    Returns:
        What `finished` says; 0 for Esc or when Qt destroyed it together with its parent.
    """
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(result: int = 0) -> None:
        if not answer.done():
            answer.set_result(result)

    scrim = _Scrim.over(dialog.parentWidget())
    is_alive = True

    def died() -> None:
        nonlocal is_alive
        is_alive = False
        settle()

    dialog.finished.connect(settle)
    dialog.destroyed.connect(died)
    try:
        dialog.open()
        if isinstance(dialog, DecisionDialog):
            dialog.round_corners()
        result = await answer
        if is_alive:
            _give_back_the_keys(dialog.parentWidget())
        return result
    finally:
        if is_alive:
            dialog.destroyed.disconnect(died)
            dialog.done(0)
            dialog.deleteLater()
            if scrim is not None:
                scrim.deleteLater()


def _give_back_the_keys(parent: QWidget | None) -> None:
    """Make the window behind an answered dialog the active one again.

    A till may run without a window manager, and then nobody else does: every key would be lost.
    """
    if parent is not None and parent.window().isVisible():
        parent.window().activateWindow()


class DecisionDialog(QDialog):
    """A question, what the answers mean, and a button for each; it has no title bar to miss."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        *,
        tone: Tone = Tone.NEUTRAL,
        icon: str = "help",
    ) -> None:
        """Show the question, or what `icon` stands for; the answers follow by `add_choice`."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        theme = current_theme()
        self._count = 0
        self.setWindowTitle(title)
        self.setAccessibleDescription(text)
        self.setMinimumWidth(theme.size.dialog)

        icon = icon if tone is Tone.NEUTRAL else "warning"
        mark = IconView(icon, size=theme.text.amount)
        mark.show_icon(icon, tone)
        heading = PlainLabel(title, size=theme.text.title, weight=QFont.Weight.DemiBold, wrap=True)
        # Beside its icon, also where the dialog got higher than it needs to be.
        heading.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        top = QHBoxLayout()
        top.setSpacing(theme.space.m)
        top.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(heading, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.space.m)
        self._buttons.addStretch(1)

        self.body = QVBoxLayout()
        self.body.setSpacing(theme.space.m)
        if text:
            self.body.addWidget(PlainLabel(text, wrap=True))
        layout = QVBoxLayout(self)
        margin = theme.space.xl
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(theme.space.l)
        layout.addLayout(top)
        layout.addLayout(self.body)
        layout.addSpacing(theme.space.s)
        layout.addLayout(self._buttons)
        announce(self, f"{title}. {text}", urgent=tone is Tone.DANGER)

    def add_choice(
        self,
        label: str,
        key: str = "",
        role: ButtonRole = ButtonRole.SECONDARY,
        *,
        is_default: bool = False,
    ) -> Button:
        """Add an answer to the right of the others; `finished` says its number, from 1."""
        self._count += 1
        number = self._count
        button = Button(label, role=role, key=key)
        button.clicked.connect(lambda: self.done(number))
        if key:
            button.setShortcut(key)
        button.setDefault(is_default)
        if is_default:
            button.setFocus()
        self._buttons.addWidget(button)
        return button

    def round_corners(self) -> None:
        """Cut the corners off round, once it is shown, and again whenever its size changes."""
        if QGuiApplication.platformName() == "offscreen":
            # A display in memory knows no shapes, and complains.
            return
        window = self.windowHandle()
        window.widthChanged.connect(self._cut_corners)
        window.heightChanged.connect(self._cut_corners)
        self._cut_corners()

    def _cut_corners(self) -> None:
        # Not translucent: without a compositor, as on many a till, the corners would be black.
        size = self.windowHandle().size()
        shape = QBitmap(size)
        shape.clear()
        painter = QPainter(shape)
        area = QRectF(0, 0, size.width(), size.height())
        fill_rounded(painter, area, current_theme().size.radius, QColor(Qt.GlobalColor.color1))
        painter.end()
        self.setMask(shape)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        # The corners blend into the dimmed window, as their cut edge can't.
        painter.fillRect(self.rect(), QColor(theme.colors.surface))
        painter.fillRect(self.rect(), _scrim())
        edge = QColor(theme.colors.control)
        raised = QColor(theme.colors.raised)
        fill_rounded(painter, QRectF(self.rect()), theme.size.radius, raised, edge)


def _scrim() -> QColor:
    """What lies between a dialog and the window."""
    color = QColor(current_theme().colors.scrim)
    color.setAlphaF(_SCRIM_OPACITY)
    return color


class _Scrim(QWidget):
    """Dims the window behind a dialog, so that there is one thing at a time to look at."""

    @classmethod
    def over(cls, window: QWidget | None) -> _Scrim | None:
        if window is None or not window.isVisible():
            return None
        scrim = cls(window)
        scrim.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        scrim.setGeometry(window.rect())
        window.installEventFilter(scrim)
        scrim.show()
        scrim.raise_()
        return scrim

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window, which may be turned or made larger meanwhile."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), _scrim())
