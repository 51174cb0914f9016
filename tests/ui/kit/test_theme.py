from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from giftill.resources import resource
from giftill.ui.theme import (
    Appearance,
    Scheme,
    Theme,
    Tone,
    apply,
    current_theme,
    palette,
    style_sheet,
)
from giftill.ui.widgets.band import STRIPE_OPACITY
from giftill.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
TEXT_NEEDS = 4.5  # WCAG 2.2, 1.4.3, level AA
CONTROLS_NEED = 3.0  # WCAG 2.2, 1.4.11, level AA


def luminance(color: QColor) -> float:
    """Relative luminance (WCAG 2.2, definitions)."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(each) for each in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: QColor, b: QColor) -> float:
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=SCHEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return Theme.load(request.param)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", ["surface", "raised", "sunken", "selection", "marked"])
def test_text_is_readable_wherever_it_stands(theme: Theme, ground: str) -> None:
    behind = QColor(getattr(theme.colors, ground))
    assert contrast(QColor(theme.colors.text), behind) >= TEXT_NEEDS


@pytest.mark.parametrize("ground", ["surface", "raised", "sunken", "selection"])
@pytest.mark.parametrize("ink", ["muted", "primary"])
def test_quieter_text_is_readable_too(theme: Theme, ink: str, ground: str) -> None:
    behind = QColor(getattr(theme.colors, ground))
    assert contrast(QColor(getattr(theme.colors, ink)), behind) >= TEXT_NEEDS


@pytest.mark.parametrize("tone", Tone)
def test_a_state_is_readable_on_every_ground_it_is_written_on(theme: Theme, tone: Tone) -> None:
    grounds = [theme.colors.surface, theme.colors.raised, theme.colors.selection]
    for ground in (theme.tint(tone), *(QColor(each) for each in grounds)):
        assert contrast(theme.strong(tone), ground) >= TEXT_NEEDS, ground.name()


@pytest.mark.parametrize("tone", Tone)
def test_text_on_a_badge_is_readable(theme: Theme, tone: Tone) -> None:
    assert contrast(QColor(theme.colors.on_strong), theme.strong(tone)) >= TEXT_NEEDS


@pytest.mark.parametrize("state", ["primary", "primary_hover", "primary_pressed"])
def test_the_main_button_is_readable_however_it_is_touched(theme: Theme, state: str) -> None:
    fill = QColor(getattr(theme.colors, state))
    assert contrast(QColor(theme.colors.on_primary), fill) >= TEXT_NEEDS


@pytest.mark.parametrize("edge", ["control", "focus", "primary"])
def test_controls_and_focus_stand_out(theme: Theme, edge: str) -> None:
    color = QColor(getattr(theme.colors, edge))
    for ground in (theme.colors.surface, theme.colors.raised):
        assert contrast(color, QColor(ground)) >= CONTROLS_NEED


def test_training_stripes_leave_the_words_readable(theme: Theme) -> None:
    tint, strong = theme.tint(Tone.TRAINING), theme.strong(Tone.TRAINING)
    share = STRIPE_OPACITY
    stripe = QColor.fromRgbF(
        *(
            a * (1 - share) + b * share
            for a, b in zip(tint.getRgbF()[:3], strong.getRgbF()[:3], strict=True)  # type: ignore[index]  # PySide6 says object, gives a tuple
        )
    )
    assert contrast(strong, stripe) >= TEXT_NEEDS


def test_what_is_touched_is_large_enough() -> None:
    size = Theme.load("light").size
    assert size.touch >= 48
    assert size.key >= 64
    assert size.row >= 44


def test_no_text_is_smaller_than_16_pixels() -> None:
    text = Theme.load("light").text
    assert min(text.small, text.body, text.title, text.amount, text.balance) >= 16


def test_text_grows_as_asked_and_its_places_with_it() -> None:
    once, twice = Theme.load("light"), Theme.load("light", text_scale=2.0)
    assert twice.text.body == 2 * once.text.body
    assert twice.text.balance == 2 * once.text.balance
    assert twice.size.row > twice.text.body
    assert twice.size.key > twice.text.amount


def test_amounts_have_figures_of_one_width(app: QApplication) -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(current_theme().font(tabular=True))
    assert len({metrics.horizontalAdvance(each * 4) for each in "0123456789"}) == 1


def test_the_style_sheet_uses_only_tokens(theme: Theme) -> None:
    source = resource("theme", "style.qss").read_text(encoding="utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", source), "a colour is hard-coded"
    assert "$" not in style_sheet(theme)


def test_no_widget_brings_a_colour_of_its_own() -> None:
    folder = resource().parent / "src" / "giftill" / "ui"
    found = [
        f"{file.name}: {line.strip()}"
        for file in folder.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"[\"']#[0-9a-fA-F]{6}[\"']", line)
    ]
    assert found == []


def test_applying_a_theme_colours_qts_own_drawing(app: QApplication) -> None:
    dark = Theme.load("dark")
    apply(app, dark)
    assert current_theme() == dark
    assert app.palette().color(QPalette.ColorRole.Window) == QColor(dark.colors.surface)


def test_a_label_in_a_window_follows_the_theme(app: QApplication) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    muted, toned = PlainLabel("Balance", muted=True), PlainLabel("Held")
    toned.set_tone(Tone.HOLD)
    for label in (muted, toned):
        layout.addWidget(label)
    window.show()
    for scheme in ("dark", "light", "dark"):
        theme = Theme.load(scheme)
        apply(app, theme)
        app.processEvents()
        role = QPalette.ColorRole.WindowText
        assert muted.palette().color(role) == QColor(theme.colors.muted)
        assert toned.palette().color(role) == theme.strong(Tone.HOLD)


def test_the_chosen_scheme_is_kept_whatever_the_system_does(app: QApplication) -> None:
    appearance = Appearance(app, "dark")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert current_theme().scheme == "dark"
    appearance.choose("light")
    assert current_theme().scheme == "light"


def test_system_follows_the_system(app: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    appearance = Appearance(app, "system")
    assert current_theme().scheme == "light"
    monkeypatch.setattr(Appearance, "scheme", "dark")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert current_theme().scheme == "dark"
    del appearance


def test_light_and_dark_have_the_same_roles_in_different_colours() -> None:
    light, dark = (Theme.load(scheme) for scheme in SCHEMES)
    assert light.colors != dark.colors
    assert light.size == dark.size
    for a, b in itertools.pairwise((palette(light), palette(dark))):
        assert a != b


@pytest.mark.parametrize("has_problem", [False, True])
def test_what_a_field_asks_for_is_readable_as_it_is_drawn(
    app: QApplication, theme: Theme, has_problem: bool
) -> None:
    apply(app, theme)
    field = QLineEdit()
    field.setProperty("problem", has_problem)
    field.setPlaceholderText("Scan or type a card code")
    field.resize(400, 60)
    image = field.grab(field.rect().adjusted(12, 12, -12, -12)).toImage()
    colors = {
        QColor(image.pixel(x, y)).rgb() for x in range(image.width()) for y in range(image.height())
    }
    ground = QColor(image.pixel(0, 0))
    assert max(contrast(ground, QColor(each)) for each in colors) >= TEXT_NEEDS
