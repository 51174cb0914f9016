"""The five ways to build a till that loses money or charges twice, and the tests that notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Edit:
    """A text of a file below `src/giftill` that stands there once, and what takes its place."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Hunter:
    """Tests that may catch a mutant.

    Attributes:
        part: What kind of test: unit, simulation, kill loop, power cut.
        command: What Python runs; exit status 1 says that it found something.
        finding: The pattern of a line that says what it found.
    """

    part: str
    command: tuple[str, ...]
    finding: str = r"^FAILED (.+?)(?: - .*)?$"


@dataclass(frozen=True)
class Mutant:
    """A program that is wrong on purpose.

    Attributes:
        name: For the command line.
        wrong: What is wrong with it.
        edits: How to get there.
        quick: The test of `make test` that catches it in seconds.
        others: The tests that `make mutants` lets loose on it as well.
    """

    name: str
    wrong: str
    edits: tuple[Edit, ...]
    quick: Hunter
    others: tuple[Hunter, ...]


def _pytest(part: str, *tests: str) -> Hunter:
    quietly = ("-q", "-rf", "--tb=no", "--no-showlocals", "-p", "no:cacheprovider")
    return Hunter(part, ("-m", "pytest", *quietly, *tests))


_SERVICES: Final = _pytest("unit", "tests/unit/services")
_JOURNAL: Final = _pytest("unit", "tests/unit/journal/test_disk_trouble.py")
_POWER: Final = _pytest("power cut", "tests/simulation/power")
_KILLS: Final = _pytest("kill loop", "tests/e2e/test_many_kills.py")
_SIMULATION: Final = Hunter(
    "simulation",
    ("-m", "tests.simulation", "--seeds", "4", "--hours", "4"),
    finding=r"^Failed (seeds: \[.*\])",
)
_LATE: Final = "test_a_request_that_arrives_late_is_not_taken_for_one_that_never_did"


def _restart(test: str) -> Hunter:
    return _pytest("unit", f"tests/unit/services/test_restart.py::{test}")


# Keeps the table of operations in memory: all else works, until the program ends.
_IN_MEMORY: Final = """
    for (sql,) in connection.execute(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = 'operation' AND sql IS NOT NULL"
    ).fetchall():
        connection.execute(
            sql.replace("CREATE TABLE operation", "CREATE TEMP TABLE operation")
            .replace("REFERENCES entry (seq)", "")
            .replace("INDEX operation", "INDEX temp.operation")
        )
"""

MUTANTS: Final = (
    Mutant(
        name="blind-retry",
        wrong="A request without an answer is simply made again.",
        edits=(
            Edit(
                "services/online.py",
                "            answer = await ask(operation)\n",
                "            try:\n"
                "                answer = await ask(operation)\n"
                "            except GiftyError:\n"
                "                answer = await ask(operation)\n",
            ),
        ),
        quick=_restart(_LATE),
        others=(_SERVICES, _SIMULATION, _KILLS),
    ),
    Mutant(
        name="no-recovery",
        wrong="What was under way when the program ended is not picked up at the start.",
        edits=(
            Edit(
                "bootstrap.py",
                "        await recover(journal, clock, quiet_s=_QUIET_S)\n",
                "",
            ),
        ),
        quick=_restart("test_a_restart_knows_what_was_being_sent_as_unknown"),
        others=(_SERVICES, _SIMULATION, _KILLS),
    ),
    Mutant(
        name="no-quiet-period",
        wrong="A request without an answer is looked for at once, though it may still arrive.",
        edits=(
            Edit(
                "services/reconcile.py",
                "        self._quiet_s = quiet_s\n",
                "        self._quiet_s = 0.0\n",
            ),
        ),
        quick=_restart(_LATE),
        others=(_SERVICES, _SIMULATION, _KILLS),
    ),
    Mutant(
        name="outbox-in-memory",
        wrong="The outbox is not on disk: it is gone when the program ends.",
        edits=(
            Edit(
                "journal/opening.py",
                "        store = Store(connection, file)\n",
                "        store = Store(connection, file)\n"
                + _IN_MEMORY.replace("\n    ", "\n        "),
            ),
        ),
        quick=_restart("test_what_was_queued_is_still_queued_after_a_restart"),
        others=(_SERVICES, _SIMULATION, _KILLS),
    ),
    Mutant(
        name="normal-sync",
        wrong="A commit returns before it is on the disk (synchronous=NORMAL).",
        edits=(
            Edit(
                "journal/opening.py",
                'connection.pragma("synchronous", "EXTRA")',
                'connection.pragma("synchronous", "NORMAL")',
            ),
        ),
        quick=_pytest(
            "unit",
            "tests/unit/journal/test_disk_trouble.py"
            "::test_a_commit_syncs_the_wal_before_it_returns",
        ),
        others=(_JOURNAL, _POWER),
    ),
)
