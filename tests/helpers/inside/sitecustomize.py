"""What Python runs first in each process of the redaction tests: it watches, and breaks things.

`WATCHED_STARTS` names a file that gets whatever the process starts, with its surroundings.
`WATCHED_BREAKS` says what breaks: `lookup` for every look-up of a card, with every secret in the
error; `thread` for a thread beside it; `redactor` for what should keep them out of the log.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from giftill.domain.codes import CardCode
    from giftill.gifty import GiftyClient

_STARTS = {"os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}


def _watch(event: str, values: tuple[object, ...]) -> None:
    if event in _STARTS:
        with Path(os.environ["WATCHED_STARTS"]).open("a", encoding="utf-8") as file:
            file.write(f"{event} {values!r} {dict(os.environ)!r}\n")


def _break(what: set[str]) -> None:
    from giftill.gifty import GiftyClient
    from giftill.logs import Redactor

    async def card(client: GiftyClient, code: CardCode, **_: object) -> NoReturn:
        secret = code.secret
        link = f"https://wallet.gifty.nl/{secret}/s3cr3tOfTheWallet"
        groups = [secret[at : at + 4].lower() for at in range(0, len(secret), 4)]
        told = f"{secret} {'-'.join(groups)} ({' '.join(groups)}) {link} {client.token}"

        def fail() -> NoReturn:
            raise RuntimeError(told)

        if "thread" in what:
            threading.Thread(target=fail).start()
        fail()

    if "redactor" in what:
        Redactor.redact = lambda _self, text: text  # type: ignore[method-assign,assignment]  # broken
    GiftyClient.card = card  # type: ignore[method-assign,assignment]  # the same


if "WATCHED_STARTS" in os.environ:
    sys.addaudithook(_watch)
if "WATCHED_BREAKS" in os.environ:
    _break(set(os.environ["WATCHED_BREAKS"].split()))
