"""The table of what a policy may say, from which templates for administrators are made."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from giftill.domain.message import N_

from .settings import NAMES, Settings


class Kind(StrEnum):
    """What a setting's value is.

    Attributes:
        TEXT: Any text that keeps to its rule.
        CHOICE: One of a few words.
        NUMBER: A whole number.
        SWITCH: True or false.
    """

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    SWITCH = "switch"


class PolicyKey(Struct, frozen=True, kw_only=True):
    """One setting that a policy may fix or propose.

    Attributes:
        name: Its name in a policy file, and as a value in the registry.
        kind: What its value is.
        default: What holds where nobody decided; None for nothing.
        label: A few words for it; translated when it is shown.
        explanation: What it is for, with its unit; translated when it is shown.
        least: Of a number.
        most: Of a number.
        longest: Characters of a text; None where its rule says more than a length.
        pattern: What a text must look like; empty for any.
        choices: The words of a choice.
    """

    name: str
    kind: Kind
    default: str | int | bool | None
    label: str
    explanation: str
    least: int | None = None
    most: int | None = None
    longest: int | None = None
    pattern: str = ""
    choices: tuple[str, ...] = ()

    @property
    def registry_type(self) -> str:
        """What its value is in the Windows registry; a switch is 1 for true and 0 for false."""
        return "REG_DWORD" if self.kind in {Kind.NUMBER, Kind.SWITCH} else "REG_SZ"


_WORDS: Final = {
    "api_url": (
        N_("Address of the Gifty API"),
        N_("Where the Gifty API is: an https address."),
    ),
    "location": (
        N_("Location"),
        N_("The shop that the till works for: the id of a location, as “giftill locations” shows."),
    ),
    "language": (
        N_("Language"),
        N_("The language on screen: “en” for English, “nl” for Dutch."),
    ),
    "cashier": (
        N_("Cashier"),
        N_("The name that operations are recorded under, of at most 60 characters."),
    ),
    "theme": (
        N_("Look"),
        N_("Light or dark, or as the system is: “system”, “light” or “dark”."),
    ),
    "scanner_gap_ms": (
        N_("Gap between a scanner’s keys"),
        N_("Keys that come no further apart than this, in milliseconds, are a scan."),
    ),
    "cents_first": (
        N_("Amounts in cents"),
        N_("Whether 1250, typed without a separator, means 12.50."),
    ),
    "sound": (
        N_("Sounds"),
        N_("Whether the till makes sounds."),
    ),
    "tills_on_account": (
        N_("Tills on the account"),
        N_("How many tills share the account’s limit of requests."),
    ),
    "outbox_limit_items": (
        N_("Outbox: most operations"),
        N_("How many captures and releases may wait before the till takes no more."),
    ),
    "outbox_limit_cents": (
        N_("Outbox: most money"),
        N_("How much money may wait before the till takes no more, in cents."),
    ),
    "outbox_warn_hours": (
        N_("Outbox: hours until a warning"),
        N_("After how many hours people are told that something waits."),
    ),
    "outbox_manager_hours": (
        N_("Outbox: hours until a manager must look"),
        N_("After how many hours a manager must look at what waits."),
    ),
    "requests_per_minute": (
        N_("Requests a minute"),
        N_("How many requests all tills of the account may make together in a minute."),
    ),
    "least_free_mb": (
        N_("Room on the disk"),
        N_("How many megabytes must be free on the disk for a sale to begin."),
    ),
}


def policy_keys() -> tuple[PolicyKey, ...]:
    """Return every setting that a policy may decide, with the ranges that the program checks."""
    described = msgspec.inspect.type_info(Settings)
    assert isinstance(described, msgspec.inspect.StructType)
    types = {field.name: field.type for field in described.fields}
    return tuple(_key(name, types[name]) for name in NAMES)


def _key(name: str, kind: msgspec.inspect.Type) -> PolicyKey:
    label, explanation = _WORDS[name]
    make = partial(
        PolicyKey,
        name=name,
        default=getattr(Settings(), name),
        label=label,
        explanation=explanation,
    )
    if isinstance(kind, msgspec.inspect.UnionType):
        # What may be nothing too: a policy that decides it says something.
        (kind,) = (each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType))
    match kind:
        case msgspec.inspect.BoolType():
            return make(kind=Kind.SWITCH)
        case msgspec.inspect.IntType(ge=least, le=most):
            return make(kind=Kind.NUMBER, least=least, most=most)
        case msgspec.inspect.LiteralType(values=choices):
            return make(kind=Kind.CHOICE, choices=tuple(map(str, choices)))
        case msgspec.inspect.StrType(max_length=longest, pattern=pattern):
            return make(kind=Kind.TEXT, longest=longest, pattern=pattern or "")
        case _:
            msg = f"no template can say what {name} is"
            raise TypeError(msg)
