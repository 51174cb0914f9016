"""The tables of the journal's file, built and upgraded step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import apsw

# "Gift", so that `file` and every other tool can tell whose database this is.
APPLICATION_ID: Final = 0x47696674

_FIRST_STEP: Final = """
CREATE TABLE entry (
  seq            INTEGER PRIMARY KEY,
  at_ms          INTEGER NOT NULL,
  event          TEXT NOT NULL,
  operation_id   TEXT,
  operation      TEXT,
  hold           TEXT,
  facts          TEXT NOT NULL,
  hash           BLOB NOT NULL CHECK (length(hash) = 32),
  CHECK ((operation_id IS NULL) = (operation IS NULL))
) STRICT;

-- The journal only grows: not even this program can change or remove what is written.
CREATE TRIGGER entry_is_next BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
BEGIN SELECT raise(ABORT, 'an entry goes to the end of the journal'); END;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'an entry is never removed'); END;

CREATE TABLE operation (
  id                 TEXT PRIMARY KEY,
  kind               TEXT NOT NULL,
  state              TEXT NOT NULL,
  account            TEXT NOT NULL,
  amount_cents       INTEGER NOT NULL CHECK (amount_cents >= 0),
  currency           TEXT NOT NULL,
  created_at_ms      INTEGER NOT NULL,
  updated_at_ms      INTEGER NOT NULL,
  location           TEXT,
  cashier            TEXT NOT NULL,
  sale               TEXT,
  sale_total_cents   INTEGER,
  card               TEXT,
  card_masked        TEXT NOT NULL,
  transaction_id     TEXT,
  known_transactions TEXT NOT NULL,
  server_offset_ms   INTEGER NOT NULL,
  package            TEXT,
  is_promotional     INTEGER NOT NULL CHECK (is_promotional IN (0, 1)),
  expires_at         TEXT NOT NULL,
  reason             TEXT NOT NULL,
  result             TEXT,
  attention          TEXT,
  attempts           INTEGER NOT NULL,
  refusals           INTEGER NOT NULL,
  next_at_ms         INTEGER NOT NULL,
  last_problem       TEXT NOT NULL,
  entry              INTEGER NOT NULL REFERENCES entry (seq),
  CHECK (kind NOT IN ('capture', 'release') OR transaction_id IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- A hold is captured or released, once. What ended without doing either makes room for another.
CREATE UNIQUE INDEX operation_settles_once ON operation (account, transaction_id)
WHERE kind IN ('capture', 'release') AND state NOT IN ('refused', 'not_done', 'closed');
-- Answers what is live and, without a look at the table, the outbox's summary.
CREATE INDEX operation_by_state
ON operation (state, created_at_ms, kind, account, currency, amount_cents);

CREATE TABLE hold (
  account            TEXT NOT NULL,
  transaction_id     TEXT NOT NULL,
  card               TEXT NOT NULL,
  card_masked        TEXT NOT NULL,
  amount_cents       INTEGER NOT NULL CHECK (amount_cents >= 0),
  currency           TEXT NOT NULL,
  state              TEXT NOT NULL,
  sale               TEXT NOT NULL,
  created_at_ms      INTEGER NOT NULL,
  sale_total_cents   INTEGER,
  location           TEXT,
  cashier            TEXT NOT NULL,
  card_balance_cents INTEGER,
  settlement         TEXT,
  entry              INTEGER NOT NULL REFERENCES entry (seq),
  PRIMARY KEY (account, transaction_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX hold_by_state ON hold (state, created_at_ms);
CREATE INDEX hold_by_sale ON hold (sale);

CREATE TABLE fact (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Whose a transaction is, asked of each one that a lost answer may have told of.
CREATE INDEX operation_by_result ON operation (account, result)
WHERE kind NOT IN ('capture', 'release') AND result IS NOT NULL;
-- What was not found and is still looked for: few of the many that were not done.
CREATE INDEX operation_watched ON operation (account, next_at_ms)
WHERE kind NOT IN ('capture', 'release') AND state = 'not_done' AND next_at_ms > 0;
"""

# One script for each format that there ever was; never edit one that was released.
STEPS: Final = (_FIRST_STEP,)


def version_of(connection: apsw.Connection) -> int:
    """Return the format of an open file; 0 for one that is still empty."""
    return int(connection.pragma("user_version"))


def upgrade(connection: apsw.Connection) -> None:
    """Bring the file to the newest format, each step in a transaction of its own.

    A crash in between leaves the file whole in one of the formats, and the next start goes on.
    """
    for version in range(version_of(connection), len(STEPS)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(STEPS[version])
            connection.pragma("user_version", version + 1)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
