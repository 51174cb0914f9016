"""Settings: what can be chosen about a till, and the rule that each choice is held to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec

from giftill.domain.addresses import LIVE_API_URL, safe_address
from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

_LocationText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{1,64}$")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be chosen about a till.

    Attributes:
        api_url: Where the Gifty API is; ends with a slash, HTTPS unless it is this very PC.
        location: `lc_…` of the shop this till works for, or None.
        language: `en` or `nl`.
        cashier: Name that operations are recorded under; may be empty.
        theme: The look: as the system, light or dark.
        scanner_gap_ms: Characters that come no further apart than this are a scan.
        cents_first: Whether `1250` typed without a separator means 12.50.
        sound: Whether the till makes sounds.
        tills_on_account: How many tills share the account's limit of requests.
        outbox_limit_items: How many captures and releases may wait.
        outbox_limit_cents: How much money may wait, in cents.
        outbox_warn_hours: After how long people are told that something waits.
        outbox_manager_hours: After how long a manager must look at it.
        requests_per_minute: Requests that all tills of the account may make together in a minute;
            the API allows 120.
        least_free_mb: Megabytes that must be free where the journal is for a sale to begin.
        fixed: Names of the settings that the administrator fixed: nobody changes them here.
    """

    api_url: str = LIVE_API_URL
    location: _LocationText | None = None
    language: Literal["en", "nl"] = "en"
    cashier: Annotated[str, msgspec.Meta(max_length=60)] = ""
    theme: Literal["system", "light", "dark"] = "system"
    scanner_gap_ms: Annotated[int, msgspec.Meta(ge=20, le=150)] = 50
    cents_first: bool = False
    sound: bool = True
    tills_on_account: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    outbox_limit_items: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    outbox_limit_cents: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 500_000
    outbox_warn_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 24
    outbox_manager_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 72
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=120)] = 100
    least_free_mb: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 50
    fixed: frozenset[str] = frozenset()


_FIXED: Final = {
    "language": N_("The administrator of this PC fixed the language, so it stays as it is."),
    "location": N_("The administrator of this PC fixed the location, so it stays as it is."),
}
_RULES: Final = {
    "api_url": N_("It must be an https address, such as https://api.gifty.nl/v1/."),
    "location": N_("It must be the id of a location, such as lc_RVyje31w8pmKwwmqlZW096M7."),
    "language": N_("It must be “en” or “nl”."),
    "cashier": N_("It must be a name of at most 60 characters."),
    "theme": N_("It must be “system”, “light” or “dark”."),
    "scanner_gap_ms": N_("It must be a whole number from 20 to 150."),
    "cents_first": N_("It must be true or false, without quotation marks."),
    "sound": N_("It must be true or false, without quotation marks."),
    "tills_on_account": N_("It must be a whole number from 1 to 100."),
    "outbox_limit_items": N_("It must be a whole number from 1 to 10000."),
    "outbox_limit_cents": N_("It must be a whole number of cents from 1 to 100000000."),
    "outbox_warn_hours": N_("It must be a whole number of hours from 1 to 720."),
    "outbox_manager_hours": N_("It must be a whole number of hours from 1 to 720."),
    "requests_per_minute": N_("It must be a whole number from 1 to 120."),
    "least_free_mb": N_("It must be a whole number of megabytes from 1 to 1000000."),
}
# What the other attributes can be; `fixed` tells of them and is none itself.
_TYPES: Final = {
    field.name: field.type for field in msgspec.structs.fields(Settings) if field.name != "fixed"
}
NAMES: Final = tuple(_TYPES)


class SettingsError(GiftillError):
    """A setting, or the whole settings file, can't be used; the file was left as it is."""


class FixedSettingError(SettingsError):
    """A setting was to be changed that the administrator of this PC fixed."""

    def __init__(self, name: str) -> None:
        """Say so of the setting `name`, in the words of people."""
        super().__init__(
            Message(N_("Not changed")),
            Message(
                _FIXED.get(name, N_("The administrator of this PC fixed “{name}”.")), {"name": name}
            ),
            Message(N_("Whoever looks after this PC can change it for you.")),
        )


def checked_settings(values: Mapping[str, object], where: str) -> dict[str, Any]:
    """Return the values in their own types, each held to its rule."""
    checked: dict[str, Any] = {}
    for name, value in values.items():
        try:
            checked[name] = msgspec.convert(value, _TYPES[name])
            if name == "api_url":
                checked[name] = safe_address(checked[name])
        except (msgspec.ValidationError, ValueError) as error:
            raise SettingsError(
                Message(N_("A setting can’t be used")),
                Message(
                    N_("“{value}” can’t be used for “{name}” ({where})."),
                    {"name": name, "value": str(value)[:60], "where": where},
                ),
                Message(_RULES[name]),
            ) from error
    return checked
