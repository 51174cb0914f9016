"""The help page: which key does what, for the screen one is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from .dialogs import DecisionDialog, run_dialog
from .fitting import fit
from .keys import HELP, KeyHint, spoken
from .theme import current_theme
from .widgets.button import ButtonRole
from .widgets.label import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from giftill.texts import Texts

_ABOUT: Final = 1


async def show_help(
    parent: QWidget, screen: str, here: Sequence[KeyHint], everywhere: Sequence[KeyHint], t: Texts
) -> None:
    """Show the keys until the page is closed, and after them what Giftill is, if that is asked for.

    Args:
        parent: The window.
        screen: The title of the screen, translated.
        here: Its keys.
        everywhere: The keys that work on every screen.
        t: The reader's language.
    """
    dialog = DecisionDialog(parent.window(), t("Keys"), "", icon="keyboard")
    columns = QHBoxLayout()
    columns.setSpacing(current_theme().space.xxl)
    for title, hints in ((screen, here), (t("Everywhere"), everywhere)):
        if hints:
            columns.addLayout(_column(title, hints, t), 1)
    dialog.body.addLayout(columns)
    dialog.add_choice(t("About Giftill"), HELP)
    dialog.add_choice(t("Close"), role=ButtonRole.PRIMARY, is_default=True)
    fit(dialog, round(1.4 * current_theme().size.dialog))
    if await run_dialog(dialog) == _ABOUT:
        from .about import show_about

        await show_about(parent, t)


def _column(title: str, hints: Sequence[KeyHint], t: Texts) -> QVBoxLayout:
    theme = current_theme()
    column = QVBoxLayout()
    column.setSpacing(theme.space.s)
    column.addWidget(PlainLabel(title, weight=QFont.Weight.DemiBold, muted=True))
    rows = QGridLayout()
    rows.setHorizontalSpacing(theme.space.m)
    rows.setVerticalSpacing(theme.space.s)
    rows.setColumnStretch(1, 1)
    for row, hint in enumerate(hints):
        key = spoken(hint.key, t)
        does = PlainLabel(hint.does, wrap=True)
        does.setAccessibleName(f"{key}: {hint.does}")
        rows.addWidget(_Keycap(key), row, 0, Qt.AlignmentFlag.AlignTop)
        rows.addWidget(does, row, 1)
    column.addLayout(rows)
    column.addStretch(1)
    return column


class _Keycap(QWidget):
    """A key as it looks on the keyboard."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        theme = current_theme()
        metrics = QFontMetricsF(self._font())
        width = metrics.horizontalAdvance(self._key) + 2 * theme.space.s
        height = metrics.height() + theme.space.xs
        return QSize(round(max(width, height)), round(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.colors.surface))
        painter.setPen(QPen(QColor(theme.colors.control), 1))
        radius = theme.size.radius / 2
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, radius, radius)
        painter.setPen(QColor(theme.colors.text))
        painter.setFont(self._font())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._key)

    def _font(self) -> QFont:
        theme = current_theme()
        return theme.font(theme.text.small, weight=QFont.Weight.Medium)
