"""What became of a request, sorted by what a till may conclude from it."""

from __future__ import annotations

from enum import StrEnum


class OutcomeClass(StrEnum):
    """Whether the server can have done the work."""

    ANSWERED = "answered"
    SURELY_NOT_SENT = "surely_not_sent"
    MAYBE_SENT = "maybe_sent"


class Outcome(StrEnum):
    """One row of the decision table.

    Attributes:
        FITS: 2xx, readable, and it says what was asked for.
        MISFITS: 2xx and readable, but another id, type, status or amount than asked for.
        UNREADABLE: 2xx that is not the schema (HTML, cut off, empty), or any 3xx.
        NOT_SENT: Refused connection, no name, connect timeout, TLS verification, no free socket.
        MAYBE_SENT: The request may have arrived; no answer did.
        TOKEN_REFUSED: 401.
        FORBIDDEN: 403.
        NOT_FOUND: 404.
        STATE_REFUSED: 409 and 422, and any other 4xx.
        LIMITED: 429.
        SERVER_FAULT: 5xx.
    """

    FITS = "fits"
    MISFITS = "misfits"
    UNREADABLE = "unreadable"
    NOT_SENT = "not_sent"
    MAYBE_SENT = "maybe_sent"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a state, not a token
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    STATE_REFUSED = "state_refused"
    LIMITED = "limited"
    SERVER_FAULT = "server_fault"

    @property
    def outcome_class(self) -> OutcomeClass:
        """Whether the server can have done the work."""
        if self is Outcome.NOT_SENT:
            return OutcomeClass.SURELY_NOT_SENT
        if self is Outcome.MAYBE_SENT:
            return OutcomeClass.MAYBE_SENT
        return OutcomeClass.ANSWERED


class Found(StrEnum):
    """What a GET said about the transaction (or card) that an operation was about.

    Attributes:
        NOT_ASKED: No GET was made since the last attempt.
        WANTED: It is in the state that the operation wanted.
        OPPOSITE: It is final the other way: released though a capture was wanted, or the reverse.
        OPEN: It is still a hold; the operation has not happened.
        MISSING: The server knows no such transaction.
        UNREACHABLE: The GET gave no usable answer.
        FORBIDDEN: The GET was refused (403).
        UNCLEAR: It is no open hold, but what became of it can't be told.
    """

    NOT_ASKED = "not_asked"
    WANTED = "wanted"
    OPPOSITE = "opposite"
    OPEN = "open"
    MISSING = "missing"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"
    UNCLEAR = "unclear"
