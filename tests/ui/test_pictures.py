"""The pictures: each state can be brought about, and nothing in it is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QImage

from giftill.texts import Texts
from giftill.ui.screens.registry import screens
from giftill.ui.theme import Theme
from tests.pictures import other_shots, rare_shots, till_shots
from tests.pictures.__main__ import looks_of, render

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from tests.pictures.stage import Look

pytestmark = pytest.mark.anyio

EVERY = (*till_shots.SHOTS, *other_shots.SHOTS, *rare_shots.SHOTS)
SHOTS = {each.name: each for each in EVERY}
# One of each kind: a card, a sale, an ending, a list, and a question on top of them.
SOME = ("till-two-holds", "till-queued", "outbox-attention", "locations-search", "question-cancel")


@pytest.mark.parametrize("name", SOME)
async def test_a_state_can_be_brought_about_with_nothing_cut_off(
    app: QApplication, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert await render([SHOTS[name]], tmp_path) == []
    made = {look.name: QImage(str(tmp_path / look.name / f"{name}.png")) for look in looks(name)}
    for look in looks(name):
        picture = made[look.name]
        assert (picture.width(), picture.height()) == look.size
    # A network that is cut on purpose is warned of in the log.
    caplog.clear()


def looks(name: str) -> tuple[Look, ...]:
    """How a shot is seen."""
    return looks_of(SHOTS[name])


def test_every_picture_is_made_in_both_languages_at_the_smallest_size_and_in_the_dark() -> None:
    for shot in SHOTS.values():
        seen = looks_of(shot)
        assert {look.language for look in seen} == {"en", "nl"}
        assert {look.scheme for look in seen} == {"light", "dark"}
        assert ("nl", (1024, 768)) in {(look.language, look.size) for look in seen}


def test_no_two_pictures_have_one_name() -> None:
    assert len(SHOTS) == len(EVERY)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_rail_has_room_for_the_longest_word_and_a_full_badge(
    app: QApplication, language: str
) -> None:
    t, theme = Texts(language), Theme.load("light")
    space = theme.space
    word = theme.font(weight=QFont.Weight.DemiBold)
    number = theme.font(theme.text.small, weight=QFont.Weight.Bold, tabular=True)
    # A bare system has the widest of them alone.
    for family in filter(QFontDatabase.hasFamily, theme.text.families):
        for font in (word, number):
            font.setFamilies([family])
        longest = max(QFontMetrics(word).horizontalAdvance(t(each.title)) for each in screens())
        icon = space.m + theme.size.icon + space.xs + space.m
        full = QFontMetrics(number).horizontalAdvance("99+") + space.m + space.s
        assert 2 * space.s + icon + longest + space.xs + full <= theme.size.rail, family
