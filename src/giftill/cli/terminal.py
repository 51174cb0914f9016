"""What a command reads from and writes to: answers on stdout, problems on stderr, or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from giftill.domain.errors import GiftillError
    from giftill.texts import Texts

Json = dict[str, object]

_PLAYFUL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Terminal:
    """The three streams and the language.

    Attributes:
        stdin: Where a token is read from.
        stdout: Where answers go.
        stderr: Where problems go.
        t: The language.
        is_json: Whether a machine reads the answers.
    """

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    t: Texts
    is_json: bool = False

    def say(self, text: str) -> None:
        """Write a line for people; machines are not told."""
        if not self.is_json:
            print(plain(text), file=self.stdout)

    def note(self, text: str) -> None:
        """Write a line beside the answer, for people, that no pipe should carry on."""
        if not self.is_json:
            print(plain(text), file=self.stderr)

    def answer(self, document: Mapping[str, object]) -> None:
        """Write the answer for machines: one JSON document; people have been told in words."""
        if self.is_json:
            _write_json(document, self.stdout)

    def problem(self, error: GiftillError, status: int) -> None:
        """Tell what went wrong and what to do: three sentences, or one JSON document.

        What was typed is told without card codes and wallet links, as output is often kept.

        Args:
            error: What went wrong.
            status: The exit status that it leads to.
        """
        from giftill.logs import Redactor

        t = self.t
        title, message, hint = (
            t.message(each) for each in (error.title, error.message, error.hint)
        )
        message = Redactor().redact(message)
        if self.is_json:
            problem = {
                "title": title,
                "message": message,
                "hint": hint,
                "type": type(error).__name__,
                "exit_status": status,
            }
            _write_json({"error": problem}, self.stderr)
            return
        print(plain(f"giftill: {title}. {message}"), file=self.stderr)
        if hint:
            print(plain(f"  {hint}"), file=self.stderr)

    def table(self, rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
        """Write rows in columns as wide as what is in them.

        Args:
            rows: Cells by row, the headers first; all rows of one length.
            right: Numbers of the columns that are set flush right, as amounts are.
        """
        if self.is_json or not rows:
            return
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            cells = [
                cell.rjust(widths[i]) if i in right else cell.ljust(widths[i])
                for i, cell in enumerate(row)
            ]
            print(plain("  ".join(cells)).rstrip(), file=self.stdout)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write name and value a line, the values under each other."""
        self.table([(f"{name}", value) for name, value in pairs])


def _write_json(document: Mapping[str, object], stream: TextIO) -> None:
    """Write a document as UTF-8; where a stream has another encoding, escape what it may lack."""
    import json

    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-")
    is_utf8 = encoding in {"utf-8", "utf8"}
    print(json.dumps(document, indent=2, ensure_ascii=not is_utf8), file=stream)


def plain(text: str) -> str:
    """Return text that can't play with the terminal: one line, no control or format characters.

    Texts of the server and of whoever typed the command are shown as they are, but they must
    not move the cursor, change colours or turn the direction of writing around.
    """
    import unicodedata

    return "".join(" " if unicodedata.category(each) in _PLAYFUL else each for each in text)
