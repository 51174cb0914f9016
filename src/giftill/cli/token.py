"""The API token from the command line: set, forget, check. It is never shown and never logged."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Final

from giftill.domain.message import N_, Message
from giftill.logs import hide_secret

from .exits import Exit
from .problems import OtherAccountError, OutboxFilledError, TokenNotKeptError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine

    from giftill.domain.operations import OutboxSummary
    from giftill.domain.places import LocationId
    from giftill.gifty import GiftyClient

    from .arguments import Parser
    from .context import Context

_LONGEST_TOKEN: Final = 4096


def add_token(parser: Parser) -> None:
    """Add the arguments of `token`."""
    t = parser.t
    parser.own.add_argument(
        "action",
        choices=("set", "forget", "check"),
        metavar="set|forget|check",
        help=t("set reads the token from standard input and checks it before it is kept"),
    )
    parser.own.add_argument(
        "--force",
        action="store_true",
        help=t("do it even though the outbox needs the old one"),
    )


def token(context: Context, arguments: argparse.Namespace) -> Coroutine[None, None, Exit]:
    """Begin `token set`, `token forget` or `token check`."""
    if arguments.action == "set":
        # Read before there is an event loop, which would keep Ctrl-C from the prompt.
        return _set(context, _read(context), is_forced=arguments.force)
    if arguments.action == "forget":
        return _forget(context, is_forced=arguments.force)
    return _check(context)


async def _check(context: Context) -> Exit:
    async with context.client() as client:
        locations = await _locations(client)
    _tell_works(context, len(locations))
    return Exit.DONE


async def _set(context: Context, given: str, *, is_forced: bool) -> Exit:
    from giftill.gifty import GiftyClient, TokenRefused
    from giftill.services.pace import pacer_of

    hide_secret(given)
    vault = context.vault()
    # Asked first: a keyring that can't keep the token is better known before the API is bothered.
    keyring = await vault.describe()
    async with GiftyClient(
        given,
        base_url=context.settings.api_url,
        language=context.settings.language,
        pacer=pacer_of(context.settings, context.folders),
    ) as client:
        try:
            locations = await _locations(client)
        except TokenRefused as error:
            raise TokenNotKeptError from error
        elsewhere = await _waiting_elsewhere(context, client, locations)
    if elsewhere and not is_forced:
        raise OtherAccountError(elsewhere)
    await vault.set_token(given)
    _tell_works(context, len(locations))
    context.terminal.say(context.t("It is kept in the keyring “{keyring}”.", keyring=keyring))
    return Exit.DONE


async def _forget(context: Context, *, is_forced: bool) -> Exit:
    if not is_forced:
        summary = await _summary(context)
        unsent = summary.waiting + summary.checking if summary else 0
        if unsent:
            raise OutboxFilledError(unsent)
    was_there = await context.vault().forget_token()
    t, terminal = context.t, context.terminal
    terminal.answer({"token": {"forgotten": was_there}})
    terminal.say(t("The token is forgotten.") if was_there else t("There was no token."))
    return Exit.DONE


def _read(context: Context) -> str:
    """Read a token without showing it.

    Raises:
        UsageError: Nothing came, or what came can't be a token.
    """
    terminal = context.terminal
    if terminal.stdin.isatty():
        prompt = context.t("API token (it is not shown): ")
        try:
            text = getpass.getpass(prompt, stream=terminal.stderr)
        except EOFError:
            text = ""
            terminal.stderr.write("\n")
    else:
        text = terminal.stdin.read(_LONGEST_TOKEN + 1)
    text = text.strip()
    if not text or len(text) > _LONGEST_TOKEN or len(text.split()) != 1:
        raise UsageError(
            Message(N_("No token came on standard input, or more than one word.")),
            Message(N_("Such as: giftill token set < token.txt")),
        )
    return text


async def _locations(client: GiftyClient) -> list[LocationId]:
    return [each.id async for each in client.locations()]


async def _waiting_elsewhere(
    context: Context, client: GiftyClient, locations: list[LocationId]
) -> int:
    """Count what waits in the outbox and can't be sent with the client's token.

    A terminal that runs has the journal, and says so itself once it has the token.
    """
    from giftill.domain.operations import OutboxSummary
    from giftill.journal import JournalInUse
    from giftill.services.accounts import Accounts

    try:
        async with context.journal() as journal:
            if journal is None:
                return 0
            account = await Accounts(journal, client, context.settings.api_url).whose(locations)
            everything = await journal.summary(None)
            ours = await journal.summary(account) if account else OutboxSummary()
    except JournalInUse:
        return 0
    return everything.waiting + everything.checking - ours.waiting - ours.checking


def _tell_works(context: Context, count: int) -> None:
    context.terminal.answer({"token": {"works": True, "locations": count}})
    context.terminal.say(
        context.t.plural(
            "The token works: the account has {n} location.",
            "The token works: the account has {n} locations.",
            count,
        )
    )


async def _summary(context: Context) -> OutboxSummary | None:
    async with context.journal() as journal:
        return await journal.summary(None) if journal else None
