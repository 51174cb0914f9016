"""The Till's memory: what it knows now, and the one way to change that and show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .face import News
from .facts import Facts
from .sale import Sale
from .words import main_action, put_into_words

if TYPE_CHECKING:
    from giftill.domain.errors import GiftillError
    from giftill.texts import Texts

    from .face import Face, TillParts
    from .state import Focus


class Board:
    """What the parts of the presenter share.

    Attributes:
        facts: What the Till knows now.
        parts: The services behind it.
        face: The view in front of it.
        t: The cashier's language.
        main_since_ms: Since when the wide button has had its meaning, this PC's Unix time in ms.
    """

    def __init__(self, parts: TillParts, face: Face, t: Texts) -> None:
        """Start with an empty sale."""
        self.parts = parts
        self.face = face
        self.t = t
        self.facts = Facts(Sale(parts.sales.new_sale()))
        self.main_since_ms = 0
        self._shown_action = main_action(self.facts)
        self._is_closed = False

    def change(
        self,
        *,
        focus: Focus | None = None,
        **changes: Any,  # noqa: ANN401 - the fields of Facts, each of its own type
    ) -> None:
        """Take in what is new and show it.

        Args:
            focus: Where the cursor is to go now; None leaves it where it is.
            changes: New values for fields of `Facts`.
        """
        facts = replace(self.facts, **changes)
        if focus is not None:
            facts = replace(facts, focus=focus, focus_count=facts.focus_count + 1)
        self.facts = facts
        self.show()

    def show(self) -> None:
        """Show what is known."""
        if self._is_closed:
            return
        action = main_action(self.facts)
        if action is not self._shown_action:
            self._shown_action = action
            self.main_since_ms = self.parts.clock.now_ms()
        now = datetime.fromtimestamp(self.parts.connectivity.server_now_ms / 1000, UTC)
        cents_first = self.parts.cents_first()
        self.face.render_state(put_into_words(self.facts, self.t, now, cents_first=cents_first))

    def say(self, text: str, sound: str = "") -> None:
        """Make something heard."""
        if not self._is_closed:
            self.face.tell(News(text, sound))

    def say_error(self, error: GiftillError, sound: str = "refused") -> None:
        """Make an error heard, in its own words."""
        sentences = (error.title, error.message, error.hint)
        self.say(" ".join(self.t.message(each) for each in sentences), sound)

    def close(self) -> None:
        """Show and say nothing any more: the view is gone."""
        self._is_closed = True
