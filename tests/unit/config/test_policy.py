from __future__ import annotations

import os
import plistlib
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.config import (
    FixedOptionError,
    FixedSettingError,
    Folders,
    Policy,
    PolicyError,
    SettingsStore,
    load_settings,
    overruled_variables,
    read_policy,
    settings_for_training,
    system_places,
)
from giftill.config.policy import PolicyFile, PolicyFolder, Sheet
from giftill.config.policy_macos import ManagedPreferences
from giftill.config.policy_windows import from_registry
from tests.helpers.policy import fixed_in, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOBODY = 65534
REG_SZ, REG_EXPAND_SZ, REG_DWORD, REG_QWORD = 1, 2, 4, 11


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders.within(tmp_path / "till")
    made.prepare()
    return made


def test_without_a_folder_nothing_is_decided(tmp_path: Path, folders: Folders) -> None:
    policy = policy_of(tmp_path / "nowhere")
    assert policy == Policy()
    assert load_settings(folders, {}, None, policy) == load_settings(folders, {})


# Prints what is asked of the system, and whether a parser was loaded for it.
_LOOK = """
import sys
from giftill.config import read_policy, system_places
places = system_places()
asked = []
sys.addaudithook(lambda event, _: asked.append(event) if event.split(".")[0] != "object" else None)
read_policy(places)
print(asked, "tomllib" in sys.modules)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="each system has places of its own")
def test_a_till_without_a_policy_pays_one_look_into_a_folder() -> None:
    if Path("/etc/giftill/policy.d").exists():
        pytest.skip("this PC has a policy")
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True
    )
    assert looked.stdout == "['os.listdir'] False\n"


def test_what_is_fixed_wins_over_file_and_environment(folders: Folders, place: Path) -> None:
    folders.settings.write_text('location = "lc_file"\nsound = true\n', encoding="utf-8")
    policy = policy_of(place, 'location = "lc_fixed"\nsound = false\nlanguage = "nl"\n')
    environ = {"GIFTILL_LOCATION": "lc_environ", "LANG": "en_GB.UTF-8"}
    settings = load_settings(folders, environ, None, policy)
    assert (settings.location, settings.sound, settings.language) == ("lc_fixed", False, "nl")
    assert settings.fixed == {"location", "sound", "language"}


def test_a_variable_that_is_not_heeded_can_be_told(place: Path) -> None:
    policy = policy_of(place, 'api_url = "https://api.gifty.nl/v1"\nlocation = "lc_fixed"\n')
    assert overruled_variables({"GIFTILL_LOCATION": "lc_other"}, policy) == ("GIFTILL_LOCATION",)
    assert overruled_variables({"GIFTILL_API_URL": "nonsense"}, policy) == ("GIFTILL_API_URL",)
    same = {"GIFTILL_LOCATION": "lc_fixed", "GIFTILL_API_URL": "https://api.gifty.nl/v1/"}
    assert overruled_variables(same, policy) == ()
    assert overruled_variables({}, policy) == ()


def test_a_bad_variable_does_not_stop_a_till_that_does_not_heed_it(
    folders: Folders, place: Path
) -> None:
    policy = policy_of(place, 'api_url = "https://api.gifty.nl/v1/"\n')
    environ = {"GIFTILL_API_URL": "http://evil.example/"}
    assert load_settings(folders, environ, None, policy).api_url == "https://api.gifty.nl/v1/"


def test_an_option_that_asks_for_something_else_is_refused(folders: Folders, place: Path) -> None:
    policy = policy_of(place, 'location = "lc_fixed"\n')
    with pytest.raises(FixedOptionError) as caught:
        load_settings(folders, {}, {"location": "lc_other"}, policy)
    told = str(caught.value.message)
    assert "--location lc_other" in told
    assert str(place / "10.toml") in told
    assert load_settings(folders, {}, {"location": "lc_fixed"}, policy).location == "lc_fixed"


def test_what_is_proposed_holds_until_the_user_chooses(folders: Folders, place: Path) -> None:
    policy = policy_of(place, '[defaults]\nlanguage = "nl"\nlocation = "lc_first"\n')
    environ = {"LANG": "en_GB.UTF-8"}
    before = load_settings(folders, environ, None, policy)
    assert (before.language, before.location, before.fixed) == ("nl", "lc_first", frozenset())
    SettingsStore(folders, before).save(language="en")
    after = load_settings(folders, environ, None, policy)
    assert (after.language, after.location) == ("en", "lc_first")
    chosen = {"GIFTILL_LOCATION": "lc_environ"}
    assert load_settings(folders, chosen, None, policy).location == "lc_environ"


def test_files_are_read_by_name_and_the_later_wins(place: Path) -> None:
    (place / "20-shop.toml").write_text('location = "lc_late"\nsound = false\n', encoding="utf-8")
    (place / "10-all.toml").write_text('location = "lc_early"\ntheme = "dark"\n', encoding="utf-8")
    policy = policy_of(place)
    assert fixed_in(policy) == {"location": "lc_late", "theme": "dark", "sound": False}
    assert policy.fixed["location"].where == str(place / "20-shop.toml")
    assert policy.fixed["theme"].where == str(place / "10-all.toml")


@pytest.mark.parametrize(
    "name", ["README", "10.toml.dpkg-old", ".10.toml.swp", ".10.toml", "a.tml"]
)
def test_a_file_that_is_no_policy_is_none(place: Path, name: str) -> None:
    (place / name).write_text("this is no = = TOML", encoding="utf-8")
    assert policy_of(place).fixed == {}


def test_an_empty_policy_decides_nothing(place: Path) -> None:
    assert policy_of(place, "# nothing yet\n").fixed == {}


def test_windows_own_editors_may_write_it(place: Path) -> None:
    (place / "10.toml").write_bytes(b"\xef\xbb\xbfsound = false\r\n")
    assert fixed_in(policy_of(place)) == {"sound": False}


@pytest.mark.parametrize(
    "content", [b"location = ", b"\xff\xfes\x00", b"defaults = 3\n", b"[[defaults]]\n", b"a\x00"]
)
def test_a_file_that_can_not_be_understood_stops_the_till(place: Path, content: bytes) -> None:
    file = place / "10.toml"
    file.write_bytes(content)
    with pytest.raises(PolicyError) as caught:
        policy_of(place)
    assert str(file) in str(caught.value.message)
    assert file.read_bytes() == content


def test_a_link_that_leads_nowhere_stops_the_till(place: Path, tmp_path: Path) -> None:
    (place / "10.toml").symlink_to(tmp_path / "gone.toml")
    with pytest.raises(PolicyError):
        policy_of(place)
    with pytest.raises(PolicyError):
        read_policy([PolicyFile(place / "10.toml")])


@pytest.mark.parametrize("link", ["giftill", "giftill/policy.d"])
def test_a_link_to_a_folder_that_is_not_there_stops_the_till(tmp_path: Path, link: str) -> None:
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "not-mounted")
    with pytest.raises(PolicyError):
        policy_of(tmp_path / "giftill" / "policy.d")


def test_a_folder_in_a_files_place_stops_the_till(place: Path) -> None:
    (place / "10.toml").mkdir()
    with pytest.raises(PolicyError):
        policy_of(place)


def test_a_file_in_the_folders_place_stops_the_till(tmp_path: Path) -> None:
    (tmp_path / "policy.d").write_text("", encoding="utf-8")
    with pytest.raises(PolicyError):
        policy_of(tmp_path / "policy.d")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user without rights for the length of the block; root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="rights are the folder's on Windows")
@pytest.mark.parametrize("closed", ["policy.d", "policy.d/10.toml"])
def test_what_this_user_may_not_read_stops_the_till(closed: str) -> None:
    # Not in pytest's own folders, which nobody else may enter.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        place = root / "policy.d"
        place.mkdir()
        (place / "10.toml").write_text("sound = false\n", encoding="utf-8")
        with as_nobody():
            assert fixed_in(policy_of(place)) == {"sound": False}
        (root / closed).chmod(0)
        with as_nobody(), pytest.raises(PolicyError) as caught:
            policy_of(place)
        assert str(root / closed) in str(caught.value.message)
        (root / closed).chmod(0o755)


@pytest.mark.parametrize(
    "line",
    [
        "outbox_limit_cents = 0",
        "outbox_limit_items = -1",
        'outbox_limit_items = "200"',
        "requests_per_minute = 121",
        "least_free_mb = 1.5",
        "sound = 0",
        'theme = "pink"',
        'language = "de"',
        'location = ""',
        'api_url = "http://api.gifty.nl/v1/"',
        "cashier = true",
    ],
)
@pytest.mark.parametrize("table", ["", "[defaults]\n"])
def test_a_value_that_breaks_its_rule_is_named_with_its_file(
    place: Path, line: str, table: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        policy_of(place, f"{table}{line}\n")
    assert line.split(maxsplit=1)[0] in str(caught.value.message)
    assert str(place / "10.toml") in str(caught.value.message)


def test_a_wrong_value_stops_the_till_also_where_a_later_file_overrules_it(place: Path) -> None:
    (place / "20.toml").write_text("outbox_limit_cents = 1000\n", encoding="utf-8")
    with pytest.raises(PolicyError):
        policy_of(place, "outbox_limit_cents = 0\n")


def test_an_unknown_name_stops_nothing_and_can_be_told(place: Path) -> None:
    policy = policy_of(place, "locaton = 1\nsound = false\n[defaults]\ncolour = 2\n[more]\na = 1\n")
    where = str(place / "10.toml")
    assert fixed_in(policy) == {"sound": False}
    assert set(policy.unknown) == {("locaton", where), ("colour", where), ("more", where)}


def test_what_is_fixed_can_not_be_saved(folders: Folders, place: Path) -> None:
    policy = policy_of(place, 'location = "lc_fixed"\n')
    store = SettingsStore(folders, load_settings(folders, {}, None, policy))
    with pytest.raises(FixedSettingError):
        store.save(theme="dark", location="lc_other")
    assert store.current.theme == "system"
    assert not folders.settings.exists()
    store.save(theme="dark")
    assert store.current.fixed == {"location"}
    assert "lc_fixed" not in folders.settings.read_text(encoding="utf-8")


def test_training_keeps_what_is_fixed_but_for_the_location(folders: Folders, place: Path) -> None:
    policy = policy_of(place, 'location = "lc_fixed"\nlanguage = "nl"\n')
    settings = load_settings(folders, {}, None, policy)
    folders.training.prepare()
    folders.training.settings.write_text(
        'location = "lc_practice"\nlanguage = "en"\n', encoding="utf-8"
    )
    training = settings_for_training(settings, folders)
    assert (training.location, training.language) == ("lc_practice", "nl")
    assert training.fixed == {"language"}


def test_a_users_file_can_not_say_what_is_fixed(folders: Folders) -> None:
    folders.settings.write_text('fixed = ["sound"]\n', encoding="utf-8")
    assert load_settings(folders, {}).fixed == frozenset()


def test_a_policy_can_not_say_it_of_itself(place: Path) -> None:
    assert policy_of(place, 'fixed = ["sound"]\n').unknown == (("fixed", str(place / "10.toml")),)


def test_the_stronger_place_wins_and_the_other_still_counts(place: Path, tmp_path: Path) -> None:
    (place / "10.toml").write_text('location = "lc_weak"\nsound = false\n', encoding="utf-8")
    strong = tmp_path / "strong.toml"
    strong.write_text('location = "lc_strong"\n', encoding="utf-8")
    policy = read_policy([PolicyFolder(place), PolicyFile(strong), PolicyFile(tmp_path / "none")])
    assert fixed_in(policy) == {"location": "lc_strong", "sound": False}
    assert policy.paths == (place, place / "10.toml", strong)


@pytest.mark.skipif(sys.platform != "linux", reason="each system has places of its own")
def test_no_variable_moves_the_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "GIFTILL_DATA_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    (place,) = system_places()
    assert isinstance(place, PolicyFolder)
    assert str(place.path) == "/etc/giftill/policy.d"


def test_a_managed_mac_says_it_by_a_property_list(tmp_path: Path) -> None:
    file = tmp_path / "org.giftill.Giftill.plist"
    said = {"sound": False, "outbox_limit_items": 20, "defaults": {"language": "nl"}}
    file.write_bytes(plistlib.dumps({**said, "PayloadUUID": "A1"}, fmt=plistlib.FMT_BINARY))
    policy = read_policy([ManagedPreferences(file)])
    assert fixed_in(policy) == {"sound": False, "outbox_limit_items": 20}
    assert policy.defaults["language"].value == "nl"
    assert policy.unknown == ()
    assert read_policy([ManagedPreferences(tmp_path / "none")]) == Policy()


@pytest.mark.parametrize("content", [b"", b"<plist>", b"bplist00x", plistlib.dumps(["list"])])
def test_a_property_list_that_can_not_be_read_stops_the_till(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "org.giftill.Giftill.plist"
    file.write_bytes(content)
    with pytest.raises(PolicyError):
        read_policy([ManagedPreferences(file)])


def test_the_registry_says_it_in_its_own_types_and_in_any_case() -> None:
    values = [
        ("Location", "lc_fixed", REG_SZ),
        ("OUTBOX_LIMIT_CENTS", 250_000, REG_DWORD),
        ("sound", 0, REG_DWORD),
        ("cents_first", 1, REG_DWORD),
        ("Colour", "red", REG_SZ),
    ]
    found = from_registry(values, "HKLM")
    assert found == {
        "location": "lc_fixed",
        "outbox_limit_cents": 250_000,
        "sound": False,
        "cents_first": True,
        "Colour": "red",
    }
    assert found["sound"] is False


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (("sound", "true", REG_SZ), "REG_DWORD"),
        (("outbox_limit_items", "200", REG_SZ), "REG_DWORD"),
        (("outbox_limit_items", 200, REG_QWORD), "REG_DWORD"),
        (("location", "%SHOP%", REG_EXPAND_SZ), "REG_SZ"),
        (("language", 1, REG_DWORD), "REG_SZ"),
    ],
)
def test_another_type_in_the_registry_stops_the_till(
    value: tuple[str, object, int], wanted: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        from_registry([value], "HKLM")
    assert value[0] in str(caught.value.message)
    assert wanted in str(caught.value.message)


class _Registry:
    """A place that says what a registry key with these values would."""

    def __init__(self, *values: tuple[str, object, int]) -> None:
        self._values = values

    def read(self) -> list[Sheet]:
        return [Sheet("HKLM", from_registry(self._values, "HKLM"))]


def test_a_switch_in_the_registry_is_1_or_0() -> None:
    assert fixed_in(read_policy([_Registry(("sound", 1, REG_DWORD))])) == {"sound": True}
    with pytest.raises(PolicyError) as caught:
        read_policy([_Registry(("sound", 2, REG_DWORD))])
    assert "sound" in str(caught.value.message)
