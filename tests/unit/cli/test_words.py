"""How the command line is read, and what it says about itself."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from giftill import __version__
from giftill.cli.commands import COMMANDS
from giftill.cli.selling import read_date
from giftill.cli.terminal import Terminal
from giftill.cli.words import (
    CARD_STATES,
    OPERATION_KINDS,
    OPERATION_STATES,
    TRANSACTION_STATUSES,
    TRANSACTION_TYPES,
)
from giftill.domain.cards import CardState
from giftill.domain.errors import GiftillError
from giftill.domain.message import Message
from giftill.domain.operations import OperationKind, OperationState
from giftill.domain.transactions import TransactionStatus, TransactionType
from giftill.texts import Texts
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.cli import Wiring


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "till", "http://127.0.0.1:9/v1/")


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
@pytest.mark.parametrize("lang", ["en_GB.UTF-8", "nl_NL.UTF-8"])
def test_every_command_explains_itself_in_every_language(
    shell: Shell, name: str, lang: str
) -> None:
    answer = shell.run(name, "--help", LANG=lang)
    assert (answer.status, answer.err) == (0, "")
    assert f"giftill {name}" in answer.out
    assert "--json" in answer.out
    assert ("Gebruik" in answer.out) == lang.startswith("nl")


def test_the_help_lists_every_command_and_exit_status(shell: Shell) -> None:
    answer = shell.run("--help")
    assert answer.status == 0
    assert all(f"    {command.name}" in answer.out for command in COMMANDS)
    assert all(f"  {status}  " in answer.out for status in range(10))
    assert "\n130  " in answer.out


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_every_command_has_what_carries_it_out(command: object) -> None:
    assert callable(next(each for each in COMMANDS if each is command).action())


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("card",),
        ("card", "A", "B"),
        ("card", "AAAABBBBCCCCDDDD", "--frobnicate"),
        ("card", "AAAABBBBCCCCDDDD", "--api-url"),
        ("card", "AAAABBBBCCCCDDDD", "--api-url", "http://api.gifty.nl/v1/"),
        ("card", "AAAABBBBCCCCDDDD", "--location", "../x"),
        ("redeem", "AAAABBBBCCCCDDDD"),
        ("redeem", "AAAABBBBCCCCDDDD", "1.00", "--wait", "soon"),
        ("redeem", "AAAABBBBCCCCDDDD", "1.00", "--wait", "-1"),
        ("redeem", "AAAABBBBCCCCDDDD", "1.00", "--wait", "nan"),
        ("journal",),
        ("journal", "burn"),
        ("token",),
        ("sandbox", "--port", "70000"),
        ("sandbox", "--rate", "-1"),
        ("sandbox", "--token", ""),
        ("sandbox", "--out", "x.pdf"),
        ("--training", "card", "AAAABBBBCCCCDDDD"),
        ("--data-dir",),
    ],
)
def test_a_command_that_can_t_be_understood_is_two_sentences_and_status_2(
    shell: Shell, words: tuple[str, ...]
) -> None:
    answer = shell.run(*words)
    assert answer.status == 2
    assert answer.out == ""
    assert 1 < len(answer.err.splitlines()) < 4
    assert "Traceback" not in answer.err


def test_options_are_never_guessed_from_their_beginning(shell: Shell) -> None:
    assert shell.run("redeem", "AAAABBBBCCCCDDDD", "1.00", "--capt").status == 2


def test_a_usage_error_is_dutch_where_the_system_is(shell: Shell) -> None:
    answer = shell.run("frobnicate", LANG="nl_NL.UTF-8")
    assert "keuze" in answer.err


def test_a_wrong_choice_is_answered_with_the_right_ones(shell: Shell) -> None:
    assert "list, send, resolve" in shell.run("outbox", "frobnicate").err


@pytest.mark.parametrize(
    ("word", "actions"), [("token", "set|forget|check"), ("journal", "verify|check|export")]
)
def test_a_command_without_its_action_says_which_there_are(
    shell: Shell, word: str, actions: str
) -> None:
    answer = shell.run(word)
    assert answer.status == 2
    assert answer.err.startswith(
        f"giftill: This command can’t be understood. It must be said what to do: {actions}."
    )


def test_what_was_typed_can_t_play_with_the_terminal(shell: Shell) -> None:
    answer = shell.run("\x1b[2Jfrob\nnicate" + "x" * 5000)
    assert answer.status == 2
    assert "\x1b" not in answer.err
    assert len(answer.err) < 1000


def test_a_data_folder_that_is_none_is_told_as_that(shell: Shell) -> None:
    answer = shell.run("redeem", "AAAABBBBCCCCDDDD", "1.00", "--data-dir", "/dev/null")
    assert answer.status == 8
    assert "/dev/null" in answer.err
    assert "data folder" in answer.err


@pytest.mark.parametrize("words", [("holds",), ("outbox",), ("journal", "verify")])
@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/till", "/proc/till"])
def test_nothing_is_called_empty_that_could_not_be_looked_at(
    shell: Shell, words: tuple[str, ...], folder: str
) -> None:
    for answer in (
        shell.run(*words, "--data-dir", folder),
        shell.run(*words, GIFTILL_DATA_DIR=folder),
    ):
        assert (answer.status, answer.out) == (8, "")
        assert folder in answer.err


def test_the_version_is_told(shell: Shell) -> None:
    assert shell.run("--version").out == f"Giftill {__version__}\n"
    assert shell.run("--version", "--json").json == {"version": __version__}


def test_a_settings_file_at_fault_is_something_to_set_up(shell: Shell) -> None:
    shell.data.mkdir()
    (shell.data / "settings.toml").write_text('theme = "pink"\n', encoding="utf-8")
    answer = shell.run("card", "AAAABBBBCCCCDDDD")
    assert answer.status == 8
    assert "theme" in answer.err


def test_every_state_and_kind_has_a_word() -> None:
    assert set(CARD_STATES) == set(CardState)
    assert set(TRANSACTION_TYPES) == set(TransactionType)
    assert set(TRANSACTION_STATUSES) == set(TransactionStatus)
    assert set(OPERATION_KINDS) == set(OperationKind)
    assert set(OPERATION_STATES) == set(OperationState)


def test_a_card_extended_until_a_day_can_be_used_all_that_day() -> None:
    until = read_date("2031-12-31", datetime(2026, 11, 21, tzinfo=UTC))
    assert until.utcoffset() is not None
    assert until.astimezone().replace(tzinfo=None) == datetime(2031, 12, 31, 23, 59, 59)  # noqa: DTZ001 - local time


def test_a_card_may_be_extended_until_today() -> None:
    noon = datetime.now(UTC).astimezone().replace(hour=12, minute=0)
    assert read_date(noon.date().isoformat(), noon) > noon


def test_a_card_may_be_extended_until_a_moment() -> None:
    until = read_date("2031-12-31T12:00:00+00:00", datetime(2026, 11, 21, tzinfo=UTC))
    assert until == datetime(2031, 12, 31, 12, tzinfo=UTC)


def test_texts_of_the_server_are_shown_as_plain_text() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(io.StringIO(), out, err, Texts("en"))
    terminal.table([("\x1b[31mred", "€\u00a05,00"), ("\u202egnorw", "b")])
    detail = Message("Gifty says: “{detail}”", {"detail": "line\nline\x07"})
    terminal.problem(GiftillError(Message("No"), detail, Message("")), 3)
    assert out.getvalue().splitlines()[0].endswith("[31mred  €\u00a05,00")
    assert not any(each in out.getvalue() + err.getvalue() for each in "\x1b\x07\u202e")
    assert len(err.getvalue().splitlines()) == 1


@pytest.mark.parametrize("is_json", [False, True])
def test_a_card_code_that_was_typed_in_a_wrong_place_is_not_repeated(is_json: bool) -> None:
    err = io.StringIO()
    terminal = Terminal(io.StringIO(), err, err, Texts("en"), is_json=is_json)
    problem = Message("“{what}” means nothing here.", {"what": "card-fres-heur-5555"})
    terminal.problem(GiftillError(Message("No"), problem, Message("")), 2)
    assert "“[card code]” means nothing here." in err.getvalue()


def test_json_is_utf_8_as_it_is_and_escaped_where_the_stream_can_t_hold_it() -> None:
    written = {}
    for encoding in ("utf-8", "ascii"):
        raw = io.BytesIO()
        with io.TextIOWrapper(raw, encoding=encoding) as out:
            terminal = Terminal(io.StringIO(), out, out, Texts("en"), is_json=True)
            terminal.answer({"code": "•••• 7K9Q"})
            terminal.problem(GiftillError(Message("€"), Message(""), Message("")), 3)
            out.flush()
            written[encoding] = raw.getvalue().decode(encoding)
    assert '"code": "•••• 7K9Q"' in written["utf-8"]
    assert '"title": "€"' in written["utf-8"]
    assert r'"title": "\u20ac"' in written["ascii"]


class WithoutQt:
    """Wiring on a PC where the window's library is not installed."""

    def __init__(self, real: Wiring, missing: str) -> None:
        self.open_desk = real.open_desk
        self._missing = missing

    def run_window(self, *_given: object, **_named: object) -> int:
        raise ModuleNotFoundError(f"No module named {self._missing!r}", name=self._missing)

    def show_problem(self, *_given: object) -> None:
        raise ModuleNotFoundError(f"No module named {self._missing!r}", name=self._missing)

    def run_demo(self, *_given: object, **_named: object) -> int:
        raise ModuleNotFoundError(f"No module named {self._missing!r}", name=self._missing)


@pytest.mark.parametrize("words", [(), ("--training",), ("demo",)])
def test_without_qt_the_window_says_what_is_missing(shell: Shell, words: tuple[str, ...]) -> None:
    shell.wiring = WithoutQt(shell.wiring, "PySide6")
    answer = shell.run(*words, QT_QPA_PLATFORM="offscreen")
    assert answer.status == 8
    assert "PySide6" in answer.err
    assert "Traceback" not in answer.err


class OnScreen:
    """Wiring that remembers what it was given to show."""

    def __init__(self, real: Wiring) -> None:
        self.open_desk = real.open_desk
        self.run_window = real.run_window
        self.run_demo = real.run_demo
        self.shown: list[str] = []

    def show_problem(self, problem: GiftillError, t: Texts) -> None:
        self.shown.append(t.message(problem.message))


@pytest.mark.parametrize(
    ("words", "file"),
    [((), "settings.toml"), (("--training",), "training/settings.toml")],
)
def test_a_wrong_settings_file_is_told_on_the_screen_too(
    shell: Shell, words: tuple[str, ...], file: str
) -> None:
    path = shell.data / file
    path.parent.mkdir(parents=True)
    path.write_text('theme = "pink"\n', encoding="utf-8")
    shell.wiring = screen = OnScreen(shell.wiring)
    answer = shell.run(*words, QT_QPA_PLATFORM="offscreen")
    assert answer.status == 8
    (told,) = screen.shown
    assert "pink" in told
    assert str(path) in told
    assert told in answer.err


def test_without_qt_a_wrong_settings_file_is_told_all_the_same(shell: Shell) -> None:
    shell.data.mkdir(parents=True)
    (shell.data / "settings.toml").write_text('theme = "pink"\n', encoding="utf-8")
    shell.wiring = WithoutQt(shell.wiring, "PySide6")
    answer = shell.run(QT_QPA_PLATFORM="offscreen")
    assert answer.status == 8
    assert "pink" in answer.err
    assert "PySide6" in answer.err


@pytest.mark.parametrize("words", [(), ("--training",)])
def test_without_a_display_the_window_says_so(shell: Shell, words: tuple[str, ...]) -> None:
    answer = shell.run(*words)
    assert answer.status == 8
    assert "There is no display here" in answer.err


def test_a_missing_part_of_giftill_itself_is_a_bug_that_is_logged(shell: Shell) -> None:
    shell.wiring = WithoutQt(shell.wiring, "giftill.ui.app")
    answer = shell.run(QT_QPA_PLATFORM="offscreen")
    assert answer.status == 1
    assert "Something broke; nothing was lost" in answer.err
    assert "Traceback" not in answer.err
    assert "giftill.ui.app" in (shell.data / "logs" / "giftill.log").read_text(encoding="utf-8")
