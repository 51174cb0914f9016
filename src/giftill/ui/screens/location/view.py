"""The location selector on glass: type a few letters of the street or the town, press Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QListView, QVBoxLayout

from giftill.domain.places import LocationId
from giftill.ui.dialogs import DecisionDialog, run_dialog
from giftill.ui.fitting import fit
from giftill.ui.icons import tinted_icon
from giftill.ui.scanner import FREE_TEXT
from giftill.ui.screens.common import address
from giftill.ui.tasks import TaskScope
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.band import Band
from giftill.ui.widgets.busy import Busy
from giftill.ui.widgets.button import ButtonRole
from giftill.ui.widgets.empty_state import EmptyState
from giftill.ui.widgets.label import PlainLabel

from .paint import ROW_ROLE, LocationDelegate
from .presenter import LocationPresenter
from .state import LocationRow, LocationState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPersistentModelIndex
    from PySide6.QtWidgets import QWidget

    from giftill.domain.errors import GiftillError
    from giftill.domain.places import Location
    from giftill.services.desk import Desk
    from giftill.texts import Texts

_CHOSEN = 2
_LIST_ROWS = 6


async def choose_location(parent: QWidget, desk: Desk, t: Texts) -> str | None:
    """Let a person choose the shop that the till works for, and switch to it.

    Args:
        parent: The window.
        desk: The till.
        t: The reader's language.

    Returns:
        The address of the chosen shop, or None if nothing was changed.

    Raises:
        FixedSettingError: The administrator fixed the location.
    """
    desk.settings.refuse_if_fixed("location")
    dialog = LocationDialog(parent.window(), desk, t)
    dialog.start()
    if await run_dialog(dialog) != _CHOSEN:
        return None
    return dialog.chosen


class LocationDialog(DecisionDialog):
    """The selector.

    Attributes:
        chosen: The address that was chosen, once it was.
    """

    def __init__(self, parent: QWidget, desk: Desk, t: Texts) -> None:
        """Build the selector; `start` reads the list."""
        super().__init__(parent, t("Which location is this till in?"), "")
        self.chosen: str | None = None
        self._t = t
        self._tasks = TaskScope(self, self._fail)
        self._presenter = LocationPresenter(
            desk.catalogue, desk.location.value, self._take(desk), t, self.show_state
        )
        self._build(t)

    def start(self) -> None:
        """Read the list of locations."""
        self._tasks.start("load", self._presenter.load)

    def show_state(self, state: LocationState) -> None:
        """Show a state."""
        self._model.show_rows(state.rows)
        self._found.show_text(state.count if not state.is_loading else "")
        said = state.problem or state.source
        if said:
            tone = Tone.DANGER if state.problem else Tone.INFO
            self._band.say(said, "warning" if state.problem else "offline", tone)
        else:
            self._band.clear()
        if state.is_loading:
            self._busy.start(self._t("Reading the locations…"))
        else:
            self._busy.stop()
        self._busy.setVisible(state.is_loading)
        if state.rows:
            self._list.setCurrentIndex(self._model.index(0))
        is_nothing = bool(state.query.strip()) and not state.rows
        self._nothing.setVisible(is_nothing)
        self._list.setVisible(not is_nothing)
        self._choose.setEnabled(bool(state.rows))
        fit(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move through the list while one types."""
        moves = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
        if (
            watched is self._search
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in moves
        ):
            self._list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _build(self, t: Texts) -> None:
        theme = current_theme()
        self._search = QLineEdit()
        self._search.setProperty(FREE_TEXT, True)
        self._search.setPlaceholderText(t("Street, town or postal code"))
        self._search.setAccessibleName(t("Search the locations"))
        self._search.setClearButtonEnabled(True)
        clear = self._search.findChild(QAction)
        assert clear is not None, "the clear button is an action of the field"
        clear.setIcon(tinted_icon("close", QColor(theme.colors.muted)))
        self._search.textChanged.connect(self._presenter.search)
        self._search.installEventFilter(self)
        self._found = PlainLabel(muted=True, tabular=True)
        self._band = Band(rounded=True)
        self._busy = Busy()
        self._busy.hide()
        self._model = _Rows()
        self._list = _List(self._model)
        self._list.setAccessibleName(t("Locations"))
        self._list.setMinimumHeight(_LIST_ROWS * theme.size.row)
        self._list.activated.connect(self._pick)
        self._list.clicked.connect(self._list.setCurrentIndex)
        self._nothing = EmptyState()
        self._nothing.setMinimumHeight(self._list.minimumHeight())
        self._nothing.say(
            "location",
            t("No location found"),
            t("Try a part of the street, of the town or of the postal code."),
        )
        self._nothing.hide()
        beneath = QHBoxLayout()
        beneath.addWidget(self._found)
        beneath.addStretch(1)
        beneath.addWidget(self._busy)
        inside = QVBoxLayout()
        inside.setSpacing(theme.space.s)
        inside.addWidget(self._search)
        inside.addWidget(self._band)
        inside.addWidget(self._list, 1)
        inside.addWidget(self._nothing, 1)
        inside.addLayout(beneath)
        self.body.addLayout(inside)
        self.add_choice(t("Keep"))
        self._choose = self.add_choice(t("Work here"), role=ButtonRole.PRIMARY, is_default=True)
        self._choose.clicked.disconnect()
        self._choose.clicked.connect(lambda: self._pick(self._list.currentIndex()))
        self._search.setFocus()
        fit(self, round(1.2 * theme.size.dialog))

    def _pick(self, index: QModelIndex | QPersistentModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, LocationRow) and self._presenter.choose(LocationId(row.location)):
            self.done(_CHOSEN)

    def _take(self, desk: Desk) -> Callable[[Location], None]:
        def take(location: Location) -> None:
            desk.choose_location(location)
            self.chosen = address(location)

        return take

    def _fail(self, error: GiftillError) -> None:
        self._band.say(self._t.explain(error), "warning", Tone.DANGER)


class _Rows(QAbstractListModel):
    """The rows as Qt asks for them: only those in sight are ever put into words."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[LocationRow] = ()

    def show_rows(self, rows: Sequence[LocationRow]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return ", ".join(part for part in (row.street, row.city) if part)
        return None


class _List(QListView):
    """Rows of one height, so that 20,000 of them need no measuring."""

    def __init__(self, model: _Rows) -> None:
        super().__init__()
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(LocationDelegate(self))
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
