"""The policies of an installed program: those that are obeyed, and those that are not trusted."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Final

from tests.wine.lives import POLICY_FILE
from tests.wine.pc import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.wine.scene import Scene

_KEY: Final = r"HKLM\Software\Policies\Giftill"
_NOT_SET_UP: Final = 8
_FOR_EVERYONE: Final = 0o002
_NOBODY: Final = 65534
_HOLD_AND_RUN: Final = (
    "import subprocess, sys; held = open(sys.argv[1], 'a'); sys.exit(subprocess.call(sys.argv[2:]))"
)


def obey(scene: Scene) -> None:
    """Fix a setting by each kind of policy, and put policies there that are nobody's to put."""
    with scene.check("the policy file in ProgramData is obeyed"):
        told = scene.till().run("--help")
        assert "Gebruik:" in told.out, told
    _distrust(scene)
    with scene.check("a policy in the registry goes before the file"):
        scene.pc.set_value(_KEY, "language", "REG_SZ", "en")
        try:
            told = scene.till().run("--help")
            assert "Usage:" in told.out, told
        finally:
            scene.pc.forget_key(_KEY)
    with scene.check("a policy of another type stops the till with a sentence"):
        scene.pc.set_value(_KEY, "language", "REG_DWORD", "1")
        try:
            _check_refused(scene, "REG_SZ")
        finally:
            scene.pc.forget_key(_KEY)


def _distrust(scene: Scene) -> None:
    """Let others write the policy; wine has owners and rights, made of those that Linux keeps."""
    folder = str(PureWindowsPath(POLICY_FILE).parent)
    for what, place in (("file", POLICY_FILE), ("folder", folder)):
        path = scene.pc.here(place)
        with (
            scene.check(f"a policy is not trusted where everyone can change its {what}"),
            _opened_up(path),
        ):
            _check_refused(scene, f"“Everyone” can change “{place}”")
        about = f"a policy is not trusted whose {what} somebody else made"
        if os.geteuid() == 0:
            with scene.check(about), _given_away(path):
                _check_refused(scene, f"“ANONYMOUS LOGON” can change “{place}”")
        else:
            scene.report.not_run(f"[{scene.installer.name}] {about}", "only root gives files away")
    with scene.check("a policy that somebody is writing to is not read half"):
        program = scene.till()
        ended = scene.pc.run(PYTHON, "-c", _HOLD_AND_RUN, POLICY_FILE, *program.program, "holds")
        assert ended.status == _NOT_SET_UP, ended
        assert POLICY_FILE in ended.err, ended
    with scene.check("and is obeyed again once it is an administrator’s alone"):
        told = scene.till().run("--help")
        assert "Gebruik:" in told.out, told
    scene.report.not_run(
        f"[{scene.installer.name}] a link to a policy, and another administrator’s own file",
        "wine has no junctions, and one user only",
    )


def _check_refused(scene: Scene, because: str) -> None:
    told = scene.till().run("holds")
    assert told.status == _NOT_SET_UP, told
    assert because in told.err, told


@contextmanager
def _opened_up(path: Path) -> Iterator[None]:
    mode = path.stat().st_mode
    path.chmod(mode | _FOR_EVERYONE)
    try:
        yield
    finally:
        path.chmod(mode)


@contextmanager
def _given_away(path: Path) -> Iterator[None]:
    owner = path.stat().st_uid
    os.chown(path, _NOBODY, -1)
    try:
        yield
    finally:
        os.chown(path, owner, -1)
