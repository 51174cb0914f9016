"""The whole window on a real till: real sandbox, real journal, keys as the system sends them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from giftill.domain.errors import GiftillError
from giftill.domain.message import Message
from giftill.domain.operations import AttentionKind, OperationKind, OperationState
from giftill.domain.places import LocationId
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from giftill.services.connectivity import Link
from giftill.texts import Texts
from giftill.ui.screens.registry import screens
from giftill.ui.widgets.rail import Rail
from giftill.ui.window import Window
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until
from tests.helpers.window import (
    close_dialog,
    dialog,
    dialog_shown,
    held,
    opened,
    press,
    queued,
    reads,
    scan,
)

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer

pytestmark = pytest.mark.anyio


async def test_a_scan_on_another_screen_goes_to_the_till(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.go_to("holds")
        await scan(code_of("full_50").secret)
        assert window.current.name == "till"
        await until(lambda: reads(window, "€50.00"))


async def test_a_scan_while_a_question_is_open_changes_nothing(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await press(Qt.Key.Key_F1)
        await dialog_shown()
        await scan(code_of("full_50").secret)
        assert dialog() is not None
        await close_dialog(Qt.Key.Key_Escape)
        assert not reads(window, "€50.00")


async def test_control_and_a_digit_show_the_screens_in_rail_order(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        seen = []
        for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1):
            await press(key, Qt.KeyboardModifier.ControlModifier)
            seen.append(window.current.name)
        assert seen == ["holds", "outbox", "till"]


async def test_f1_tells_the_keys_of_the_screen_in_front(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.go_to("holds")
        await press(Qt.Key.Key_F1)
        page = await dialog_shown()
        assert reads(page, "Capture what is chosen")
        assert reads(page, "Change the location")
        await close_dialog(Qt.Key.Key_Escape)


async def test_closing_with_captures_queued_asks_once_and_says_they_are_safe(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await queued(desk)
        window.close()
        question = await dialog_shown()
        assert reads(question, "It is safe on this PC")
        assert not window.stop.is_set()
        await press(Qt.Key.Key_Return)
        await until(window.stop.is_set)


async def test_closing_with_an_empty_outbox_asks_nothing(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.close()
        assert window.stop.is_set()


async def test_without_a_token_the_window_says_what_to_run(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        desk.has_token.set(False)
        async with opened(desk) as window:
            assert reads(window, "giftill token set")
            assert reads(window, "giftill --training")


async def test_a_refused_token_is_said_in_a_band_until_it_works(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, token="wrong") as desk, opened(desk) as window:
        await until(lambda: desk.connectivity.link.value is Link.TOKEN_REFUSED)
        assert reads(window, "Cards can’t be checked: call a manager.")
        desk.connectivity.forget_refusal()
        assert not reads(window, "Cards can’t be checked: call a manager.")


async def test_the_language_changes_without_a_restart(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        for name in ("outbox", "holds"):
            window.go_to(name)
        await held(desk)
        window.retranslate(Texts("nl"))
        window.go_to("holds")
        await until(lambda: reads(window, "€\N{NO-BREAK SPACE}12,50"))
        assert desk.client.language == "nl"


async def test_a_mistake_of_the_program_is_told_once(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.tell_crash()
        window.tell_crash()
        told = await dialog_shown()
        assert reads(told, "Something broke; nothing was lost")
        await close_dialog(Qt.Key.Key_Escape)


async def test_an_error_of_the_world_is_shown_as_plain_text(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.toast("<b>not bold</b>", "danger")
        assert reads(window, "<b>not bold</b>")
        assert all(
            label.textFormat() is Qt.TextFormat.PlainText
            for label in window.findChildren(QLabel)
            if label.text()
        )


async def test_a_new_hold_is_counted_on_the_rail_at_once(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await held(desk)
        rail = next(iter(window.findChildren(Rail)))

        def said() -> list[str]:
            return [each.accessibleDescription() for each in rail.findChildren(QAbstractButton)]

        await until(lambda: "1 open hold" in said())


async def test_what_waits_for_the_network_is_counted_on_outbox_alone(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await held(desk)
        hold = await held(desk, "full_25")
        server.faults.set(Fault(FaultKind.OFFLINE))
        await desk.outbox.record((hold,), OperationKind.CAPTURE)
        rail = next(iter(window.findChildren(Rail)))

        def said() -> list[str]:
            return [each.accessibleDescription() for each in rail.findChildren(QAbstractButton)]

        await until(lambda: "1 in the outbox" in said())
        await until(lambda: "1 open hold" in said())


async def test_a_missing_keyring_is_told_without_what_the_system_said(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        desk.has_token.set(False)
        title, said, hint = (
            Message("No keyring"),
            Message("org.freedesktop: x"),
            Message("Get one."),
        )
        desk.token_problem.set(GiftillError(title, said, hint))
        async with opened(desk) as window:
            assert reads(window, "No keyring. Get one.")
            assert not reads(window, "freedesktop")


async def test_a_shop_whose_address_is_not_known_yet_is_told_without_its_id(
    server: SandboxServer, tmp_path: Path
) -> None:
    server.faults.set(Fault(FaultKind.OFFLINE))
    shop = LocationId("lc_Wn4TgVr8PzKb2YxQmHs6JdLa")
    async with desk_on(server, tmp_path, location=shop) as desk, opened(desk) as window:

        def said() -> list[str]:
            return [each.accessibleName() for each in window.findChildren(QAbstractButton)]

        assert "Location: Location not known yet" in said()
        assert not any(shop[-4:] in each for each in said())
        server.faults.set()
        await desk.catalogue.locations()
        await until(lambda: "Location: Location not known yet" not in said())


async def test_a_touch_on_the_rail_shows_that_screen(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        rail = next(iter(window.findChildren(Rail)))
        (place,) = (each for each in rail.findChildren(QAbstractButton) if each.text() == "Holds")
        place.click()
        assert window.current.name == "holds"


async def test_what_begins_to_need_attention_can_be_heard(
    server: SandboxServer, tmp_path: Path
) -> None:
    heard: list[str] = []
    async with desk_on(server, tmp_path) as desk:
        settings, logs = desk.settings.current, desk.folders.logs
        window = Window(screens(), settings, Texts("en"), logs, heard.append)
        window.prepare()
        window.work_on(desk)
        await queued(desk)
        (operation,) = await desk.outbox.items()
        needy = replace(operation, state=OperationState.ATTENTION, attention=AttentionKind.UNCLEAR)
        await desk.journal.commit(Record(EventKind.ATTENTION, operation=needy))
        await desk.outbox.refresh()
        await desk.outbox.refresh()
        assert heard == ["attention"]
        await window.close_down(1)


async def test_the_language_is_changed_with_a_key_and_kept(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        assert reads(window, "Scan a gift card")
        await press(
            Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        await until(lambda: reads(window, "Scan een cadeaukaart"))
        assert desk.client.language == "nl"
        assert desk.settings.current.language == "nl"
        assert 'language = "nl"' in desk.folders.settings.read_text()


async def test_the_language_changes_also_where_it_can_not_be_kept(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        desk.folders.settings.mkdir()
        foot = next(
            each
            for each in window.findChildren(QAbstractButton)
            if each.accessibleName() == "Nederlands"
        )
        foot.click()
        await until(lambda: reads(window, "Scan een cadeaukaart"))
