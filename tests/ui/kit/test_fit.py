from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from giftill.texts import Texts
from giftill.ui.theme import Theme, apply
from giftill.ui.widgets.label import PlainLabel
from tests.helpers import gallery
from tests.helpers.qt import cut_labels

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(
    ("scale", "size"),
    [(1.0, (1024, 768)), (1.0, (1280, 800)), (1.5, (1280, 800)), (2.0, (1600, 1000))],
)
def test_no_text_is_cut_at_any_size(
    app: QApplication, language: str, scale: float, size: tuple[int, int]
) -> None:
    apply(app, Theme.load("light", text_scale=scale))
    window = gallery.till(Texts(language), size)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    assert cut_labels(window) == []
    for button in window.findChildren(QAbstractButton):
        if button.isVisibleTo(window):
            assert button.width() >= button.minimumSizeHint().width(), button.accessibleName()
            assert button.height() >= 48, button.accessibleName()


def test_the_fit_is_judged_by_a_measure_that_notices(app: QApplication) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    label = PlainLabel("A sentence that is far too long for the place it was given")
    layout.addWidget(label)
    window.show()
    assert cut_labels(window) == []
    label.setFixedWidth(50)
    assert cut_labels(window)
