"""The endpoints of the Gifty API: what is sent for each, and nothing about how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from giftill.domain.codes import CODE_LENGTH, CardCode

from . import wire
from .errors import UnusableId
from .exchange import Purpose, Request

if TYPE_CHECKING:
    from giftill.domain.cards import CardId, PackageId
    from giftill.domain.money import Money
    from giftill.domain.transactions import TransactionId

LARGEST_PAGE: Final = 100

_ID = re.compile(wire.ID_PATTERN)
_CODE = re.compile(rf"[A-Z0-9]{{{CODE_LENGTH}}}")


@dataclass(frozen=True, repr=False)
class Call:
    """One request before it is sent. It holds the card's code, so it never shows its inside.

    Attributes:
        request: What people may see of it.
        path: The path and query below `/v1/`, with the code in clear.
        body: The JSON body; empty for none.
        secret: The card code in the path, or empty.
    """

    request: Request
    path: str
    body: bytes = b""
    secret: str = ""

    def __repr__(self) -> str:
        return f"Call({self.request})"


def check_id(text: str) -> str:
    """Return `text` if it can be an id of the API.

    Raises:
        UnusableId: It can't, and nothing was sent.
    """
    # A card code in the place of an id would show up in every log.
    if not _ID.match(text):
        raise UnusableId
    return text


def card(code: CardCode) -> Call:
    """GET Retrieve Gift Card."""
    return _on_card("GET", code, "", Purpose.READ_CARD)


def redeem(code: CardCode, amount: Money, *, capture: bool) -> Call:
    """POST Redeem Gift Card."""
    body = wire.RedeemBody(_positive_cents(amount), amount.currency, capture)
    return _on_card("POST", code, "/redeem", Purpose.REDEEM, wire.encode(body))


def issue(
    code: CardCode, amount: Money | None, package: PackageId | None, *, promotional: bool
) -> Call:
    """POST Issue Gift Card, with an amount or a package; `promotional` is always sent."""
    if (amount is None) == (package is None):
        msg = "a card is issued with an amount or with a package"
        raise ValueError(msg)
    body: wire.IssueAmountBody | wire.IssuePackageBody
    if amount is not None:
        body = wire.IssueAmountBody(_positive_cents(amount), amount.currency, promotional)
    else:
        body = wire.IssuePackageBody(check_id(package or ""), promotional)
    return _on_card("POST", code, "/issue", Purpose.ISSUE, wire.encode(body))


def extend(code: CardCode, expires_at: datetime) -> Call:
    """POST Extend Gift Card."""
    if expires_at.tzinfo is None:
        msg = "the date of expiry needs a time zone"
        raise ValueError(msg)
    body = wire.ExtendBody(expires_at.astimezone(UTC).isoformat(timespec="seconds"))
    return _on_card("POST", code, "/extend", Purpose.EXTEND, wire.encode(body))


def transactions(card_id: CardId | None, limit: int, before: str | None) -> Call:
    """GET List All Transactions."""
    return _list("transactions", limit, before, giftcard=card_id)


def transaction(transaction_id: TransactionId) -> Call:
    """GET Retrieve Transaction."""
    return _plain("GET", f"transactions/{check_id(transaction_id)}", Purpose.READ_TRANSACTION)


def capture(transaction_id: TransactionId) -> Call:
    """POST Capture Transaction."""
    return _plain("POST", f"transactions/{check_id(transaction_id)}/capture", Purpose.CAPTURE)


def release(transaction_id: TransactionId) -> Call:
    """DELETE Release Transaction."""
    return _plain("DELETE", f"transactions/{check_id(transaction_id)}", Purpose.RELEASE)


def refund(transaction_id: TransactionId, amount: Money, *, reason: str, description: str) -> Call:
    """POST a refund; not on the API's page, but in the vendor's own SDK."""
    body = wire.RefundBody(_positive_cents(amount), amount.currency, reason, description)
    path = f"transactions/{check_id(transaction_id)}/refund"
    return _plain("POST", path, Purpose.REFUND, wire.encode(body))


def locations(limit: int, before: str | None) -> Call:
    """GET List All Locations."""
    return _list("locations", limit, before)


def packages(limit: int, before: str | None) -> Call:
    """GET List All Packages."""
    return _list("packages", limit, before)


def package(package_id: PackageId) -> Call:
    """GET Retrieve Package."""
    return _plain("GET", f"packages/{check_id(package_id)}", Purpose.READ)


def _on_card(method: str, code: CardCode, rest: str, purpose: Purpose, body: bytes = b"") -> Call:
    # The code becomes a part of the path: whoever made the value must have read it with read_code.
    if not _CODE.fullmatch(code.secret):
        msg = "a card code has 16 letters and digits"
        raise ValueError(msg)
    masked = code.masked.replace(" ", "")
    return Call(
        request=Request(method, f"/giftcards/{masked}{rest}", purpose),
        path=f"giftcards/{code.secret}{rest}",
        body=body,
        secret=code.secret,
    )


def _plain(method: str, path: str, purpose: Purpose, body: bytes = b"") -> Call:
    return Call(Request(method, f"/{path}", purpose), path, body)


def _list(path: str, limit: int, before: str | None, **filters: str | None) -> Call:
    if not 1 <= limit <= LARGEST_PAGE:
        msg = f"a page has 1 to {LARGEST_PAGE} objects, not {limit}"
        raise ValueError(msg)
    query = {name: check_id(value) for name, value in filters.items() if value is not None}
    query["limit"] = str(limit)
    if before is not None:
        query["cursor_before"] = check_id(before)
    return _plain("GET", f"{path}?{urlencode(query)}", Purpose.READ)


def _positive_cents(amount: Money) -> int:
    if amount.cents <= 0:
        msg = f"an amount to send is more than zero, not {amount}"
        raise ValueError(msg)
    return amount.cents
