"""About Giftill: its version, what it is made with, and the licences of everything inside."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Final

import PySide6
from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit

from giftill import __version__

from .dialogs import DecisionDialog, run_dialog
from .fitting import fit
from .licences import licence_text, sources_of_qt
from .theme import current_theme
from .widgets.button import ButtonRole
from .widgets.label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from giftill.texts import Texts

# Nearly as wide as the smallest window, in widths of a dialog: licences have long lines.
_WIDTH: Final = 1.75
# Which part of the window the licences take where there is room, and how many lines where not.
_SHARE: Final = 0.36
_LEAST_LINES: Final = 2


async def show_about(parent: QWidget, t: Texts) -> None:
    """Show the page until it is closed.

    Args:
        parent: The window.
        t: The reader's language.
    """
    window = parent.window()
    theme = current_theme()
    qt, pyside = qVersion(), PySide6.__version__
    dialog = DecisionDialog(
        window,
        t("About Giftill {version}", version=__version__),
        t(
            "The gift-card terminal for store tills, free under the MIT licence. Made with "
            "Qt {qt}, PySide6 {pyside} and Python {python}.",
            qt=qt,
            pyside=pyside,
            python=platform.python_version(),
        ),
        icon="info",
    )
    offer = t(
        "Qt and PySide6 are used, their code unchanged, under the GNU Lesser General Public "
        "License, version 3. They are files of their own in the program’s folder: you may put "
        "others that fit in their place. Their exact sources:"
    )
    dialog.body.addWidget(PlainLabel(offer, wrap=True))
    sources = PlainLabel("\n".join(sources_of_qt(qt, pyside)), size=theme.text.small, wrap=True)
    sources.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    dialog.body.addWidget(sources)
    title = PlainLabel(t("Licences of everything inside"), weight=QFont.Weight.DemiBold)
    dialog.body.addWidget(title)
    licences = _LicenceText(
        licence_text(t), title.full_text, height=round(_SHARE * window.height())
    )
    title.setBuddy(licences)
    dialog.body.addWidget(licences, 1)
    dialog.add_choice(t("Close"), role=ButtonRole.PRIMARY, is_default=True)
    # The keys that leaf through a text work at once; Enter and Esc close the page all the same.
    licences.setFocus()
    fit(dialog, round(_WIDTH * theme.size.dialog))
    await run_dialog(dialog)


class _LicenceText(QPlainTextEdit):
    """A long text to read, leaf through and copy from."""

    def __init__(self, text: str, name: str, *, height: int) -> None:
        super().__init__(text)
        self._height = height
        theme = current_theme()
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(theme.text.small)
        self.setFont(font)
        self.document().setDocumentMargin(theme.space.s)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # Tab goes on to the button, as everywhere.
        self.setTabChangesFocus(True)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        least = _LEAST_LINES * self.fontMetrics().lineSpacing()
        return QSize(super().minimumSizeHint().width(), least)
