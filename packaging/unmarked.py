"""Finds texts for people that a source file shows without marking them for translation."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Neither mark-up nor the program's own name is translated.
NO_WORDS = re.compile(r"<[^>]*>|giftill", re.IGNORECASE)
# The calls that mark a text.
MARKS = frozenset({"N_", "t", "_t", "plural"})
# Calls whose positional texts a person reads.
SHOWING_CALLS = frozenset({
    "Message", "QAction", "QCheckBox", "QGroupBox", "QLabel", "QPushButton", "QRadioButton",
    "QToolButton", "addTab", "print", "setAccessibleDescription", "setAccessibleName",
    "setInformativeText", "setPlaceholderText", "setStatusTip", "setText", "setTitle",
    "setToolTip", "setWhatsThis", "setWindowTitle",
})  # fmt: skip
# Keyword arguments that carry a text for a person, whatever they are given to. argparse's
# `metavar` and `prog` are names, not sentences.
SHOWING_KEYWORDS = frozenset({
    "accessible_name", "description", "epilog", "help", "hint", "label", "message", "placeholder",
    "title", "tool_tip",
})  # fmt: skip


def unmarked_texts(source: str) -> list[str]:
    """Return each text that is not marked, or not where the mark is found, as `line: the text`.

    Only what can be decided on sight is reported: a literal with letters, given directly to a call
    or a keyword that shows it. What is marked stands inside a call of its own and is not literal.

    Args:
        source: The text of one Python module.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for argument in _shown_arguments(node):
                text = _literal_text(argument)
                if any(character.isalpha() for character in NO_WORDS.sub("", text)):
                    found.append(f"{argument.lineno}: not marked for translation: {text!r}")
        elif isinstance(node, ast.JoinedStr):
            found += _hidden_marks(node)
    return found


def _hidden_marks(formatted: ast.JoinedStr) -> Iterator[str]:
    """Yield the marked texts inside an f-string, which Babel sees from Python 3.12 on only."""
    for call in ast.walk(formatted):
        if isinstance(call, ast.Call) and _name(call) in MARKS and call.args:
            text = _literal_text(call.args[0])
            if text:
                yield f"{call.lineno}: marked inside an f-string, take it out: {text!r}"


def _shown_arguments(call: ast.Call) -> Iterator[ast.expr]:
    if _name(call) in SHOWING_CALLS:
        yield from call.args
    yield from (item.value for item in call.keywords if item.arg in SHOWING_KEYWORDS)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literal_text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_literal_text(value) for value in values)
        case ast.IfExp(body=body, orelse=orelse):
            return _literal_text(body) + _literal_text(orelse)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _literal_text(left) + _literal_text(right)
        case _:
            return ""
