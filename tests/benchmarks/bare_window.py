"""The baseline of the window's benchmarks: the smallest PySide6 program that shows a window."""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget


class BareWindow(QWidget):
    """A window with one label that tells when it was first painted."""

    def __init__(self) -> None:
        super().__init__()
        self._is_painted = False
        QLabel("Bare", self)
        self.resize(1280, 800)

    def paintEvent(self, event: object) -> None:
        """Tell of the first time, once what lies in the window is painted too."""
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, lambda: print("painted", flush=True))


def main() -> int:
    """Show the window until the process is ended."""
    app = QApplication(sys.argv)
    window = BareWindow()
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
