"""Announcements: what a sighted cashier reads off the screen, said by the screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have the screen reader say `text`; without one nothing happens.

    Args:
        widget: What the text is about.
        text: Translated.
        urgent: Whether to interrupt what is being said, for errors.
    """
    if not text:
        return
    # Naming QAccessible costs some milliseconds the first time, which start-up does without.
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
