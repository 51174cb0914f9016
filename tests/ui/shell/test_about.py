"""The page that tells the version, what Giftill is made with, and under which licences."""

from __future__ import annotations

import platform
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import PySide6
import pytest
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit

import giftill
from giftill.texts import Texts
from giftill.ui import licences
from tests.helpers.desk import desk_on
from tests.helpers.patience import until
from tests.helpers.window import close_dialog, dialog, dialog_shown, opened, press, reads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from giftill.sandbox import SandboxServer

pytestmark = pytest.mark.anyio

NOTICES = "WHAT GIFTILL IS MADE OF\n" + "\n".join(f"<b>licence</b> {n}" for n in range(9_000))


@pytest.fixture
def notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put notices where those of a package are."""
    file = tmp_path / "licences" / "notices.txt"
    file.parent.mkdir()
    file.write_text(NOTICES, "utf-8")
    monkeypatch.setattr(licences, "resource", tmp_path.joinpath)
    return file


@asynccontextmanager
async def about_giftill(server: SandboxServer, folder: Path) -> AsyncIterator[QWidget]:
    """Open the page at a till as a person does: F1 for the keys, F1 again."""
    async with desk_on(server, folder) as desk, opened(desk):
        await press(Qt.Key.Key_F1)
        keys = await dialog_shown()
        await press(Qt.Key.Key_F1)
        await until(lambda: dialog() not in {None, keys})
        yield await dialog_shown()


def text_of(page: QWidget) -> QPlainTextEdit:
    text = page.findChild(QPlainTextEdit)
    assert isinstance(text, QPlainTextEdit)
    return text


async def test_f1_twice_tells_the_exact_versions_and_where_the_sources_of_qt_are(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with about_giftill(server, tmp_path) as page:
        assert page.windowTitle() == f"About Giftill {giftill.__version__}"
        for expected in (
            f"Qt {qVersion()}",
            f"PySide6 {PySide6.__version__}",
            f"Python {platform.python_version()}",
            "MIT licence",
            "Lesser General Public License",
            f"https://download.qt.io/archive/qt/6.11/{qVersion()}/single/",
            f"/pyside6/PySide6-{PySide6.__version__}-src/",
        ):
            assert reads(page, expected), expected
        await close_dialog(Qt.Key.Key_Escape)


async def test_the_notices_can_be_leafed_through_marked_and_copied_by_keyboard_alone(
    server: SandboxServer, tmp_path: Path, notices: Path
) -> None:
    async with about_giftill(server, tmp_path / "till") as page:
        text = text_of(page)
        assert text.hasFocus()
        # As it is: markup in a licence is not obeyed.
        assert text.toPlainText() == notices.read_text("utf-8")
        await press(Qt.Key.Key_PageDown)
        await until(lambda: text.verticalScrollBar().value() > 0)
        await press(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        await press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        await press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QApplication.clipboard().text() == NOTICES[: NOTICES.index("\n") + 1]
        await press(Qt.Key.Key_X)
        assert text.toPlainText() == NOTICES
        await press(Qt.Key.Key_Tab)
        assert not text.hasFocus()
        await close_dialog(Qt.Key.Key_Return)


async def test_enter_in_the_notices_closes_the_page(
    server: SandboxServer, tmp_path: Path, notices: Path
) -> None:
    async with about_giftill(server, tmp_path / "till") as page:
        text_of(page).moveCursor(QTextCursor.MoveOperation.End)
        await close_dialog(Qt.Key.Key_Return)


async def test_a_screen_reader_is_told_what_the_text_is(
    server: SandboxServer, tmp_path: Path, notices: Path
) -> None:
    async with about_giftill(server, tmp_path / "till") as page:
        assert text_of(page).accessibleName() == "Licences of everything inside"
        assert "MIT licence" in page.accessibleDescription()
        await close_dialog(Qt.Key.Key_Escape)


def test_a_copy_that_was_not_packaged_says_so_and_has_the_licences_of_qt() -> None:
    text = licences.licence_text(Texts("nl"))
    assert text.startswith("Deze kopie is niet met een pakket geïnstalleerd")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text
