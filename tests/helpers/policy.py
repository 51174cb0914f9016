"""Policies in a folder, as an administrator writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.config import Policy, read_policy
from giftill.config.policy import PolicyFolder

if TYPE_CHECKING:
    from pathlib import Path


def policy_of(place: Path, text: str = "") -> Policy:
    """Return what a folder says, with a file that says `text` put into it if that is given."""
    if text:
        (place / "10.toml").write_text(text, encoding="utf-8")
    return read_policy([PolicyFolder(place)])


def fixed_in(policy: Policy) -> dict[str, object]:
    """Return what a policy fixes: values by the names of the settings."""
    return {name: each.value for name, each in policy.fixed.items()}
