"""What `make package-test` prints: one line for each check, and at the end what was red."""

from __future__ import annotations

import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_DETAIL: Final = 4000


class Report:
    """Counts the checks; a red one does not keep the others from being made."""

    def __init__(self) -> None:
        self._green = 0
        self._red: list[str] = []
        self._not_run: list[str] = []

    @contextmanager
    def check(self, what: str) -> Iterator[list[str]]:
        """Make a check: it is green unless the block raises.

        Args:
            what: The sentence that is true when it is green.

        Yields:
            A list for what was measured; it is printed with the sentence.
        """
        started = time.monotonic()
        found: list[str] = []
        try:
            yield found
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is the finding
            self._red.append(what)
            self._tell("RED  ", what, found, started)
            _explain(error)
        else:
            self._green += 1
            self._tell("green", what, found, started)

    def not_run(self, what: str, why: str) -> None:
        """Say plainly that a check was not made."""
        self._not_run.append(what)
        print(f"not run  {what}: {why}", flush=True)

    def end(self) -> int:
        """Print what came of it all, and return the exit status."""
        print(f"\n{self._green} green, {len(self._red)} red, {len(self._not_run)} not run")
        for what in self._red:
            print(f"RED: {what}")
        for what in self._not_run:
            print(f"Not run: {what}")
        return 1 if self._red else 0

    @staticmethod
    def _tell(word: str, what: str, found: list[str], started: float) -> None:
        measured = f": {'; '.join(found)}" if found else ""
        print(f"{word}  {what}{measured} ({time.monotonic() - started:.0f} s)", flush=True)


def _explain(error: Exception) -> None:
    where = traceback.extract_tb(error.__traceback__)[-1]
    detail = f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
    place = f"{where.filename}:{where.lineno}: {where.line}"
    print("\n".join(f"       {line}" for line in (place, *detail.splitlines())), flush=True)
