"""The doctor's checks of the way to the API: name, TLS, token, clock, location, limits."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

from .findings import Check, Finding

if TYPE_CHECKING:
    from giftill.config import Settings
    from giftill.domain.places import Location
    from giftill.gifty import Exchange

    from .context import Context

_NAME = Check("name", Message(N_("Name")))
_CONNECTION = Check("connection", Message(N_("Connection")))
_TLS = Check("tls", Message(N_("TLS")))
_TOKEN = Check("token", Message(N_("Token")))
_CLOCK = Check("clock", Message(N_("Clock")))
_LOCATION = Check("location", Message(N_("Location")))
_LIMITS = Check("limits", Message(N_("Limits")))

# Two sales a minute: of each, the look at the card, the hold and its completion.
_CALM_PER_MINUTE: Final = 6
# Asked with where there is none: no account has it.
_NOBODY: Final = "none"
_NAME_DEADLINE_S: Final = 5.0
# `Date` has whole seconds; more than this is not the network's doing.
_CLOCK_OK_S: Final = 30.0
_CLOCK_BAD_S: Final = 300.0


async def check_name(context: Context) -> Finding:
    """Whether the API's name resolves."""
    host = urlsplit(context.settings.api_url).hostname or ""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_NAME_DEADLINE_S):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        return _NAME.fail(
            Message(
                N_("“{host}” can’t be found: {problem}."),
                {"host": host, "problem": str(error) or Message(N_("no answer"))},
            ),
            Message(N_("Check the network and its DNS; captures wait safely in the outbox.")),
        )
    address = found[0][4][0]
    if address == host:
        return _NAME.ok(
            Message(N_("None to look up: the API is at the address {host}."), {"host": host})
        )
    return _NAME.ok(Message(N_("{host} is at {address}."), {"host": host, "address": address}))


async def find_token(context: Context) -> str | GiftillError:
    """Return the token, or why there is none."""
    try:
        return await context.token()
    except GiftillError as missing:
        return missing


async def check_api(context: Context, token: str | GiftillError) -> tuple[Finding, ...]:
    """Ask for the locations once, and judge by that: connection, TLS, token, clock, location.

    Without a token the question is asked all the same: a refusal tells that the way is free.
    """
    if isinstance(token, GiftillError):
        return (*await _probe(context, _NOBODY), _judge_missing(token))
    return await _probe(context, token)


async def _probe(context: Context, token: str) -> tuple[Finding, ...]:
    from giftill.gifty import GiftyClient, TokenRefused
    from giftill.services.pace import pacer_of

    settings = context.settings
    exchanges: list[Exchange] = []
    try:
        async with GiftyClient(
            token,
            base_url=settings.api_url,
            language=settings.language,
            pacer=pacer_of(settings, context.folders),
            watch=exchanges.append,
        ) as client:
            locations = tuple([each async for each in client.locations()])
    except TokenRefused as error:
        refused = () if token == _NOBODY else (_refused(error),)
        return (*_judge_way(settings, exchanges), *refused, _judge_clock(exchanges))
    except GiftillError as error:
        return _judge_failure(settings, error, exchanges)
    return (
        *_judge_way(settings, exchanges),
        _TOKEN.ok(Message(N_("It works."))),
        _judge_clock(exchanges),
        _judge_location(settings, locations),
    )


def check_limits(context: Context) -> Finding:
    """Whether the requests that this till allows itself are enough to sell with."""
    settings = context.settings
    from giftill.services.pace import requests_share

    share = requests_share(settings)
    facts = {"n": share, "tills": settings.tills_on_account}
    told = Message(N_("{n} requests a minute for this till; tills on the account: {tills}."), facts)
    if share < _CALM_PER_MINUTE:
        return _LIMITS.warn(
            told,
            Message(
                N_(
                    "A sale takes about three requests, so customers wait: in tills_on_account "
                    "count only the tills that are busy at once, and see requests_per_minute."
                )
            ),
        )
    return _LIMITS.ok(told)


def _judge_failure(
    settings: Settings, error: GiftillError, exchanges: list[Exchange]
) -> tuple[Finding, ...]:
    from giftill.gifty import ApiError, Forbidden, GiftyError, TlsError

    if isinstance(error, Forbidden):
        return (*_judge_way(settings, exchanges), _refused(error), _judge_clock(exchanges))
    if isinstance(error, ApiError):
        return (*_judge_way(settings, exchanges), _CONNECTION.warn(error.message, error.hint))
    if isinstance(error, TlsError):
        return (_TLS.fail(_with_problem(error), error.hint),)
    if isinstance(error, GiftyError):
        return (_CONNECTION.fail(_with_problem(error), error.hint),)
    return (_TOKEN.fail_with(error),)


def _judge_missing(missing: GiftillError) -> Finding:
    from giftill.vault import VaultLocked, VaultUnavailable

    if isinstance(missing, VaultLocked):
        return _TOKEN.fail(
            Message(N_("It can’t be read, as the keyring is locked.")),
            Message(N_("Unlock the keyring first, or set GIFTILL_TOKEN.")),
        )
    if isinstance(missing, VaultUnavailable):
        return _TOKEN.fail(
            Message(N_("It can’t be read, as the keyring does not answer.")),
            Message(N_("Repair the keyring first, or set GIFTILL_TOKEN.")),
        )
    return _TOKEN.fail_with(missing)


def _refused(error: GiftillError) -> Finding:
    return _TOKEN.fail(Message(N_("Gifty refuses it.")), error.hint)


def _with_problem(error: GiftillError) -> Message:
    """Return what happened with the network's own words, which a doctor's patient can pass on."""
    problem = getattr(error, "problem", "")
    return Message(
        N_("{title}: {problem}"), {"title": error.title, "problem": problem or error.message}
    )


def _judge_way(settings: Settings, exchanges: list[Exchange]) -> tuple[Finding, ...]:
    fastest_ms = round(min(each.elapsed_s for each in exchanges) * 1000)
    connection = _CONNECTION.ok(Message(N_("Gifty answers in {n} ms."), {"n": fastest_ms}))
    if settings.api_url.startswith("https:"):
        safe = _TLS.ok(Message(N_("The server proved who it is, by this PC’s trust store.")))
    else:
        safe = _TLS.ok(Message(N_("Not used: the API address is this PC itself.")))
    return connection, safe


def _judge_clock(exchanges: list[Exchange]) -> Finding:
    offsets = [
        each.server_time_offset_s for each in exchanges if each.server_time_offset_s is not None
    ]
    if not offsets:
        return _CLOCK.warn(
            Message(N_("The server told no time to compare with.")),
            Message(N_("Check this PC’s date and time by hand.")),
        )
    off_s = min(offsets, key=abs)
    facts = {"n": abs(round(off_s))}
    if abs(off_s) <= _CLOCK_OK_S:
        return _CLOCK.ok(Message(N_("Within {n} s of the server’s."), facts))
    off = (
        Message(N_("{n} s behind the server’s."), facts)
        if off_s > 0
        else Message(N_("{n} s ahead of the server’s."), facts)
    )
    hint = Message(N_("Let the system set its clock from the network (NTP)."))
    return _CLOCK.warn(off, hint) if abs(off_s) <= _CLOCK_BAD_S else _CLOCK.fail(off, hint)


def _judge_location(settings: Settings, locations: tuple[Location, ...]) -> Finding:
    chosen = next((each for each in locations if each.id == settings.location), None)
    if chosen is not None:
        where = ", ".join(part for part in (chosen.street_line, chosen.city_line) if part)
        return _LOCATION.ok(Message(N_("{where}."), {"where": where or chosen.id}))
    if settings.location is not None:
        return _LOCATION.fail(
            Message(N_("The account has no “{location}”."), {"location": settings.location}),
            Message(
                N_("It is fixed: the administrator of this PC must name another in the policy.")
            )
            if "location" in settings.fixed
            else Message(N_("Choose one of “giftill locations”.")),
        )
    if len(locations) > 1:
        return _LOCATION.warn(
            Message(N_("None chosen, and the account has {n}."), {"n": len(locations)}),
            Message(N_("Choose one on the Till, or set GIFTILL_LOCATION.")),
        )
    return _LOCATION.ok(Message(N_("None needed: the account has at most one.")))
