from __future__ import annotations

import asyncio
import gc
import logging
import os
import stat
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill import logs
from giftill.logs import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE = "AB2DEFGH4JKM7NPQ"
ALPHABET = "2456789ACDEFGHJKMNPQRSTUVWXYZ"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    level = root.level
    logs.start_logging(tmp_path / "logs")
    yield tmp_path / "logs"
    logs.stop_logging()
    root.setLevel(level)


def written(folder: Path) -> str:
    return (folder / "giftill.log").read_text(encoding="utf-8")


def fail(error: Exception) -> None:
    raise error


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110 - asked before any test
def test_a_full_disk_stops_neither_a_line_nor_the_end(tmp_path: Path) -> None:
    (tmp_path / "giftill.log").symlink_to("/dev/full")
    logs.start_logging(tmp_path)
    logging.getLogger("giftill").error("nobody will read this")
    logs.stop_logging()


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.lower(),
        "AB2D EFGH 4JKM 7NPQ",
        "ab2d-efgh-4jkm-7npq",
        "AB2DEFGH 4JKM7NPQ",
        "AB 2D EF GH 4J KM 7N PQ",
        "A B 2 D E F G H 4 J K M 7 N P Q",
        "AB2D – EFGH – 4JKM – 7NPQ",
        f"GET /v1/giftcards/{CODE}/redeem",
        f'{{"code":"{CODE}"}}',
        f"code={CODE},next",
    ],
)
def test_a_card_code_is_blanked_out_in_any_grouping(text: str) -> None:
    redacted = Redactor().redact(text)
    assert "[card code]" in redacted
    for part in ("AB2D", "ab2d", "7NPQ", "7npq", "4 J K M"):
        assert part not in redacted


@given(
    code=st.text(ALPHABET, min_size=16, max_size=16),
    separator=st.sampled_from(["", " ", "-", ".", "_", "  "]),
    around=st.sampled_from(["{}", "({})", "code {}!", "/giftcards/{}/issue", "\n{}\n"]),
)
def test_no_code_of_the_usual_alphabet_survives(code: str, separator: str, around: str) -> None:
    grouped = separator.join(code[i : i + 4] for i in range(0, 16, 4))
    redacted = Redactor().redact(around.format(grouped))
    assert grouped not in redacted


@pytest.mark.parametrize(
    "link",
    [
        f"https://wallet.gifty.nl/{CODE}/topsecret123",
        f"wallet.gifty.be/{CODE}/topsecret123",
        f"HTTPS://WALLET.GIFTY.NL/{CODE}/TOPSECRET123",
    ],
)
def test_a_wallet_link_goes_with_its_secret(link: str) -> None:
    redacted = Redactor().redact(f"scanned {link} at the till")
    assert redacted == "scanned [wallet link] at the till"


def test_the_api_s_own_paths_stay_readable() -> None:
    path = "https://api.gifty.nl/v1/transactions/tr_kOWB2x0QVvE8GYn6GX7p1oL9/capture"
    assert Redactor().redact(path) == path


def test_ids_and_ordinary_words_stay_readable() -> None:
    line = "op_01a1ff955b7363a208159d59 ac_01d5ff3976107e0e said that this till went down"
    assert Redactor().redact(line) == line


def test_bearer_tokens_and_the_known_token_are_blanked_out() -> None:
    redactor = Redactor()
    redactor.hide("gifty-live-token")
    redacted = redactor.redact("Authorization: Bearer abc.def and gifty-live-token")
    assert redacted == "Authorization: Bearer [token] and [token]"


def test_arguments_fields_and_tracebacks_are_redacted_too(folder: Path) -> None:
    logger = logging.getLogger("giftill.test")
    try:
        fail(ValueError(CODE))
    except ValueError:
        logger.exception("Looked up %s", CODE, extra={"card": CODE, "attempts": 3})
    text = written(folder)
    assert CODE not in text
    assert "Looked up [card code] card=[card code] attempts=3" in text
    assert "ValueError: [card code]" in text


def test_a_token_told_later_is_hidden_from_then_on(folder: Path) -> None:
    logs.hide_secret("gifty-live-token")
    logging.getLogger("giftill.test").warning("Using gifty-live-token")
    assert "gifty-live-token" not in written(folder)


def test_http_libraries_say_nothing_below_a_warning(folder: Path) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET something")
    logging.getLogger("giftill.test").info("here")
    assert "HTTP Request" not in written(folder)


@pytest.mark.skipif(os.name != "posix", reason="rights are the folder's on Windows")
def test_log_files_belong_to_this_user_alone(folder: Path) -> None:
    logging.getLogger("giftill.test").info("here")
    assert stat.S_IMODE((folder / "giftill.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_is_made_before_the_first_line(folder: Path) -> None:
    assert not folder.exists()


def test_files_rotate_and_old_ones_go(folder: Path) -> None:
    logger = logging.getLogger("giftill.test")
    line = "x" * 100_000
    for _ in range(80):
        logger.info(line)
    files = sorted(folder.iterdir())
    assert len(files) == logs.LOG_FILES_KEPT + 1
    assert all(each.stat().st_size <= logs.LOG_FILE_BYTES for each in files)


def test_a_log_that_can_t_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file in the folder's place", encoding="utf-8")
    logs.start_logging(tmp_path / "logs")
    try:
        logging.getLogger("giftill.test").error("Where to?")
    finally:
        logs.stop_logging()
    assert (tmp_path / "logs").is_file()


@pytest.fixture
def hooks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    for module, name in (
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    told: list[str] = []
    logs.catch_crashes(lambda: told.append("told"))
    return told


def test_a_crash_is_logged_without_secrets_and_told(folder: Path, hooks: list[str]) -> None:
    try:
        fail(RuntimeError(CODE))
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    assert "Something broke" in written(folder)
    assert CODE not in written(folder)
    assert hooks == ["told"]


def test_a_crash_in_a_thread_is_logged(folder: Path, hooks: list[str]) -> None:
    def crash() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    assert "in a thread" in written(folder)
    assert hooks == ["told"]


def test_an_error_while_cleaning_up_is_logged(folder: Path, hooks: list[str]) -> None:
    class Stubborn:
        def __del__(self) -> None:
            raise RuntimeError("while cleaning up")

    Stubborn()
    gc.collect()
    assert "while cleaning up" in written(folder)


def test_a_crash_in_a_task_is_logged(folder: Path) -> None:
    told: list[str] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(
            logs.loop_crash_handler(lambda: told.append("told"))
        )

        async def crash() -> None:
            raise RuntimeError("in a task")

        task = asyncio.create_task(crash())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert "in a task" in written(folder)
    assert told == ["told"]
