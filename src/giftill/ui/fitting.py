"""Makes a dialog as large as what it holds: Qt by itself cuts wrapped text off at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog


def fit(dialog: QDialog, width: int = 0) -> None:
    """Give a dialog the room that its words need, once everything is in it.

    Args:
        dialog: Not shown yet, with its layout whole.
        width: How wide it should be, in device-independent pixels; what it needs if that is more.
    """
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    wide = max(width, layout.totalMinimumSize().width(), dialog.minimumWidth())
    # It can't be larger than the window it lies over, nor shift what is around it.
    high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else 0
    high = max(high, layout.totalMinimumSize().height())
    room = dialog.parentWidget()
    if room is not None:
        wide, high = min(wide, room.width()), min(high, room.height())
    dialog.setMinimumSize(wide, high)
    # Qt would make it as high as narrower words need, and leave a gap.
    dialog.resize(wide, high)
