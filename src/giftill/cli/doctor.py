"""The doctor: checks everything that a till needs, one line each, and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import checks_here, checks_there
from .checks_policy import check_policy, policy_document
from .exits import Exit
from .findings import LEVEL_WORDS, Level

if TYPE_CHECKING:
    import argparse

    from .arguments import Parser
    from .context import Context
    from .findings import Finding


def add_doctor(parser: Parser) -> None:
    """Say in the help of `doctor` what its exit status means."""
    parser.epilog = parser.t("Exit status 0 if nothing fails, else 7.")


async def doctor(context: Context, _arguments: argparse.Namespace) -> Exit:
    """Carry out `doctor`; it works beside a running terminal too."""
    findings = await examine(context)
    t, terminal = context.t, context.terminal
    terminal.answer(
        {
            "checks": [
                {
                    "check": each.check,
                    "level": each.level.value,
                    "message": t.message(each.message),
                    "hint": t.message(each.hint) if each.hint else None,
                }
                for each in findings
            ],
            "policy": policy_document(context.policy),
        }
    )
    label_width = max(len(t.message(each.label)) for each in findings)
    level_width = max(len(t(word)) for word in LEVEL_WORDS.values())
    indent = " " * (level_width + label_width + 4)
    for each in findings:
        level, label = t(LEVEL_WORDS[each.level]), t.message(each.label)
        terminal.say(f"{level:<{level_width}}  {label:<{label_width}}  {t.message(each.message)}")
        if each.hint is not None:
            terminal.say(indent + t.message(each.hint))
    has_failed = any(each.level is Level.FAIL for each in findings)
    return Exit.ATTENTION if has_failed else Exit.DONE


async def examine(context: Context) -> tuple[Finding, ...]:
    """Make every check and return what was found, in the order of reading."""
    # Found once for all checks, as a locked keyring asks a person for its password each time.
    token = await checks_there.find_token(context)
    return (
        checks_here.check_folder(context),
        checks_here.check_disk(context),
        *check_policy(context),
        checks_here.check_settings(context),
        *await checks_here.check_journal(context),
        await checks_here.check_keyring(context, token),
        await checks_there.check_name(context),
        *await checks_there.check_api(context, token),
        checks_there.check_limits(context),
        checks_here.check_display(context),
        checks_here.check_scanner(context),
    )
