"""Sees to it that real money and practice never meet in one journal.

A journal says what it is for from the moment it is made. One that does not, as it was made before
journals did or its facts are lost, is taken for a real till's unless all of it is surely practice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import queries
from .errors import JournalDamaged, JournalOtherPurpose
from .records import PURPOSE_FACT, Purpose

if TYPE_CHECKING:
    from pathlib import Path

    import apsw

# Under this training mode always remembered its account: the digest of its one, well-known token.
TRAINING_TOKEN_FACT: Final = "token:a77cd1363754069d604e460c77050712"  # noqa: S105 - a digest, and of a token in the sources

_IS_EMPTY: Final = (
    "SELECT NOT EXISTS (SELECT 1 FROM entry)"
    " AND NOT EXISTS (SELECT 1 FROM operation) AND NOT EXISTS (SELECT 1 FROM hold)"
)
_KNOWS_ANOTHER: Final = (
    "SELECT EXISTS (SELECT 1 FROM operation WHERE account IS NOT :account)"
    " OR EXISTS (SELECT 1 FROM hold WHERE account IS NOT :account)"
    " OR EXISTS (SELECT 1 FROM fact WHERE value IS NOT :account"
    " AND (key GLOB 'token:*' OR key GLOB 'location:*'))"
)


def check_purpose(connection: apsw.Connection, file: Path, wanted: Purpose) -> None:
    """Refuse a journal that is for something else, without writing to it.

    Raises:
        JournalOtherPurpose: It is.
        JournalDamaged: What it says can't be read.
    """
    try:
        told = _told(connection)
    except UnicodeDecodeError as error:
        raise JournalDamaged(file, str(error)) from error
    if told is None and not _is_empty(connection):
        told = Purpose.PRACTICE if _is_all_practice(connection) else Purpose.REAL
    if told not in (wanted, None):
        raise JournalOtherPurpose(file, told)


def give_purpose(connection: apsw.Connection, wanted: Purpose) -> None:
    """Let a journal that passed the check say what it is for, if it does not yet."""
    if _told(connection) is None:
        queries.set_fact(connection, PURPOSE_FACT, wanted)


def check_worthless(connection: apsw.Connection, file: Path) -> None:
    """Refuse a journal in which anything is not practice, whatever it says of itself.

    Raises:
        JournalOtherPurpose: There is.
    """
    check_purpose(connection, file, Purpose.PRACTICE)
    if not _is_empty(connection) and not _is_all_practice(connection):
        raise JournalOtherPurpose(file, Purpose.REAL)


def _told(connection: apsw.Connection) -> Purpose | None:
    told = queries.fact(connection, PURPOSE_FACT)
    return Purpose(told) if told in set(Purpose) else None


def _is_empty(connection: apsw.Connection) -> bool:
    return bool(connection.execute(_IS_EMPTY).get)


def _is_all_practice(connection: apsw.Connection) -> bool:
    account = queries.fact(connection, TRAINING_TOKEN_FACT)
    if account is None:
        return False
    return not connection.execute(_KNOWS_ANOTHER, {"account": account}).get
