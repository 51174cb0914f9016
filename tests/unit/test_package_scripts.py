"""The Debian package's scripts, run as dpkg runs them; and what the checks of the package do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.disks import missing_rights, small_disk
from tests.package.debs import with_an_older_one
from tests.package.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dpkg-deb") is None,
    reason="the package is for Debian and Ubuntu",
)

DEB = Path(__file__).resolve().parents[2] / "packaging" / "linux" / "deb"
# All that dpkg asks of scripts (Debian Policy 6.5), with what goes away or is replaced by it.
REPLACING = [
    ("preinst", "install"),
    ("preinst", "install", "0.1.0"),
    ("preinst", "upgrade", "0.1.0", "0.2.0"),
    ("prerm", "remove"),
    ("prerm", "remove", "in-favour", "other", "1"),
    ("prerm", "upgrade", "0.2.0"),
    ("prerm", "failed-upgrade", "0.1.0", "0.2.0"),
]
HARMLESS = [
    ("preinst", "abort-upgrade", "0.2.0"),
    ("prerm", "deconfigure", "in-favour", "other", "1"),
    ("postrm", "remove"),
    ("postrm", "upgrade", "0.2.0"),
    ("postrm", "failed-upgrade", "0.1.0", "0.2.0"),
    ("postrm", "abort-install"),
    ("postrm", "abort-upgrade", "0.1.0", "0.2.0"),
    ("postrm", "disappear", "other", "1"),
]


def run_script(
    root: Path, name: str, *words: str, within: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a script as it goes into the package, for a system that lies in a folder.

    Args:
        root: The folder.
        name: The script.
        words: What dpkg asks of it.
        within: What runs it beside mounts that nobody else sees.
    """
    text = (
        (DEB / name).read_text("utf-8").replace("#RUNNING#", (DEB / "running").read_text("utf-8"))
    )
    return subprocess.run(
        [*within, "sh", "-c", text, name, *words],
        env={"PATH": "/usr/bin:/bin", "DPKG_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A system with a program that waits, and a policy."""
    program = tmp_path / "opt" / "giftill" / "giftill"
    program.parent.mkdir(parents=True)
    sleep = shutil.which("sleep")
    assert sleep
    shutil.copy(sleep, program)
    policy = tmp_path / "etc" / "giftill" / "policy.d"
    policy.mkdir(parents=True)
    (policy / "10-shop.toml").write_text('language = "nl"\n', "utf-8")
    journal = tmp_path / "home" / "till" / ".local" / "share" / "giftill" / "journal.sqlite3"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"money")
    return tmp_path


@pytest.fixture
def running(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([root / "opt" / "giftill" / "giftill", "600"])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("call", REPLACING, ids=" ".join)
def test_a_running_program_is_not_replaced(
    root: Path, running: subprocess.Popen[bytes], call: tuple[str, ...]
) -> None:
    refused = run_script(root, *call)
    assert refused.returncode == 1
    assert refused.stdout == ""
    owner = subprocess.run(
        ["id", "--name", "--user"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert refused.stderr == (
        f"Giftill is running (process {running.pid} of {owner}). "
        "Close it, then do this again. Nothing was changed.\n"
    )
    running.kill()
    running.wait()
    assert run_script(root, *call).returncode == 0


@pytest.mark.parametrize("call", HARMLESS, ids=" ".join)
def test_what_replaces_nothing_does_not_mind_a_running_program(
    root: Path, running: subprocess.Popen[bytes], call: tuple[str, ...]
) -> None:
    done = run_script(root, *call)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (root / "etc" / "giftill" / "policy.d" / "10-shop.toml").exists()


def test_a_program_of_the_same_name_somewhere_else_is_none_of_its_business(
    root: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "giftill"
    other.parent.mkdir()
    shutil.copy(root / "opt" / "giftill" / "giftill", other)
    process = subprocess.Popen([other, "600"])
    try:
        assert run_script(root, "prerm", "remove").returncode == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("call", REPLACING, ids=" ".join)
def test_a_program_that_was_replaced_while_it_ran_still_counts(
    root: Path, running: subprocess.Popen[bytes], call: tuple[str, ...]
) -> None:
    program = root / "opt" / "giftill" / "giftill"
    newer = program.with_suffix(".dpkg-new")
    shutil.copy(program, newer)
    newer.replace(program)
    refused = run_script(root, *call)
    assert refused.returncode == 1
    assert f"process {running.pid} of" in refused.stderr


def test_nobody_starts_the_program_while_its_files_are_replaced(root: Path) -> None:
    program = root / "opt" / "giftill" / "giftill"
    assert run_script(root, "preinst", "upgrade", "0.1.0", "0.2.0").returncode == 0
    # Root may run a file as soon as anybody may, and nobody may.
    with pytest.raises(PermissionError):
        subprocess.run([program, "0"], check=True)
    assert run_script(root, "postrm", "abort-upgrade", "0.1.0", "0.2.0").returncode == 0
    subprocess.run([program, "0"], check=True)


def test_nobody_starts_the_program_between_the_last_look_and_its_removal(root: Path) -> None:
    program = root / "opt" / "giftill" / "giftill"
    # Given up, this has no script to call: there is no postinst.
    assert run_script(root, "prerm", "remove", "in-favour", "other", "1").returncode == 0
    subprocess.run([program, "0"], check=True)
    assert run_script(root, "prerm", "remove").returncode == 0
    with pytest.raises(PermissionError):
        subprocess.run([program, "0"], check=True)


@pytest.mark.parametrize("call", REPLACING, ids=" ".join)
def test_a_refusal_leaves_the_program_as_it_was(
    root: Path, running: subprocess.Popen[bytes], call: tuple[str, ...]
) -> None:
    program = root / "opt" / "giftill" / "giftill"
    before = program.stat().st_mode
    assert run_script(root, *call).returncode == 1
    assert running.poll() is None
    assert program.stat().st_mode == before


def test_it_is_installed_where_it_is_not_yet(tmp_path: Path) -> None:
    assert run_script(tmp_path, "preinst", "install").returncode == 0


def test_purging_takes_the_policy_and_no_journal(root: Path) -> None:
    assert run_script(root, "postrm", "purge").returncode == 0
    assert not (root / "etc" / "giftill").exists()
    journals = [each for each in (root / "home").rglob("*") if each.is_file()]
    assert [each.read_bytes() for each in journals] == [b"money"]


@pytest.mark.parametrize("mounted", ["etc/giftill", "etc/giftill/policy.d"])
def test_purging_leaves_what_is_mounted_in_the_place_of_the_policy(
    root: Path, mounted: str
) -> None:
    if missing := missing_rights():
        pytest.skip(f"may not mount: {missing}")
    with small_disk(root / mounted, megabytes=1) as disk:
        theirs = str(root / mounted / "20-theirs.toml")
        subprocess.run([*disk.as_root, "touch", theirs], check=True)
        done = run_script(root, "postrm", "purge", within=disk.as_root)
        assert done.returncode == 0, done
        subprocess.run([*disk.as_root, "test", "-e", theirs], check=True)


def test_an_older_version_is_the_same_package_with_another_number(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for name in ("DEBIAN", "opt/giftill/_internal", "usr/bin", "etc/giftill/policy.d"):
        (tree / name).mkdir(parents=True)
    (tree / "opt/giftill/giftill").write_text("program", "utf-8")
    (tree / "etc/giftill/policy.d/README").write_text("words\n", "utf-8")
    (tree / "DEBIAN/control").write_text(
        "Package: giftill\nVersion: 1.2.3\nArchitecture: amd64\n"
        "Maintainer: Somebody <somebody@giftill.example>\nDescription: one\n",
        "utf-8",
    )
    for script in ("preinst", "prerm", "postrm"):
        (tree / "DEBIAN" / script).write_text("#!/bin/sh\n", "utf-8")
        (tree / "DEBIAN" / script).chmod(0o755)
    deb = tmp_path / "new.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", tree, deb], check=True, capture_output=True
    )
    packages = with_an_older_one(deb, tmp_path)
    assert (packages.version, packages.older_version) == ("1.2.3", "1.2.3~older")
    is_lower = ["dpkg", "--compare-versions", packages.older_version, "lt", packages.version]
    assert subprocess.run(is_lower, check=False).returncode == 0
    subprocess.run(["dpkg-deb", "--raw-extract", packages.older, tmp_path / "older"], check=True)
    parts = {each.name for each in (tmp_path / "older" / "DEBIAN").iterdir()}
    assert parts == {"control", "md5sums"}
    subprocess.run(
        ["md5sum", "--check", "--strict", "--quiet", "DEBIAN/md5sums"],
        cwd=tmp_path / "older",
        check=True,
    )


def test_one_red_check_is_told_and_does_not_keep_the_others_from_being_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report()
    with report.check("the first is right") as found:
        found.append("3 MB")
    with report.check("the second is right"):
        assert report.end(), "it is not"
    with report.check("the third is right"):
        pass
    report.not_run("the fourth is right", "nobody is there")
    assert report.end() == 1
    told = capsys.readouterr().out
    assert "green  the first is right: 3 MB" in told
    assert "RED    the second is right" in told
    assert "it is not" in told
    assert "green  the third is right" in told
    assert "not run  the fourth is right: nobody is there" in told
    assert "2 green, 1 red, 1 not run" in told
    assert told.index("RED    the second") < told.index("green  the third")
