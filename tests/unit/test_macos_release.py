"""The script that signs for macOS, with stand-ins for the tools of a Mac: what it asks of them.

Whether they do it, only a Mac can tell.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RELEASE = Path(__file__).resolve().parents[2] / "packaging" / "macos" / "release"
IDENTITY = "Developer ID Application: A shop (ABCDE12345)"
# Each writes down how it was called; two of them answer as a Mac's would.
STAND_IN = """#!/bin/bash
echo "${0##*/} $*" >>"$CALLS"
case "${0##*/} $*" in
"file "*.so | "file "*/QtCore | "file "*/giftill) echo "Mach-O 64-bit bundle arm64" ;;
"file "*) echo "ASCII text" ;;
"xcrun notarytool submit"*) echo "{\\"id\\": \\"1\\", \\"status\\": \\"$ANSWER\\"}" ;;
"hdiutil create"*) touch "${!#}" ;;
"uname "*) echo arm64 ;;
esac
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    contents = tmp_path / "Giftill.app" / "Contents"
    for name in (
        "MacOS/giftill",
        "Frameworks/apsw.so",
        "Frameworks/PySide6/QtCore.abi3.so",
        "Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
        "Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/Resources/Info.plist",
        "Resources/giftill/resources/licences/notices.txt",
    ):
        (contents / name).parent.mkdir(parents=True, exist_ok=True)
        (contents / name).touch()
    return tmp_path / "Giftill.app"


def release(
    app: Path, *, answer: str = "Accepted", **environ: str
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the script; return how it ended, and the calls with the folders left out."""
    folder = app.parent
    tools = folder / "tools"
    tools.mkdir()
    for name in ("codesign", "ditto", "file", "hdiutil", "shasum", "spctl", "uname", "xcrun"):
        (tools / name).write_text(STAND_IN, "utf-8")
        (tools / name).chmod(0o755)
    calls = folder / "calls"
    calls.touch()
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, RELEASE, app, folder / "out", "1.2.0"],
        env={
            "PATH": f"{tools}:{os.environ['PATH']}",
            "CALLS": str(calls),
            "ANSWER": answer,
            "TMPDIR": str(folder),
        }
        | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = calls.read_text("utf-8").replace(f"{folder}/", "").splitlines()
    return done, [line for line in lines if not line.startswith(("file ", "uname ", "shasum "))]


def ends(lines: list[str], *parts: str) -> list[str]:
    """What the calls that begin like this end with."""
    return [line.split()[-1] for line in lines if line.startswith(parts)]


def test_without_a_certificate_nothing_is_signed_and_it_says_so(app: Path) -> None:
    done, calls = release(app)
    assert done.returncode == 0, done.stderr
    assert ends(calls, "codesign", "xcrun") == []
    assert "Not signed, for want of a certificate: Giftill.app" in done.stderr
    assert "Not notarised" in done.stderr
    assert (app.parent / "out" / "Giftill-1.2.0-arm64.dmg").exists()


def test_it_is_signed_from_the_inside_out_with_the_hardened_runtime(app: Path) -> None:
    done, calls = release(app, GIFTILL_MAC_IDENTITY=IDENTITY, GIFTILL_MAC_KEYCHAIN="a.keychain")
    assert done.returncode == 0, done.stderr
    inside = "Giftill.app/Contents/Frameworks"
    framework = f"{inside}/PySide6/Qt/lib/QtCore.framework"
    assert ends(calls, "codesign --force") == [
        f"{framework}/Versions/A/QtCore",
        f"{inside}/PySide6/QtCore.abi3.so",
        f"{inside}/apsw.so",
        framework,
        "Giftill.app",
        "out/Giftill-1.2.0-arm64.dmg",
    ]
    signed = [line for line in calls if line.startswith("codesign --force")]
    assert all(f"--keychain a.keychain --sign {IDENTITY}" in line for line in signed)
    assert all("--options runtime" in line for line in signed[:-1])
    assert ["--entitlements" in line for line in signed] == [
        line.endswith(" Giftill.app") for line in signed
    ]
    assert calls.index("codesign --verify --deep --strict --verbose=2 Giftill.app") > calls.index(
        signed[4]
    )


def test_the_program_and_the_image_are_notarised_one_after_the_other(app: Path) -> None:
    done, calls = release(app, GIFTILL_MAC_IDENTITY=IDENTITY, GIFTILL_MAC_NOTARY_PROFILE="giftill")
    assert done.returncode == 0, done.stderr
    image = "out/Giftill-1.2.0-arm64.dmg"
    assert ends(calls, "xcrun stapler staple") == ["Giftill.app", image]
    order = [line.split()[0] for line in calls if line.split()[0] in {"hdiutil", "xcrun", "spctl"}]
    assert order == [*["xcrun"] * 3, "spctl", "hdiutil", *["xcrun"] * 3]
    assert "Not notarised" not in done.stderr


def test_what_apple_does_not_accept_is_no_release(app: Path) -> None:
    done, calls = release(
        app,
        answer="Invalid",
        GIFTILL_MAC_IDENTITY=IDENTITY,
        GIFTILL_MAC_NOTARY_PROFILE="giftill",
    )
    assert done.returncode == 1
    assert "Apple did not accept giftill.zip." in done.stderr
    assert ends(calls, "xcrun stapler", "hdiutil") == []
    assert not list((app.parent / "out").iterdir())


def test_nothing_unsigned_is_sent_to_apple(app: Path) -> None:
    done, calls = release(app, GIFTILL_MAC_NOTARY_PROFILE="giftill")
    assert done.returncode == 8
    assert "Apple notarises only what is signed" in done.stderr
    assert calls == []
