"""The licences of everything inside, and where the sources of Qt are.

Without Qt itself: packaging/notices.py writes the same addresses into every package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giftill.resources import resource

if TYPE_CHECKING:
    from giftill.texts import Texts

_FOLDER: Final = "licences"
_NOTICES: Final = "notices.txt"
_QT_TEXTS: Final = ("LGPL-3.0-only.txt", "GPL-3.0-only.txt")


def sources_of_qt(qt: str, pyside: str) -> tuple[str, str]:
    """Return where the sources of these very versions are."""
    return (
        f"https://download.qt.io/archive/qt/{qt.rpartition('.')[0]}/{qt}/single/",
        f"https://download.qt.io/official_releases/QtForPython/pyside6/PySide6-{pyside}-src/",
    )


def licence_text(t: Texts) -> str:
    """Return the notices that were made when the program was packaged, or what there is instead."""
    notices = resource(_FOLDER, _NOTICES)
    if notices.is_file():
        return notices.read_text("utf-8")
    unpackaged = t(
        "This copy was not installed from a package, so nobody put the licences together: those "
        "of the Python packages are in the Python environment that runs it. Qt and PySide6 are "
        "under these two:"
    )
    texts = (resource(_FOLDER, name).read_text("utf-8") for name in _QT_TEXTS)
    return "\n\n\n".join((unpackaged, *texts))
