"""The command line as a person or a program uses it: words in, texts and an exit status out."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from giftill.__main__ import Bootstrap
from giftill.cli import main

from .desk import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.cli import Wiring
    from giftill.config.policy import Place


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - the document is what the test looks into
        """The document on stdout."""
        return json.loads(self.out)


@dataclass
class Shell:
    """Types commands for one till.

    Attributes:
        data: The till's data folder.
        url: Where its API is.
        environ: Added to the environment of every command.
        wiring: What opens tills and windows.
        policy_places: Where its administrator's policy is; nowhere, unless a test says so.
    """

    data: Path
    url: str
    environ: dict[str, str] = field(default_factory=dict)
    wiring: Wiring = field(default_factory=Bootstrap)
    policy_places: tuple[Place, ...] = ()

    def run(self, *words: str, stdin: str = "", **environ: str) -> Answer:
        """Type a command and wait for its end."""
        out, err = io.StringIO(), io.StringIO()
        surroundings = {
            "LANG": "en_GB.UTF-8",
            "GIFTILL_DATA_DIR": str(self.data),
            "GIFTILL_API_URL": self.url,
            "GIFTILL_TOKEN": TOKEN,
            **self.environ,
            **environ,
        }
        status = main(
            words,
            surroundings,
            io.StringIO(stdin),
            out,
            err,
            wiring=self.wiring,
            policy_places=self.policy_places,
        )
        return Answer(int(status), out.getvalue(), err.getvalue())

    def hold(self, code: str, amount: str = "12.50") -> str:
        """Hold an amount and return the transaction's id."""
        answer = self.run("redeem", code, amount, "--json")
        assert answer.status == 0, answer
        transaction: str = answer.json["hold"]["transaction"]
        return transaction
