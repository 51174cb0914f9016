"""Renders every picture: `python -m tests.pictures --out build/pictures [--only NAME ...]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from itertools import groupby, product
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.ui.theme import Scheme

    from .shot import Shot
    from .stage import Look

_FAILED: Final = 1


def looks_of(shot: Shot) -> tuple[Look, ...]:
    """How a shot is to be seen, one language after the other."""
    from .stage import FLOOR, NORM, Look

    if shot.is_key:
        schemes: tuple[Scheme, ...] = ("light", "dark")
        return tuple(
            Look(language, scheme, size)
            for language, scheme, size in product(("en", "nl"), schemes, (NORM, FLOOR))
        )
    return (Look("en", "light", NORM), Look("nl", "light", FLOOR), Look("nl", "dark", NORM))


async def render(shots: Sequence[Shot], out: Path) -> list[str]:
    """Render shots into a folder for each look.

    Returns:
        What went wrong, a sentence each: a shot that failed, or a label that is cut.
    """
    from tests.helpers.qt import cut_labels

    from .stage import open_stage

    problems = []
    for shot in shots:
        for language, looks in groupby(looks_of(shot), lambda look: look.language):
            wanted = tuple(looks)
            with tempfile.TemporaryDirectory(prefix="giftill-picture-") as folder:
                try:
                    async with open_stage(wanted[0], shot.setting, Path(folder)) as stage:
                        await shot.act(stage)
                        for look in wanted:
                            await stage.show(look)
                            assert shot.is_there is None or shot.is_there(stage), "state is gone"
                            path = out / look.name / f"{shot.name}.png"
                            path.parent.mkdir(parents=True, exist_ok=True)
                            stage.grab().save(str(path))
                            problems += [
                                f"{look.name}/{shot.name}: {cut}"
                                for cut in cut_labels(stage.window)
                            ]
                except AssertionError as failure:
                    problems.append(f"{language}/{shot.name}: {failure}")
    return problems


def main(argv: Sequence[str]) -> int:
    """Render what was asked for; return the exit status, 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="tests.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/pictures"))
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # A picture may be taken, and its sandbox stopped, while that holds an answer back.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    from PySide6.QtCore import qInstallMessageHandler

    from tests.helpers.qt import HARMLESS, qt_event_loop

    from . import other_shots, rare_shots, till_shots

    every = (*till_shots.SHOTS, *other_shots.SHOTS, *rare_shots.SHOTS)
    chosen = [each for each in every if not arguments.only or each.name in arguments.only]
    qInstallMessageHandler(
        lambda _kind, _where, said: None if said in HARMLESS else print(said, file=sys.stderr)
    )
    with asyncio.Runner(loop_factory=qt_event_loop) as runner:
        problems = runner.run(render(chosen, arguments.out))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(chosen)} states in {arguments.out}, {len(problems)} problems")
    return _FAILED if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
