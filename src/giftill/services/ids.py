"""Ids that this till gives out itself: sortable by time, never the same twice."""

from __future__ import annotations

import secrets

from giftill.domain.operations import AccountId, OperationId, SaleId


def new_operation_id(now_ms: int) -> OperationId:
    """Return `op_` and 24 hex digits that sort by `now_ms`, Unix time in ms."""
    return OperationId(f"op_{_sortable(now_ms)}")


def new_sale_id(now_ms: int) -> SaleId:
    """Return `sa_` and 24 hex digits that sort by `now_ms`, Unix time in ms."""
    return SaleId(f"sa_{_sortable(now_ms)}")


def new_account_id() -> AccountId:
    """Return `ac_` and 16 random hex digits."""
    return AccountId(f"ac_{secrets.token_hex(8)}")


def _sortable(now_ms: int) -> str:
    return f"{now_ms:012x}{secrets.token_hex(6)}"
