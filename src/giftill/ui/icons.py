"""Icons: line drawings in the colour of the text beside them, sharp on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from giftill.resources import resource

from .theme import Tone, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon, QPaintEvent

_FOLDER: Final = "icons"
# How large Qt draws the icons of its own buttons, in device-independent pixels.
_QT_ICON: Final = 16


def icon_pixmap(name: str, color: QColor, size: int, pixel_ratio: float) -> QPixmap:
    """Draw an icon, or take it from Qt's cache of pictures.

    Args:
        name: A file of resources/icons, without its ending.
        color: What the lines are drawn in.
        size: Width and height, in device-independent pixels.
        pixel_ratio: How many real pixels one of those is.
    """
    key = f"giftill-{name}-{color.name()}-{size}-{pixel_ratio}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    source = resource(_FOLDER, f"{name}.svg").read_bytes()
    renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", color.name().encode())))
    side = round(size * pixel_ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(pixel_ratio)
    QPixmapCache.insert(key, pixmap)
    return pixmap


def draw_icon(painter: QPainter, name: str, color: QColor, area: QRectF) -> None:
    """Draw an icon into `area` of a widget that is painting itself."""
    device = painter.device()
    ratio = device.devicePixelRatioF()
    # Between two pixels of the screen every line would blur.
    corner = QPointF(round(area.left() * ratio) / ratio, round(area.top() * ratio) / ratio)
    painter.drawPixmap(corner, icon_pixmap(name, color, round(area.width()), ratio))


def tinted_icon(name: str, color: QColor) -> QIcon:
    """Make an icon for a button of Qt's own, which asks for sizes of its own."""
    # Naming QIcon costs some milliseconds the first time, which start-up does without.
    from PySide6.QtGui import QIcon

    icon = QIcon()
    for ratio in (1, 2):
        icon.addPixmap(icon_pixmap(name, color, _QT_ICON, ratio))
    return icon


def app_icon() -> QIcon:
    """The program's own icon, for the window and the task bar."""
    from PySide6.QtGui import QIcon

    return QIcon(str(resource(_FOLDER, "giftill.svg")))


class IconView(QWidget):
    """An icon beside a word; it says nothing by itself, so screen readers pass it by."""

    def __init__(self, name: str = "", *, size: int = 0, parent: QWidget | None = None) -> None:
        """Show icon `name` in the text colour, `size` pixels wide or for 0 as the theme has it."""
        super().__init__(parent)
        self._name = name
        self._size = size
        self._tone: Tone | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def name(self) -> str:
        """The icon that is shown; empty for none."""
        return self._name

    def show_icon(self, name: str, tone: Tone | None = None) -> None:
        """Show another icon, in the colour of `tone` or else in the colour of text."""
        self._name, self._tone = name, tone
        self.update()

    def sizeHint(self) -> QSize:
        side = self._size or current_theme().size.icon
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._name:
            return
        side = self.sizeHint().width()
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        # Asked at each painting, so that an icon follows a change of theme by itself.
        theme = current_theme()
        color = QColor(theme.colors.text) if self._tone is None else theme.strong(self._tone)
        draw_icon(QPainter(self), self._name, color, area)
