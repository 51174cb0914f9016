"""Training and a real till are led to one folder by mistake: what is real stays, and is not shown.

Real servers and real journals, and the mistakes by which a capture that waited was once deleted.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from giftill.bootstrap import clear_practice, open_practice
from giftill.config import FolderError, Folders, Settings
from giftill.journal import JournalInUse, JournalOtherPurpose, Purpose
from giftill.journal.opening import lock_folder
from giftill.sandbox import SHOWCASE, Fault, FaultKind
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from giftill.domain.errors import GiftillError
    from giftill.sandbox import SandboxServer

FULL = SHOWCASE["full_50"].code
LEDGER = "sandbox.sqlite3"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return the folders that training is started with; its own lies in them."""
    return Folders.within(tmp_path / "till")


def practise(folders: Folders) -> str | None:
    """Open training mode and close it again; return what its journal is for."""

    async def practise() -> str | None:
        async with open_practice(Settings(), folders, asyncio.Event()) as desk:
            await desk.accounts.ensure()
            return await desk.journal.fact("purpose")

    return asyncio.run(practise())


def queue_a_capture(server: SandboxServer, data: Path) -> Shell:
    """Let a real till in a folder hold an amount, and record its capture without network."""
    till = Shell(data, server.url)
    hold = till.hold(FULL)
    server.faults.set(Fault(FaultKind.OFFLINE))
    assert till.run("capture", hold).status == 5
    return till


def is_sent(server: SandboxServer, till: Shell) -> None:
    """Let the network return, and see that the capture still waited and reaches the ledger."""
    (waiting,) = till.run("outbox", "--json").json["outbox"]
    assert (waiting["kind"], waiting["state"]) == ("capture", "queued")
    server.faults.clear()
    assert till.run("outbox", "send").status == 0
    card = till.run("card", FULL, "--json").json["card"]
    assert [each["status"] for each in card["transactions"] if each["type"] == "redeem"] == [
        "success"
    ]


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return what a till keeps there; whoever looks may leave an empty log and a lock behind."""
    found = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    return {name: content for name, content in found.items() if content}


def refuses(folders: Folders, problem: type[GiftillError]) -> None:
    """See that training neither opens nor deletes, and leaves nothing of its own behind."""
    before = contents(folders.training.data)
    with pytest.raises(problem):
        practise(folders)
    with pytest.raises(problem):
        clear_practice(folders)
    assert contents(folders.training.data) == before
    assert LEDGER not in before


def test_training_keeps_off_a_real_till_that_works_in_its_folder(
    server: SandboxServer, folders: Folders
) -> None:
    till = queue_a_capture(server, folders.training.data)
    refuses(folders, JournalOtherPurpose)
    is_sent(server, till)


@pytest.mark.skipif(os.name != "posix", reason="Windows lets only administrators make links")
def test_training_keeps_off_a_folder_that_is_a_link(
    server: SandboxServer, folders: Folders
) -> None:
    till = queue_a_capture(server, folders.data)
    folders.training.data.symlink_to(".")
    refuses(folders, FolderError)
    is_sent(server, till)


@pytest.mark.skipif(os.name != "posix", reason="Windows lets only administrators make links")
def test_a_data_folder_that_is_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "till").symlink_to("disk")
    folders = Folders.within(tmp_path / "till")
    practise(folders)
    clear_practice(folders)
    assert not contents(tmp_path / "disk" / "training").keys() & {LEDGER, "journal.sqlite3"}


def test_a_real_till_keeps_off_the_folder_of_training(
    server: SandboxServer, folders: Folders
) -> None:
    assert practise(folders) == Purpose.PRACTICE
    till = Shell(folders.training.data, server.url)
    before = contents(till.data)
    for words in (
        ("redeem", FULL, "12.50"),
        ("holds",),
        ("outbox",),
        ("outbox", "send"),
        ("journal", "verify"),
        ("journal", "export"),
    ):
        answer = till.run(*words)
        assert (answer.status, answer.out) == (8, ""), words
        assert "This data folder is for practice" in answer.err
    assert {name: contents(till.data)[name] for name in before} == before
    doctor = till.run("doctor")
    assert doctor.status == 7
    assert "is the journal of training mode" in doctor.out
    card = Shell(folders.data, server.url).run("card", FULL, "--json").json["card"]
    assert [each["type"] for each in card["transactions"]] == ["issue"]
    assert practise(folders) == Purpose.PRACTICE


def test_cards_are_filled_again_and_all_else_of_training_stays(folders: Folders) -> None:
    practise(folders)
    own = folders.training
    own.settings.write_text('language = "nl"\n', "utf-8")
    (own.data / "journal.sqlite3.copy").write_text("somebody's copy")
    clear_practice(folders)
    left = contents(own.data)
    assert not left.keys() & {LEDGER, "journal.sqlite3"}
    assert left.keys() >= {"settings.toml", "journal.sqlite3.copy"}
    assert practise(folders) == Purpose.PRACTICE


def test_nothing_is_cleared_where_another_terminal_trains(folders: Folders) -> None:
    practise(folders)
    before = contents(folders.training.data)
    other = lock_folder(folders.training.data)
    with pytest.raises(JournalInUse):
        clear_practice(folders)
    other.release()
    assert contents(folders.training.data) == before
