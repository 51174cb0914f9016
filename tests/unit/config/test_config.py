from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from giftill.config import (
    FolderError,
    Folders,
    Settings,
    SettingsError,
    SettingsStore,
    find_folders,
    load_settings,
    settings_for_training,
    system_language,
    unknown_settings,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders.within(tmp_path / "till")
    made.prepare()
    return made


def write(folders: Folders, text: str) -> None:
    folders.settings.write_text(text, encoding="utf-8")


def test_without_a_file_the_defaults_hold(folders: Folders) -> None:
    assert load_settings(folders, {"LANG": "en_GB.UTF-8"}) == Settings()


def test_training_keeps_its_own_choices_and_not_the_till_s_location(folders: Folders) -> None:
    till = Settings(location="lc_real", language="nl", cashier="Ans")
    fresh = settings_for_training(till, folders)
    assert (fresh.location, fresh.language, fresh.cashier) == (None, "nl", "Ans")
    folders.training.prepare()
    SettingsStore(folders.training, fresh).save(location="lc_practice", language="en")
    again = settings_for_training(till, folders)
    assert (again.location, again.language, again.cashier) == ("lc_practice", "en", "Ans")
    assert not folders.settings.exists()


def test_the_language_is_the_system_s_unless_it_was_chosen(folders: Folders) -> None:
    assert load_settings(folders, {"LANG": "nl_NL.UTF-8"}).language == "nl"
    write(folders, 'language = "en"\n')
    assert load_settings(folders, {"LANG": "nl_NL.UTF-8"}).language == "en"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LC_ALL": "nl_BE.UTF-8", "LANG": "en_US.UTF-8"}, "nl"),
        ({"LC_MESSAGES": "nl_NL"}, "nl"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_any_language_but_dutch_is_answered_in_english(
    environ: dict[str, str], language: str
) -> None:
    assert system_language(environ) == language


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    folders: Folders,
) -> None:
    write(folders, 'location = "lc_file"\ntheme = "dark"\n')
    environ = {"GIFTILL_LOCATION": "lc_environ"}
    assert load_settings(folders, {}).location == "lc_file"
    assert load_settings(folders, environ).location == "lc_environ"
    assert load_settings(folders, environ, {"location": "lc_typed"}).location == "lc_typed"
    assert load_settings(folders, environ, {"location": None}).theme == "dark"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.gifty.nl/v1/",
        "http://127.0.0.1.evil.example/v1/",
        "http://localhost.evil.example/",
        "ftp://api.gifty.nl/",
        "https://",
        "https://user:secret@api.gifty.nl/v1/",
        "https://api..gifty.nl/v1/",
        "https://api.gifty.nl/v1/?key=1",
        "https://api.gifty.nl:port/v1/",
        "api.gifty.nl",
        "",
    ],
)
def test_an_address_that_a_token_must_not_go_to_is_refused(folders: Folders, url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(folders, {}, {"api_url": url})
    assert "https" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.gifty.nl/v1", "https://api.gifty.nl/v1/"),
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1/"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/"),
        ("http://localhost/v1/", "http://localhost/v1/"),
    ],
)
def test_https_and_this_very_pc_are_fine(folders: Folders, url: str, expected: str) -> None:
    assert load_settings(folders, {"GIFTILL_API_URL": url}).api_url == expected


@pytest.mark.parametrize(
    "line",
    [
        "scanner_gap_ms = 19",
        "scanner_gap_ms = 151",
        'scanner_gap_ms = "50"',
        "scanner_gap_ms = true",
        'language = "de"',
        'theme = "pink"',
        'sound = "yes"',
        "tills_on_account = 0",
        "requests_per_minute = 121",
        'location = "../etc"',
    ],
)
def test_a_value_that_breaks_its_rule_is_named_with_its_file(folders: Folders, line: str) -> None:
    write(folders, line + "\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(folders, {})
    assert line.split(maxsplit=1)[0] in str(caught.value.message)
    assert str(folders.settings) in str(caught.value.message)


@pytest.mark.parametrize("content", [b"theme = \n", b"\xff\xfe\x00", b'theme = "dark'])
def test_a_file_that_is_not_toml_is_refused_and_left_alone(
    folders: Folders, content: bytes
) -> None:
    folders.settings.write_bytes(content)
    with pytest.raises(SettingsError):
        load_settings(folders, {})
    with pytest.raises(SettingsError):
        SettingsStore(folders, Settings()).save(theme="light")
    assert folders.settings.read_bytes() == content


def test_a_name_that_means_nothing_here_is_kept_and_can_be_listed(folders: Folders) -> None:
    write(folders, 'theme = "dark"\nfrom_the_future = 1\n')
    assert load_settings(folders, {}).theme == "dark"
    assert unknown_settings(folders) == ("from_the_future",)


def test_saving_keeps_the_comments_and_the_other_values(folders: Folders) -> None:
    write(folders, '# our till\ntheme = "dark"  # eyes\nfrom_the_future = 1\n')
    store = SettingsStore(folders, load_settings(folders, {}))
    store.save(location="lc_a", cents_first=True)
    text = folders.settings.read_text(encoding="utf-8")
    assert "# our till" in text
    assert "# eyes" in text
    assert "from_the_future = 1" in text
    again = load_settings(folders, {})
    assert (again.location, again.cents_first, again.theme) == ("lc_a", True, "dark")
    assert store.current.location == "lc_a"


def test_saving_none_forgets_what_may_be_empty(folders: Folders) -> None:
    store = SettingsStore(folders, Settings())
    store.save(location="lc_a")
    store.save(location=None)
    assert load_settings(folders, {}).location is None


def test_saving_one_setting_does_not_write_down_the_environment(folders: Folders) -> None:
    current = load_settings(folders, {"GIFTILL_API_URL": "http://127.0.0.1:1/"})
    SettingsStore(folders, current).save(theme="dark")
    assert "127.0.0.1" not in folders.settings.read_text(encoding="utf-8")


def test_a_bad_value_changes_nothing(folders: Folders) -> None:
    store = SettingsStore(folders, Settings())
    with pytest.raises(SettingsError):
        store.save(theme="dark", scanner_gap_ms=5)
    assert store.current == Settings()
    assert not folders.settings.exists()


@pytest.mark.skipif(os.name != "posix", reason="rights are the folder's on Windows")
def test_settings_and_folders_belong_to_this_user_alone(folders: Folders) -> None:
    folders.data.chmod(0o755)
    folders.prepare()
    SettingsStore(folders, Settings()).save(theme="dark")
    assert stat.S_IMODE(folders.settings.stat().st_mode) == 0o600
    assert stat.S_IMODE(folders.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(folders.logs.stat().st_mode) == 0o700


def test_a_save_leaves_no_half_file_behind(folders: Folders) -> None:
    SettingsStore(folders, Settings()).save(theme="dark")
    assert sorted(each.name for each in folders.data.iterdir() if each.is_file()) == [
        "settings.toml"
    ]


def test_a_file_in_the_folder_s_place_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "till").write_text("", encoding="utf-8")
    with pytest.raises(FolderError) as caught:
        Folders.within(tmp_path / "till").prepare()
    assert str(tmp_path / "till") in str(caught.value.message)


def test_the_data_dir_given_wins_over_the_environment(tmp_path: Path) -> None:
    environ = {"GIFTILL_DATA_DIR": str(tmp_path / "a")}
    assert find_folders(environ).data == tmp_path / "a"
    assert find_folders(environ, tmp_path / "b").data == tmp_path / "b"


def test_training_has_folders_of_its_own(tmp_path: Path) -> None:
    live = Folders.within(tmp_path)
    assert live.training.data != live.data
    assert live.training.data.is_relative_to(live.data)


@pytest.mark.skipif(os.name != "posix", reason="Windows lets only administrators make links")
@pytest.mark.parametrize("target", [".", "../elsewhere", "nowhere"])
def test_training_does_not_follow_a_link(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    live = Folders.within(tmp_path / "till")
    live.data.mkdir()
    live.training.data.symlink_to(target)
    with pytest.raises(FolderError, match="is a link to another place") as caught:
        live.prepare_training()
    assert "Remove the link" in str(caught.value.hint)
    assert [*(tmp_path / "elsewhere").iterdir()] == []
    live.training.data.unlink()
    assert live.prepare_training().data.is_dir()


def test_without_a_choice_the_folders_are_the_user_s_own() -> None:
    folders = find_folders({})
    assert folders.data.name == "giftill"
    assert folders.data.is_absolute()
