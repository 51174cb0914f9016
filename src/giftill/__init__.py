"""Giftill, the gift-card terminal for store tills."""

from __future__ import annotations

__version__ = "0.1.0"
