"""What goes into the frozen program and what stays out: the rules of giftill.spec."""

from __future__ import annotations

import py_compile
import re
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

# Found by name when the program runs, where no reading of the imports can see them.
KEYRINGS: Final = {
    "linux": ("keyring.backends.SecretService", "keyring.backends.kwallet"),
    "win32": ("keyring.backends.Windows",),
    "darwin": ("keyring.backends.macOS",),
}
# Dragged in by libraries that can do more than a till asks of them.
UNUSED_MODULES: Final = (
    "IPython",
    "numpy",
    "pydoc_data",
    # Its library is under the GPL, and no command of Giftill edits a line.
    "readline",
    "setuptools",
    "tkinter",
    "trio",
)

# What PyInstaller lets run before the program for libraries that Giftill does not use in that way,
# and that each command and the window would wait for.
UNUSED_HOOKS: Final = frozenset(
    {
        # Nobody reads the program's sources at run time, or looks through a package for modules.
        "pyi_rth_inspect",
        "pyi_rth_pkgutil",
        # Its processes, which uvicorn names but starts only with `--workers`.
        "pyi_rth_multiprocessing",
    }
    # It loads Qt for commands too. Qt finds its plugins without it, beside its libraries; on a Mac,
    # where the folders of a bundle are others, nobody has seen that yet.
    | ({"pyi_rth_pyside6"} if sys.platform != "darwin" else set())
)
# Of the Python part of Qt's binding, what writes the stubs of a binding's makers: an empty module
# stands in for it, as that part loads it at each start, and compiles two large patterns with it.
_FOR_MAKERS: Final = "shibokensupport/signature/lib/pyi_generator.py"

_LANGUAGES: Final = "en|nl"
# The Qt plugins that a till uses, of the kinds that come in many; a kind that is not here stays.
_PLUGINS: Final = {
    "egldeviceintegrations": "",
    "generic": "",
    "imageformats": "qjpeg|qsvg|qwebp",
    "platforminputcontexts": "composeplatforminputcontextplugin|ibusplatforminputcontextplugin",
    "platforms": "qcocoa|qoffscreen|qwayland|qwindows|qxcb",
    # libqgtk3 brings 19 MB of GTK with it.
    "platformthemes": "qxdgdesktopportal",
    "qmltooling": "",
    # TLS is Python's work; Qt only speaks to the till that is open already.
    "tls": "",
    "wayland-graphics-integration-client": "qt-plugin-wayland-egl",
    "wayland-shell-integration": "xdg-shell",
}
_UNUSED: Final = re.compile(
    r"(?:^|/)(?:"
    r"(?:lib)?Qt6(?:Qml|Quick|VirtualKeyboard|Pdf|EglFS|EglFs|Labs|WlShell)\w*\.(?:so|dll)[.\d]*"
    r"|opengl32sw\.dll"
    # Of the pictures there are, the sandbox draws PNG only.
    r"|PIL/_avif\.[^/]*|libavif-[^/]*"
    r"|PySide6/Qt/qml/.*"
    # They tell where and how this very environment was made: other bytes on each PC.
    r"|[^/]+\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)"
    r")$"
)
_TRANSLATION: Final = re.compile(r"/translations/qt\w*?_(?P<language>\w+)\.qm$")
_LOCALE: Final = re.compile(r"babel/locale-data/(?P<locale>\w+)\.dat$")
# Where a Linux system keeps the libraries that its packages own, which keep them patched too.
_SYSTEM_LIBRARY: Final = re.compile(
    r"^(?:/usr)?/lib(?:64|/[a-z0-9_]+-linux-gnu)?/lib[^/]*\.so[^/]*$"
)
# They are in step with this Python; another release of the system has others, or none.
_PYTHONS_OWN: Final = re.compile(r"/lib(?:python3|mpdec)[^/]*$")


def is_kept(name: str, source: str) -> bool:
    """Tell whether a file goes into the frozen program.

    Args:
        name: Where it would lie in the program's folder.
        source: Where it is now.
    """
    name = name.replace("\\", "/")
    if _UNUSED.search(name) or not _is_plugin_kept(name):
        return False
    if found := _TRANSLATION.search(name):
        return re.fullmatch(_LANGUAGES, found["language"]) is not None
    if found := _LOCALE.search(name):
        return re.fullmatch(rf"root|(?:{_LANGUAGES})(?:_\w+)?", found["locale"]) is not None
    return not _SYSTEM_LIBRARY.match(source) or bool(_PYTHONS_OWN.search(source))


def _is_plugin_kept(name: str) -> bool:
    found = re.search(r"/plugins/(?P<kind>[^/]+)/(?:lib)?(?P<plugin>[^/.]+)\.[^/]*$", name)
    if not found or found["kind"] not in _PLUGINS:
        return True
    return re.fullmatch(_PLUGINS[found["kind"]], found["plugin"]) is not None


def is_dangling(name: str, target: str, kept: Collection[str]) -> bool:
    """Tell whether a link leads nowhere after the trimming.

    Args:
        name: Where the link lies in the program's folder.
        target: What it leads to, from there.
        kept: Where the files lie that are kept.
    """
    parts: list[str] = []
    for part in [*name.split("/")[:-1], *target.split("/")]:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) not in kept


def support_of_shiboken(folder: Path) -> list[tuple[str, str]]:
    """Compile the Python part of Qt's binding, which it otherwise compiles anew at each start.

    It lies in the binding's library as source text; beside the library, in `files.dir`, it is read
    from there instead (what `SBK_EMBED=0` does in an environment that can be written to).

    Args:
        folder: Where the compiled files are put.

    Returns:
        What PyInstaller takes as `datas`: each file, and the folder it goes to.
    """
    import PySide6.QtCore  # noqa: F401 - loads what is looked for

    loader: Any = sys.modules["shibokensupport"].__loader__
    found = []
    for name in sorted(loader.zfile.namelist()):
        if not name.startswith("shibokensupport/") or not name.endswith(".py"):
            continue
        source, target = folder / name, folder / f"{name}c"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(b"" if name == _FOR_MAKERS else loader.zfile.read(name))
        # No path and no time of this build goes into the file: it is the same each time.
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(source, target, dfile=name, doraise=True, invalidation_mode=mode)
        found.append((str(target), str(PurePosixPath("shiboken6/files.dir", name).parent)))
    return found


def modules_of(package: Path) -> list[str]:
    """Name every module of a package: commands and keyrings are loaded by name.

    Args:
        package: The package's folder, such as `src/giftill`.
    """
    names = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names
