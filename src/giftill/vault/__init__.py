"""Keeps the API token in the keyring of the operating system, and nowhere else."""

from __future__ import annotations

from .vault import Vault, VaultUnavailable, service_name

__all__ = ["Vault", "VaultUnavailable", "service_name"]
