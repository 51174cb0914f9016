"""The journal from the command line: verifying its chain, and exporting it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import Exit
from .problems import ExportError

if TYPE_CHECKING:
    import argparse

    from giftill.journal import Journal

    from .arguments import Parser
    from .context import Context


def add_journal(parser: Parser) -> None:
    """Add the arguments of `journal`."""
    t = parser.t
    parser.own.add_argument(
        "action",
        choices=("verify", "check", "export"),
        metavar="verify|check|export",
        help=t(
            "verify that nothing was changed, check the file itself too, or export all of it as"
            " JSON lines"
        ),
    )
    parser.own.add_argument(
        "--seen", action="store_true", help=t("check: a manager has read of the repair")
    )
    parser.own.add_argument(
        "--out", metavar=t("FILE"), help=t("where to export to; else standard output")
    )


async def journal(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `journal verify`, `journal check` or `journal export`."""
    if arguments.action != "export":
        is_check = arguments.action == "check"
        return await _verify(context, is_check=is_check, is_seen=is_check and arguments.seen)
    return await _export(context, arguments.out)


async def _verify(context: Context, *, is_check: bool, is_seen: bool) -> Exit:
    t, terminal = context.t, context.terminal
    report = repair = None
    async with context.journal(tells_repair=False) as store:
        if store is not None:
            if is_check:
                await store.check_integrity()
            report = await store.verify()
            repair = await store.salvage()
            if is_seen and repair is not None:
                await store.forget_salvage()
    if report is None:
        terminal.answer(
            {"journal": {"entries": 0, "is_intact": True, "first_broken": None, "repair": None}}
        )
        terminal.say(t("There is no journal yet: this till has not moved any money."))
        return Exit.DONE
    terminal.answer(
        {
            "journal": {
                "entries": report.count,
                "is_intact": report.is_intact,
                "first_broken": report.first_broken,
                "repair": None if repair is None else asdict(repair),
            }
        }
    )
    if repair is not None:
        terminal.note(t.message(repair.told))
    if report.is_intact:
        terminal.say(
            t.plural(
                "The journal is intact: {n} entry, nothing changed or missing.",
                "The journal is intact: {n} entries, nothing changed or missing.",
                report.count,
            )
        )
        return Exit.DONE if repair is None or is_seen else Exit.ATTENTION
    terminal.note(t.message(report.explanation))
    terminal.note(t("Keep the data folder as it is and tell whoever looks after this till."))
    return Exit.ATTENTION


async def _export(context: Context, out: str | None) -> Exit:
    t, terminal = context.t, context.terminal
    async with context.journal() as store:
        if store is None:
            terminal.note(t("There is no journal yet: this till has not moved any money."))
            return Exit.DONE
        if out is None:
            async for line in store.export_lines():
                print(line.rstrip("\n"), file=terminal.stdout)
            return Exit.DONE
        count = await _write(store, Path(out))
    terminal.answer({"exported": {"entries": count, "file": out}})
    terminal.say(
        t.plural(
            "Exported {n} entry to {file}.", "Exported {n} entries to {file}.", count, file=out
        )
    )
    return Exit.DONE


async def _write(store: Journal, path: Path) -> int:
    """Write every entry to a file that only this user can read; return how many there were."""
    count = 0
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            async for line in store.export_lines():
                file.write(line.rstrip("\n") + "\n")
                count += 1
    except OSError as error:
        raise ExportError(path, error.strerror or str(error)) from error
    return count
