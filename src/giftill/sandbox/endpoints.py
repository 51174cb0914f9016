"""What each address of the page does; one plain function for each endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from giftill.sandbox import validate, wire
from giftill.sandbox.problems import not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from giftill.sandbox.ledger import Caller, Ledger


@dataclass(frozen=True)
class Call:
    """One admitted request, read and ready to be worked on.

    Attributes:
        ledger: Where the work is done; inside one transaction.
        caller: When and for which store.
        path: The path's parameters.
        query: The query's parameters.
        body: The fields of the JSON body; empty where the endpoint takes none.
        encoder: Writes cards and transactions as they are now.
    """

    ledger: Ledger
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: validate.Fields
    encoder: wire.Encoder


@dataclass(frozen=True)
class Endpoint:
    """An address of the page.

    Attributes:
        method: HTTP method.
        path: Path below `/v1`, with parameters in braces.
        work: What it does.
        takes_body: Whether it reads a JSON body.
        tracks_location: Whether `X-Gifty-Location` is recorded and so must exist.
    """

    method: str
    path: str
    work: Callable[[Call], wire.Json]
    takes_body: bool = False
    tracks_location: bool = True


def retrieve_card(call: Call) -> wire.Json:
    """GET Retrieve Gift Card."""
    card = call.ledger.card_by_code(call.path["code"])
    if card is None:
        raise not_found("card_not_found")
    return call.encoder.card(card)


def redeem(call: Call) -> wire.Json:
    """POST Redeem Gift Card."""
    _require_card(call)
    amount_cents = call.body.amount()
    currency = call.body.text("currency")
    capture = call.body.boolean("capture")
    call.body.check()
    row = call.ledger.redeem(
        call.path["code"], amount_cents, currency, capture=capture, caller=call.caller
    )
    return call.encoder.transaction(row)


def issue(call: Call) -> wire.Json:
    """POST Issue Gift Card, with an amount or with a package."""
    _require_card(call)
    promotional = call.body.boolean("promotional", default=False)
    package_id = None
    if call.body.has("package"):
        package_id, amount_cents, currency = _package_value(call)
    else:
        amount_cents = call.body.amount()
        currency = call.body.text("currency")
    call.body.check()
    row = call.ledger.issue(
        call.path["code"],
        amount_cents=amount_cents,
        currency=currency,
        package_id=package_id,
        promotional=promotional,
        caller=call.caller,
    )
    return call.encoder.transaction(row)


def _package_value(call: Call) -> tuple[str, int, str]:
    package_id = call.body.text("package")
    package = call.ledger.package(package_id) if validate.is_unicode(package_id) else None
    if call.body.has("amount"):
        call.body.refuse("package", "amount_or_package")
    if package is None:
        call.body.refuse("package", "unknown_choice")
        return "", 0, ""
    if not package.active:
        call.body.refuse("package", "inactive_package")
    if call.body.has("currency") and call.body.text("currency") != package.currency:
        call.body.refuse("currency", "currency_differs", package.currency)
    return package.id, package.amount_cents, package.currency


def extend(call: Call) -> wire.Json:
    """POST Extend Gift Card."""
    _require_card(call)
    expires_at = call.body.future("expires_at", call.caller.now)
    call.body.check()
    row = call.ledger.extend(call.path["code"], expires_at, caller=call.caller)
    return call.encoder.transaction(row)


def list_transactions(call: Call) -> wire.Json:
    """GET List All Transactions; one of an unknown card is an empty list."""
    limit = validate.page_limit(call.query.get("limit"))
    before_seq = None
    if "cursor_before" in call.query:
        before = call.ledger.transaction(call.query["cursor_before"])
        if before is None:
            raise validate.unknown_choice("cursor_before")
        before_seq = before.seq
    rows = call.ledger.latest_transactions(
        limit, before_seq=before_seq, card_id=call.query.get("giftcard")
    )
    return [call.encoder.transaction(row) for row in rows]


def retrieve_transaction(call: Call) -> wire.Json:
    """GET Retrieve Transaction."""
    row = call.ledger.transaction(call.path["transaction"])
    if row is None:
        raise not_found("transaction_not_found")
    return call.encoder.transaction(row)


def capture(call: Call) -> wire.Json:
    """POST Capture Transaction."""
    row = call.ledger.capture(call.path["transaction"], caller=call.caller)
    return call.encoder.transaction(row)


def release(call: Call) -> wire.Json:
    """DELETE Release Transaction."""
    row = call.ledger.release(call.path["transaction"], caller=call.caller)
    return call.encoder.transaction(row)


def refund(call: Call) -> wire.Json:
    """POST Refund Transaction; not on the page, known from the vendor's public SDK."""
    if call.ledger.transaction(call.path["transaction"]) is None:
        raise not_found("transaction_not_found")
    amount_cents = call.body.amount()
    currency = call.body.text("currency")
    reason = call.body.reason()
    words = call.body.optional_text("reason_description", validate.MAX_DESCRIPTION)
    call.body.check()
    row = call.ledger.refund(
        call.path["transaction"],
        amount_cents,
        currency,
        reason=reason,
        reason_description=words,
        caller=call.caller,
    )
    return call.encoder.transaction(row)


def list_locations(call: Call) -> wire.Json:
    """GET List All Locations."""
    return [wire.location(row) for row in _page(call, call.ledger.locations())]


def list_packages(call: Call) -> wire.Json:
    """GET List All Packages."""
    return [wire.package(row) for row in _page(call, call.ledger.packages())]


def retrieve_package(call: Call) -> wire.Json:
    """GET Retrieve Package."""
    row = call.ledger.package(call.path["package"])
    if row is None:
        raise not_found("package_not_found")
    return wire.package(row)


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Row = TypeVar("_Row", bound=_HasId)


def _page(call: Call, rows: Sequence[_Row]) -> Sequence[_Row]:
    limit = validate.page_limit(call.query.get("limit"))
    cursor = call.query.get("cursor_before")
    if cursor is None:
        return rows[:limit]
    for index, row in enumerate(rows):
        if row.id == cursor:
            return rows[index + 1 : index + 1 + limit]
    raise validate.unknown_choice("cursor_before")


def _require_card(call: Call) -> None:
    # An unknown card is 404 whatever the body says, as it is on every other address.
    if call.ledger.card_by_code(call.path["code"]) is None:
        raise not_found("card_not_found")


ENDPOINTS = (
    Endpoint("GET", "/giftcards/{code}", retrieve_card),
    Endpoint("POST", "/giftcards/{code}/redeem", redeem, takes_body=True),
    Endpoint("POST", "/giftcards/{code}/issue", issue, takes_body=True),
    Endpoint("POST", "/giftcards/{code}/extend", extend, takes_body=True),
    Endpoint("GET", "/transactions", list_transactions),
    Endpoint("GET", "/transactions/{transaction}", retrieve_transaction),
    Endpoint("DELETE", "/transactions/{transaction}", release),
    Endpoint("POST", "/transactions/{transaction}/capture", capture),
    Endpoint("POST", "/transactions/{transaction}/refund", refund, takes_body=True),
    Endpoint("GET", "/locations", list_locations, tracks_location=False),
    Endpoint("GET", "/packages", list_packages, tracks_location=False),
    Endpoint("GET", "/packages/{package}", retrieve_package, tracks_location=False),
)
