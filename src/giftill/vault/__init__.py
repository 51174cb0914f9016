"""Keeps the API token in the keyring of the operating system, and nowhere else."""

from __future__ import annotations

from .token import find_token
from .vault import Vault, VaultLocked, VaultUnavailable, service_name

__all__ = ["Vault", "VaultLocked", "VaultUnavailable", "find_token", "service_name"]
