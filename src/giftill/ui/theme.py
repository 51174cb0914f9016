"""The theme: tokens from one file become colours, fonts, a palette and a small style sheet."""

from __future__ import annotations

import string
import sys
import tomllib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from msgspec import Struct, structs
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from giftill.resources import resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyle

Scheme = Literal["light", "dark"]
Choice = Literal["system", "light", "dark"]

_PROPERTY: Final = "giftillTheme"


class Tone(StrEnum):
    """What a colour says; never without an icon and a word that say it too."""

    NEUTRAL = "neutral"
    SUCCESS = "success"
    HOLD = "hold"
    DANGER = "danger"
    INFO = "info"
    TRAINING = "training"


class Space(Struct, frozen=True):
    """Distances, in device-independent pixels."""

    hair: int
    xs: int
    s: int
    m: int
    l: int  # noqa: E741 - one of the sizes xs, s, m, l, xl; always read as `space.l`
    xl: int
    xxl: int
    xxxl: int


class Size(Struct, frozen=True):
    """Measures of things, in device-independent pixels."""

    radius: int
    line: int
    focus: int
    touch: int
    field: int
    key: int
    row: int
    icon: int
    icon_large: int
    rail: int
    rail_narrow: int
    dialog: int


class TextSizes(Struct, frozen=True):
    """Heights of text, in device-independent pixels; `families` in order of preference."""

    families: tuple[str, ...]
    small: int
    body: int
    title: int
    amount: int
    balance: int


class Colors(Struct, frozen=True):
    """One scheme's colours, as `#rrggbb`; the comments in tokens.toml say what each is for."""

    surface: str
    raised: str
    sunken: str
    line: str
    control: str
    text: str
    muted: str
    disabled: str
    primary: str
    primary_hover: str
    primary_pressed: str
    on_primary: str
    focus: str
    selection: str
    marked: str
    scrim: str
    on_strong: str
    success_strong: str
    success_tint: str
    hold_strong: str
    hold_tint: str
    danger_strong: str
    danger_tint: str
    info_strong: str
    info_tint: str
    training_strong: str
    training_tint: str
    neutral_strong: str
    neutral_tint: str


class Theme(Struct, frozen=True):
    """Everything a widget may ask about how to look.

    Attributes:
        scheme: Light or dark.
        colors: The scheme's colours.
        space: Distances.
        size: Measures.
        text: Text sizes.
        motion_ms: How long a movement takes when the system allows movement.
    """

    scheme: Scheme
    colors: Colors
    space: Space
    size: Size
    text: TextSizes
    motion_ms: int

    @classmethod
    def load(cls, scheme: Scheme, *, text_scale: float = 1.0) -> Self:
        """Read the tokens.

        Args:
            scheme: Which colours.
            text_scale: How much larger than designed text is shown, 1.0 to 2.0; what holds text
                grows with it.
        """
        tokens = tomllib.loads(resource("theme", "tokens.toml").read_text(encoding="utf-8"))
        text = {
            name: value if name == "families" else round(value * text_scale)
            for name, value in tokens["text"].items()
        }
        text["families"] = (*_system_families(), *text["families"])
        size = dict[str, Any](tokens["size"])
        for grows in ("icon", "icon_large", "rail", "dialog"):
            size[grows] = round(size[grows] * text_scale)
        # What is touched is large already: it grows only once its text would no longer fit.
        for holds, written in (
            ("touch", "body"),
            ("row", "body"),
            ("field", "amount"),
            ("key", "amount"),
        ):
            size[holds] = max(size[holds], round(text[written] * 1.4))
        return cls(
            scheme=scheme,
            colors=Colors(**tokens[scheme]),
            space=Space(**tokens["space"]),
            size=Size(**size),
            text=TextSizes(**text),
            motion_ms=tokens["motion"]["duration_ms"],
        )

    def strong(self, tone: Tone) -> QColor:
        """The colour of text and icons that say `tone`, and of bands filled with it."""
        return QColor(getattr(self.colors, f"{tone}_strong"))

    def tint(self, tone: Tone) -> QColor:
        """The quiet colour behind text that says `tone`."""
        return QColor(getattr(self.colors, f"{tone}_tint"))

    def font(
        self,
        size: int | None = None,
        *,
        weight: QFont.Weight = QFont.Weight.Normal,
        tabular: bool = False,
    ) -> QFont:
        """Make a font.

        Args:
            size: In device-independent pixels, one of `text`; the body's if left out.
            weight: How bold.
            tabular: Give every digit the same width, so that amounts line up and do not jump.
        """
        font = QFont(list(self.text.families))
        font.setPixelSize(size or self.text.body)
        font.setWeight(weight)
        # An id must be read as it is: some families draw “8x7” with a multiplication sign.
        font.setFeature(QFont.Tag("calt"), 0)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font


def _system_families() -> tuple[str, ...]:
    """The system's own family, where it has a designed one; Linux has only an alias."""
    if sys.platform in {"win32", "darwin"}:
        from PySide6.QtGui import QFontDatabase

        return (QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family(),)
    return ()


def current_theme() -> Theme:
    """The theme that was applied last; widgets ask here whenever they paint or lay out."""
    app = QApplication.instance()
    theme = app.property(_PROPERTY) if app is not None else None
    if not isinstance(theme, Theme):
        msg = "apply() a theme before any widget is made"
        raise TypeError(msg)
    return theme


def apply(app: QApplication, theme: Theme) -> None:
    """Show the whole program in `theme`; widgets repaint themselves."""
    app.setProperty(_PROPERTY, theme)
    app.setFont(theme.font())
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))


def palette(theme: Theme) -> QPalette:
    """The colours of Qt's own drawing."""
    colors, role = theme.colors, QPalette.ColorRole
    result = QPalette()
    for each, color in {
        role.Window: colors.surface,
        role.WindowText: colors.text,
        role.Base: colors.raised,
        role.AlternateBase: colors.surface,
        role.Text: colors.text,
        role.PlaceholderText: colors.muted,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.danger_strong,
        role.Highlight: colors.marked,
        role.HighlightedText: colors.text,
        role.Accent: colors.primary,
        role.Link: colors.info_strong,
        role.ToolTipBase: colors.text,
        role.ToolTipText: colors.raised,
        role.Mid: colors.line,
    }.items():
        result.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, each, QColor(colors.disabled))
    return result


def style_sheet(theme: Theme) -> str:
    """Fill the tokens into the style sheet of Qt's own widgets."""
    source = resource("theme", "style.qss").read_text(encoding="utf-8")
    space, size = theme.space, theme.size
    values = structs.asdict(theme.colors) | {
        "hair": space.hair,
        "s": space.s,
        "m": space.m,
        "edge_grows": size.focus - size.line,
        "m_less": space.m - size.focus + size.line,
        "radius": size.radius,
        "line_width": size.line,
        "focus_width": size.focus,
        "touch": size.touch,
        "field_height": size.touch - 2 * size.focus,
        "large_field_height": size.field - 2 * size.focus,
        "scroll": space.m,
        "scroll_radius": (space.m - 2 * space.hair) // 2,
    }
    return string.Template(source).substitute(values)


def motion_ms(theme: Theme, style: QStyle) -> int:
    """How long a movement may take: nothing at all where the system asks for less motion."""
    # Naming QStyle costs several milliseconds the first time, which start-up does without.
    from PySide6.QtWidgets import QStyle as Style

    allowed = style.styleHint(Style.StyleHint.SH_Widget_Animation_Duration)
    return min(theme.motion_ms, max(allowed, 0))


class Appearance:
    """Keeps the program in the chosen scheme, and follows the system's where that is the choice."""

    def __init__(self, app: QApplication, choice: Choice, *, text_scale: float = 1.0) -> None:
        """Apply `choice` at once.

        Args:
            app: The program.
            choice: The setting.
            text_scale: See `Theme.load`.
        """
        self._app = app
        self._choice: Choice = choice
        self._text_scale = text_scale
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self.choose(choice)

    def choose(self, choice: Choice) -> None:
        """Show the program in another scheme from now on."""
        self._choice = choice
        apply(self._app, Theme.load(self.scheme, text_scale=self._text_scale))

    @property
    def scheme(self) -> Scheme:
        """The scheme that is shown now."""
        if self._choice != "system":
            return self._choice
        dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return "dark" if dark else "light"

    def _follow(self) -> None:
        if self._choice == "system" and current_theme().scheme != self.scheme:
            self.choose("system")
