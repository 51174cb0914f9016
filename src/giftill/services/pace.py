"""How fast this till may ask: its share of the account's limit, kept by all of its processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giftill.gifty import Pacer, TurnsOnDisk, outbox_share

if TYPE_CHECKING:
    from giftill.config import Folders, Settings

FILE_NAME: Final = "turns"


def requests_share(settings: Settings) -> int:
    """Return how many requests this till may make in a minute; its account's tills share."""
    return max(1, settings.requests_per_minute // settings.tills_on_account)


def pacer_of(settings: Settings, folders: Folders) -> Pacer:
    """Return a pacer that knows the requests of the last minute: also those before a restart.

    Args:
        settings: The limit, and how many tills share it.
        folders: Those of the till, whose other processes send for the same account.
    """
    limit = requests_share(settings)
    kept = TurnsOnDisk(folders.data / FILE_NAME, lost_at_most=outbox_share(limit))
    return Pacer(limit, turns=kept)
