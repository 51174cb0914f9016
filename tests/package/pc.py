"""A PC to install on: a chroot with a user, which has the network and display of this PC."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.helpers.processes import Ended, Till

if TYPE_CHECKING:
    from collections.abc import Iterator

USER: Final = "till"
HOME: Final = f"/home/{USER}"
USER_ID: Final = 1000
PACKAGE: Final = "giftill"
PROGRAM: Final = "/opt/giftill/giftill"
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DISPLAYS: Final = Path("/tmp/.X11-unix")
_INSTALL_S: Final = 900


@dataclass(frozen=True)
class Pc:
    """A PC with a user who may do nothing special.

    Attributes:
        root: Where its files are seen from here.
        release: The code name of what it runs.
        session: A folder that has the same path on both sides, for sockets.
    """

    root: Path
    release: str
    session: Path

    @property
    def as_user(self) -> tuple[str, ...]:
        """What a command of its user begins with."""
        return ("chroot", f"--userspec={USER}:{USER}", f"--groups={USER}", str(self.root))

    def here(self, path: str | Path) -> Path:
        """Return where one of its files is seen from here."""
        return self.root / str(path).lstrip("/")

    def try_root(self, *words: str, stdin: str = "") -> Ended:
        """Run a command as its administrator, whatever comes of it."""
        environ = {
            "PATH": PATH,
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            # How this PC gets out, where that is said in the environment.
            **{name: value for name, value in os.environ.items() if name.endswith("_proxy")},
        }
        ended = subprocess.run(
            ["chroot", str(self.root), *words],
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_INSTALL_S,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def run_root(self, *words: str, stdin: str = "") -> str:
        """Run a command as its administrator, which must succeed; return what it printed."""
        ended = self.try_root(*words, stdin=stdin)
        assert ended.status == 0, f"{words}\n{ended.out[-1500:]}\n{ended.err[-1500:]}"
        return ended.out

    def till(self, name: str = "", **environ: str) -> Till:
        """Return a till of its user, with the installed program.

        Args:
            name: Of its data folder in the user's home; without one, where the program puts it.
            environ: What its processes have in their environment.
        """
        surroundings = {"PATH": PATH, "HOME": HOME, "LANG": "C.UTF-8", **environ}
        data = f"{HOME}/.local/share/giftill"
        if name:
            data = f"{HOME}/{name}"
            surroundings["GIFTILL_DATA_DIR"] = data
            # The keys of a test come from a process that a busy PC lets wait, unlike a scanner's.
            self.give(f"{data}/settings.toml", "scanner_gap_ms = 150\n")
        return Till(self.here(data), surroundings, self.as_user, ("giftill",))

    def give(self, path: str, text: str) -> None:
        """Write a file that its user alone may read, in a folder of the same kind."""
        file = self.here(path)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_text(text, "utf-8")
        file.chmod(0o600)
        for each in (file.parent, file):
            os.chown(each, USER_ID, USER_ID)

    def put(self, file: Path) -> str:
        """Copy a package to it; return its path there."""
        shutil.copyfile(file, self.root / "tmp" / file.name)
        return f"/tmp/{file.name}"

    def apt_install(self, *packages: str) -> Ended:
        """Install packages, with options if wanted, whatever comes of it."""
        return self.try_root("apt-get", "install", "-y", "-o", "Dpkg::Use-Pty=0", *packages)

    def install(self, *packages: str) -> None:
        """Install packages, with options if wanted."""
        ended = self.apt_install(*packages)
        assert ended.status == 0, ended.out[-1500:] + ended.err[-2500:]

    @contextmanager
    def without_proc(self) -> Iterator[None]:
        """Take /proc away for the length of the block."""
        subprocess.run(["umount", self.root / "proc"], check=True)
        try:
            yield
        finally:
            _mount_kind(self.root, "proc", "proc")

    def version(self) -> str:
        """Return which version is installed, in order and whole; empty if none is."""
        shown = self.try_root(
            "dpkg-query", "--show", "--showformat=${db:Status-Abbrev}|${Version}", PACKAGE
        ).out
        state, _, version = shown.partition("|")
        return version if state.strip() == "ii" else ""

    def check_whole(self, version: str) -> None:
        """Check that a version is installed, and each of its files as it was packed.

        Raises:
            AssertionError: It is not.
        """
        assert self.version() == version, self.try_root("dpkg", "-s", PACKAGE).out
        assert self.run_root("dpkg", "--audit") == ""
        assert self.run_root("dpkg", "--verify", PACKAGE) == ""


@contextmanager
def new_pc(system: Path, folder: Path, session: Path) -> Iterator[Pc]:
    """Set up a PC for the length of the block; what it runs then ends with it.

    Args:
        system: The archive of its bare system.
        folder: Where it and the packages that it gets are kept meanwhile.
        session: The folder that it shares with this PC.
    """
    release = system.name.partition("-")[0]
    root = folder / f"pc-{release}"
    packages = folder / f"packages-{release}"
    _delete(root)
    root.mkdir(parents=True)
    packages.mkdir(exist_ok=True)
    subprocess.run(["tar", "-C", str(root), "-xf", str(system)], check=True)
    for name in ("hosts", "resolv.conf"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"/etc/{name}", root / "etc" / name)
    pc = Pc(root, release, session)
    try:
        _mount(pc, packages)
        pc.run_root("useradd", "--create-home", f"--uid={USER_ID}", USER)
        pc.run_root("apt-get", "update")
        yield pc
    finally:
        _end_processes(root)
        _unmount(root)
        _delete(root)


def _mount(pc: Pc, packages: Path) -> None:
    root = pc.root
    for kind, name in (("proc", "proc"), ("devpts", "dev/pts"), ("tmpfs", "dev/shm")):
        _mount_kind(root, kind, name)
    # /tmp and what lies in it is open to all, as on any PC.
    _DISPLAYS.mkdir(mode=0o1777, exist_ok=True)
    for outside in (_DISPLAYS, pc.session):
        inside = pc.here(outside)
        inside.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", outside, inside], check=True)
    # What was fetched once is there for the next run.
    archives = root / "var" / "cache" / "apt" / "archives"
    subprocess.run(["mount", "--bind", packages, archives], check=True)


def _mount_kind(root: Path, kind: str, name: str) -> None:
    (root / name).mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", kind, kind, root / name], check=True)


def _unmount(root: Path) -> None:
    for line in reversed(Path("/proc/self/mountinfo").read_text("utf-8").splitlines()):
        place = Path(line.split()[4])
        if place.is_relative_to(root):
            subprocess.run(["umount", "--lazy", place], check=True)


def _end_processes(root: Path) -> None:
    """End what runs on a PC: whatever has its files for a root."""
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (each / "root").samefile(root):
                os.kill(int(each.name), 9)


def _delete(root: Path) -> None:
    # Never beyond what is its own: a mount that was left would be this PC's.
    subprocess.run(["rm", "-rf", "--one-file-system", root], check=True)
