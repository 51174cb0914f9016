"""What packaging/windows/installers takes, refuses, signs, and gives again for the same payload."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.helpers.windows_installers import (
    VERSION,
    WINDOWS,
    files_below,
    installers,
    make,
    nsis_folder,
    output,
    seven_zip,
)

if TYPE_CHECKING:
    from tests.helpers.windows_installers import Made

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="made on Linux; Windows only runs them"),
    pytest.mark.xdist_group("windows-installers"),
]


def test_the_same_payload_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(made.payload, copy)
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700)
    again = make(copy, tmp_path / "again")
    assert again.msi.read_bytes() == made.msi.read_bytes()
    assert again.setup.read_bytes() == made.setup.read_bytes()
    assert again.templates.read_bytes() == made.templates.read_bytes()


def test_administrators_get_the_templates_as_windows_wants_them_laid_out(made: Made) -> None:
    with zipfile.ZipFile(made.templates) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    kept = files_below(WINDOWS / "policy")
    assert files == {f"PolicyDefinitions/{name}": content for name, content in kept.items()}
    assert "en-US/giftill.adml" in kept


def test_an_nsis_that_knows_32_bits_only_makes_the_same_setup(made: Made, tmp_path: Path) -> None:
    """Upstream's own NSIS has no other stubs than these, Debian's and Arch's have both."""
    ours = tmp_path / "nsis"
    for path in Path(nsis_folder()).rglob("*"):
        name = ours / path.relative_to(nsis_folder())
        if path.is_file() and "amd64" not in str(path):
            name.parent.mkdir(parents=True, exist_ok=True)
            name.symlink_to(path)
    other = make(made.payload, tmp_path / "out", NSISDIR=str(ours))
    both = []
    for setup, kind in ((made.setup, "64-bit"), (other.setup, "")):
        listing = output(seven_zip(), "l", "-slt", str(setup))
        assert ("64-bit = +" in listing) is (kind == "64-bit")
        output(seven_zip(), "x", "-y", f"-o{tmp_path / f'unpacked{kind}'}", str(setup))
        unpacked = files_below(tmp_path / f"unpacked{kind}")
        both.append({name: unpacked[name] for name in unpacked if name[0] != "$"})
        both[-1].pop("uninstall.exe")
    assert both[0] == both[1]


def test_another_payload_is_another_package_of_the_same_product(
    payload: Path, tmp_path: Path
) -> None:
    from layout import Payload, answers

    copy = tmp_path / "changed"
    shutil.copytree(payload, copy)
    (copy / "_internal" / "empty.txt").write_bytes(b"no longer")
    before, after = (
        answers(Payload.read(folder), VERSION).splitlines() for folder in (payload, copy)
    )
    changed = {line.partition("=")[0] for line in set(before) ^ set(after)}
    assert changed == {"package_code", "size_kb"}


def test_the_msi_carries_the_code_of_its_package(made: Made) -> None:
    from layout import Payload, answers

    lines = answers(Payload.read(made.payload), VERSION).splitlines()
    code = next(line for line in lines if line.startswith("package_code=")).partition("=")[2]
    assert f"{{{code}}}" in output("msiinfo", "suminfo", str(made.msi))


def test_what_is_not_signed_is_said_by_name(made: Made) -> None:
    for name in ("giftill.exe", "giftill.com", made.msi.name, made.setup.name):
        assert f"{name}" in made.said
    assert made.said.count("Not signed, for want of a certificate") == 3


def certificate(folder: Path) -> Path:
    """Make a certificate that signs programs, its password beside it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Giftill’s own tests")])
    today = dt.datetime.now(dt.UTC)
    issued = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=30))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(issued.public_bytes(Encoding.PEM))
    (folder / "password").write_text("a secret")
    file = folder / "certificate.p12"
    encryption = BestAvailableEncryption(b"a secret")
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"", key, issued, None, encryption))
    return file


def sign_with(file: Path) -> dict[str, str]:
    return {
        "GIFTILL_SIGN_CERTIFICATE": str(file),
        "GIFTILL_SIGN_PASSWORD_FILE": str(file.with_name("password")),
    }


def test_program_uninstaller_and_both_installers_are_signed(payload: Path, tmp_path: Path) -> None:
    before = files_below(payload)
    signed = make(payload, tmp_path / "out", **sign_with(certificate(tmp_path)))
    assert files_below(payload) == before, "what was handed over is not ours to change"
    assert "Not signed" not in signed.said
    assert "a secret" not in signed.said
    inside = tmp_path / "inside"
    output("msiextract", "-C", str(inside / "msi"), str(signed.msi))
    output(seven_zip(), "x", "-y", f"-o{inside / 'setup'}", str(signed.setup))
    programs = [
        signed.msi,
        signed.setup,
        inside / "msi" / "Giftill" / "giftill.exe",
        inside / "msi" / "Giftill" / "giftill.com",
        inside / "setup" / "giftill.exe",
        inside / "setup" / "giftill.com",
        inside / "setup" / "uninstall.exe",
    ]
    for program in programs:
        report = output(
            "osslsigncode", "verify", "-CAfile", str(tmp_path / "certificate.pem"), str(program)
        )
        assert "Signature verification: ok" in report, report


def test_a_key_in_a_service_signs_by_a_command(tmp_path: Path) -> None:
    """The command gets its own arguments first, then every file by its whole name."""
    service = tmp_path / "service"
    service.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{tmp_path}/asked"\nexit 3\n')
    service.chmod(0o755)
    files = [tmp_path / "a b.exe", tmp_path / "c.msi"]
    for file in files:
        file.write_bytes(b"")
    done = subprocess.run(
        [WINDOWS / "sign", *files],
        env={**os.environ, "GIFTILL_SIGN_COMMAND": f"{service} --key till"},
        check=False,
    )
    assert (tmp_path / "asked").read_text().splitlines() == ["--key", "till", *map(str, files)]
    assert done.returncode == 3, "a service that refuses ends the build"


def test_a_wrong_password_ends_it_and_leaves_nothing(payload: Path, tmp_path: Path) -> None:
    wrong = sign_with(certificate(tmp_path))
    (tmp_path / "password").write_text("another")
    done = installers(payload, tmp_path / "out", VERSION, **wrong)
    assert done.returncode == 1
    assert "was not signed" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("version", "number"), [("v3.11", "3.11"), ("v3.08-3+deb12u1", "3.08"), ("v3.9", "3.9")]
)
def test_a_release_is_not_made_with_an_nsis_that_lets_others_in(
    payload: Path, tmp_path: Path, version: str, number: str
) -> None:
    done = installers(
        "--release", payload, tmp_path / "out", VERSION, **with_nsis(tmp_path, version)
    )
    assert done.returncode == 8
    assert f"A release needs NSIS 3.12 or newer; makensis here is {number}." in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("version", ["v3.12", "v3.12.1", "v4.0"])
def test_a_release_is_made_with_a_mended_nsis(payload: Path, tmp_path: Path, version: str) -> None:
    done = installers(
        "--release", payload, tmp_path / "out", VERSION, **with_nsis(tmp_path, version)
    )
    assert "A release needs" not in done.stderr
    # The stand-in is asked to make the setup, and gives up.
    assert done.returncode == 77


def test_a_release_that_no_commit_dates_is_not_made(payload: Path, tmp_path: Path) -> None:
    tools = with_nsis(tmp_path, "v3.12")
    without_git(tmp_path)
    done = installers(
        "--release", payload, tmp_path / "out", VERSION, SOURCE_DATE_EPOCH="", **tools
    )
    assert done.returncode == 8
    assert "fatal: what git says" in done.stderr
    assert "A release is dated by its commit, and git can't tell that one" in done.stderr
    assert not (tmp_path / "out").exists()
    given = installers("--release", payload, tmp_path / "out", VERSION, **tools)
    # The stand-in for makensis is asked to make the setup, and gives up.
    assert given.returncode == 77


def test_a_trial_without_git_is_dated_all_the_same(payload: Path, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    without_git(tmp_path)
    made = make(
        payload,
        tmp_path / "out",
        SOURCE_DATE_EPOCH="",
        PATH=f"{tmp_path / 'tools'}:{os.environ['PATH']}",
    )
    assert "fatal" not in made.said
    assert "1980/01/02" in output("msiinfo", "export", str(made.msi), "_SummaryInformation")


def without_git(folder: Path) -> None:
    """Put a git among the tools that knows of no commit."""
    git = folder / "tools" / "git"
    git.write_text("#!/bin/sh\necho 'fatal: what git says' >&2\nexit 128\n")
    git.chmod(0o755)


def with_nsis(folder: Path, version: str) -> dict[str, str]:
    """Put a makensis first that knows its version, and nothing else."""
    tools = folder / "tools"
    tools.mkdir()
    (tools / "makensis").write_text(
        f"#!/bin/sh\ncase $1 in -VERSION) echo {version} ;; -HDRINFO) echo ;; *) exit 77 ;; esac\n"
    )
    (tools / "makensis").chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


@pytest.mark.parametrize("version", ["1.2", "1.2.3rc1", "1.2.3.4", "256.0.0", "0.0.65536", ""])
def test_a_version_that_windows_cannot_compare_is_refused(
    payload: Path, tmp_path: Path, version: str
) -> None:
    done = installers(payload, tmp_path, version)
    assert done.returncode == 8
    assert "Windows can't compare the version" in done.stderr


@pytest.mark.parametrize(
    ("name", "target", "sentence"),
    [
        ("link.dll", "_internal/empty.txt", "link.dll is a link"),
        ("café.txt", "", "is no name that both installers can write"),
        ("a..b", "", "is no name that both installers can write"),
        ("cost$INSTDIR", "", "is no name that both installers can write"),
    ],
)
def test_a_payload_that_windows_cannot_keep_is_refused(
    payload: Path, tmp_path: Path, name: str, target: str, sentence: str
) -> None:
    copy = tmp_path / "payload"
    shutil.copytree(payload, copy)
    if target:
        (copy / name).symlink_to(target)
    else:
        (copy / name).write_bytes(b"")
    done = installers(copy, tmp_path / "out", VERSION)
    assert done.returncode == 8
    assert sentence in done.stderr


@pytest.mark.parametrize("program", ["giftill.exe", "giftill.com"])
def test_a_folder_without_a_program_is_refused(payload: Path, tmp_path: Path, program: str) -> None:
    copy = tmp_path / "payload"
    shutil.copytree(payload, copy)
    (copy / program).unlink()
    done = installers(copy, tmp_path / "out", VERSION)
    assert done.returncode == 8
    assert f"There is no payload/{program}" in done.stderr
    done = installers(tmp_path / "missing", tmp_path / "out", VERSION)
    assert done.returncode == 8
    assert "There is no folder" in done.stderr


def test_called_wrongly_it_says_how(tmp_path: Path) -> None:
    done = installers(tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage:")
