"""Keeps the API token in the keyring of the operating system, and nowhere else."""

from __future__ import annotations

from .token import find_token
from .vault import Vault, VaultUnavailable, service_name

__all__ = ["Vault", "VaultUnavailable", "find_token", "service_name"]
