"""What a command's exit status says."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended.

    Attributes:
        DONE: Done as asked.
        BROKEN: Giftill itself is at fault; the log has the details.
        USAGE: The command can't be understood; nothing was sent.
        REFUSED: The API (or this till) said no; nothing happened.
        OFFLINE: Not sent, or no usable answer to a mere question; try again later.
        QUEUED: Recorded durably; it is sent by itself.
        UNKNOWN: It may have happened; it is being checked. Do not repeat it.
        ATTENTION: A manager must decide.
        NOT_SET_UP: The token, the keyring or the settings are missing or wrong.
        IN_USE: Another Giftill has the data folder open.
        INTERRUPTED: Ctrl-C.
    """

    DONE = 0
    BROKEN = 1
    USAGE = 2
    REFUSED = 3
    OFFLINE = 4
    QUEUED = 5
    UNKNOWN = 6
    ATTENTION = 7
    NOT_SET_UP = 8
    IN_USE = 9
    INTERRUPTED = 130
