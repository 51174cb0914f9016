"""The JSON of the API (page sections “The … object”), turned into values of the domain and back.

Unknown fields are ignored and missing ones have defaults, as nested objects can be sparse; but a
field that money depends on and that has a wrong type makes the whole answer unreadable.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias, TypeVar

import msgspec

from giftill.domain.cards import Card, CardId, CardImage, PackageId
from giftill.domain.places import Location, LocationId, Package
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)

from .errors import ErrorDetail

if TYPE_CHECKING:
    from collections.abc import Callable

# More than an API says in a sentence is not for a till's screen.
LONGEST_TEXT: Final = 500
# A house number may come as a number; a longer one is a mistake.
_LARGEST_NUMBER: Final = 10**9

# What an id can be, coming and going: never sixteen letters and digits, which may be a card code.
ID_PATTERN: Final = r"^(?![A-Za-z0-9]{16}\Z)[A-Za-z0-9_]{1,100}\Z"

_Wire = TypeVar("_Wire", bound=msgspec.Struct)
_Domain = TypeVar("_Domain")

_Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=ID_PATTERN)]
_Currency: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]
# Far more than any gift card holds, and within what SQLite and JavaScript count exactly.
_Cents: TypeAlias = Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)]


class WireError(ValueError):
    """A body is not what the API answers; says what is wrong with it, without its content."""


class RedeemBody(msgspec.Struct, frozen=True):
    """POST Redeem Gift Card."""

    amount: int
    currency: str
    capture: bool


class IssueAmountBody(msgspec.Struct, frozen=True):
    """POST Issue Gift Card, with an amount."""

    amount: int
    currency: str
    promotional: bool


class IssuePackageBody(msgspec.Struct, frozen=True):
    """POST Issue Gift Card, with a package."""

    package: str
    promotional: bool


class ExtendBody(msgspec.Struct, frozen=True):
    """POST Extend Gift Card."""

    expires_at: str


class RefundBody(msgspec.Struct, frozen=True):
    """POST refund, as the vendor's own SDK sends it."""

    amount: int
    currency: str
    reason: str
    reason_description: str


class _Transaction(msgspec.Struct, frozen=True):
    id: _Id
    amount: _Cents
    status: str
    type: str
    currency: _Currency | None = None
    description: object = None
    is_capturable: bool | None = None
    captured_at: str | None = None
    created_at: str | None = None
    giftcard: object = None


class _Card(msgspec.Struct, frozen=True):
    id: _Id
    balance: _Cents
    currency: _Currency = "EUR"
    promotional: bool | None = None
    is_redeemable: bool | None = None
    is_issuable: bool | None = None
    is_extendable: bool | None = None
    expires_at: str | None = None
    created_at: str | None = None
    package: object = None
    transactions: tuple[_Transaction, ...] | None = None
    images: object = None


class _Location(msgspec.Struct, frozen=True):
    id: _Id
    street: object = None
    house_number: object = None
    addition: object = None
    postal_code: object = None
    city: object = None
    country_code: object = None


class _Package(msgspec.Struct, frozen=True):
    id: _Id
    amount: _Cents
    currency: _Currency = "EUR"
    title: object = None
    description: object = None
    amount_visible: bool | None = None
    active: bool | None = None


class _CardAnswer(msgspec.Struct, frozen=True):
    data: _Card


class _TransactionAnswer(msgspec.Struct, frozen=True):
    data: _Transaction


class _TransactionsAnswer(msgspec.Struct, frozen=True):
    data: tuple[_Transaction, ...]


class _LocationsAnswer(msgspec.Struct, frozen=True):
    data: tuple[_Location, ...]


class _PackagesAnswer(msgspec.Struct, frozen=True):
    data: tuple[_Package, ...]


class _PackageAnswer(msgspec.Struct, frozen=True):
    data: _Package


class _ErrorAnswer(msgspec.Struct, frozen=True):
    message: object = None
    errors: object = None


def encode(body: msgspec.Struct) -> bytes:
    """Return the JSON of a request."""
    return msgspec.json.encode(body)


def card(body: bytes) -> Card:
    """Read the answer to GET Retrieve Gift Card.

    Raises:
        WireError: As every reader here, if the body is not the answer it should be.
    """
    return _read(body, _CardAnswer, lambda answer: _to_card(answer.data))


def transaction(body: bytes) -> Transaction:
    """Read a single transaction: the answer to every request that moves money, too."""
    return _read(body, _TransactionAnswer, lambda answer: _to_transaction(answer.data))


def transactions(body: bytes) -> tuple[Transaction, ...]:
    """Read a page of transactions."""
    return _read(body, _TransactionsAnswer, lambda answer: tuple(map(_to_transaction, answer.data)))


def locations(body: bytes) -> tuple[Location, ...]:
    """Read a page of locations."""
    return _read(body, _LocationsAnswer, lambda answer: tuple(map(_to_location, answer.data)))


def packages(body: bytes) -> tuple[Package, ...]:
    """Read a page of packages."""
    return _read(body, _PackagesAnswer, lambda answer: tuple(map(_to_package, answer.data)))


def package(body: bytes) -> Package:
    """Read a single package."""
    return _read(body, _PackageAnswer, lambda answer: _to_package(answer.data))


def errors(body: bytes) -> tuple[ErrorDetail, ...]:
    """Read what an error answer says; empty if it is not of the API's shape. Never raises."""
    try:
        answer = _decode(body, _ErrorAnswer)
    except WireError:
        return ()
    message = _text(answer.message)
    found: list[ErrorDetail] = []
    if isinstance(answer.errors, list):
        found = [_to_detail(entry, message) for entry in answer.errors if isinstance(entry, dict)]
    elif isinstance(answer.errors, dict):
        # The framework's own shape, which the API's page does not show: field → sentences.
        found = [
            ErrorDetail(type="validation_error", title=_text(field), detail=_first(said) or message)
            for field, said in answer.errors.items()
        ]
    if not found and message:
        found = [ErrorDetail(detail=message)]
    return tuple(found)


def _read(body: bytes, type_: type[_Wire], convert: Callable[[_Wire], _Domain]) -> _Domain:
    return convert(_decode(body, type_))


def _decode(body: bytes, type_: type[_Wire]) -> _Wire:
    try:
        # A broken character anywhere is a broken answer, also in a field that nobody reads.
        return msgspec.json.decode(body.decode("utf-8-sig"), type=type_)
    except UnicodeDecodeError:
        problem = "the answer is not UTF-8"
    except RecursionError:
        problem = "the answer is nested too deeply"
    except msgspec.DecodeError as error:
        # The decoder names types, paths and positions, never values.
        problem = str(error)
    raise WireError(problem)


def _to_card(wire: _Card) -> Card:
    return Card(
        id=CardId(wire.id),
        balance_cents=wire.balance,
        currency=wire.currency,
        is_promotional=bool(wire.promotional),
        is_redeemable=bool(wire.is_redeemable),
        is_issuable=bool(wire.is_issuable),
        is_extendable=bool(wire.is_extendable),
        expires_at=_moment(wire.expires_at),
        created_at=_moment(wire.created_at),
        package_id=_package_id(wire.package),
        transactions=tuple(
            _to_transaction(each, wire.currency) for each in wire.transactions or ()
        ),
        images=_images(wire.images),
    )


def _to_transaction(wire: _Transaction, currency: str = "EUR") -> Transaction:
    type_, status = _type(wire.type), _status(wire.status)
    is_capturable = wire.is_capturable
    if is_capturable is None:
        # A sparse row without the flag: a pending redeem is a hold, unless the server says not.
        is_capturable = (
            type_ is TransactionType.REDEEM
            and status is TransactionStatus.PENDING
            and wire.captured_at is None
        )
    return Transaction(
        id=TransactionId(wire.id),
        amount_cents=wire.amount,
        currency=wire.currency or currency,
        status=status,
        type=type_,
        description=_text(wire.description),
        is_capturable=is_capturable,
        captured_at=_moment(wire.captured_at),
        created_at=_moment(wire.created_at),
        card=_nested_card(wire.giftcard),
    )


def _nested_card(value: object) -> Card | None:
    # What a capture did is told by the transaction itself; a card beside it that can't be read
    # must not turn a confirmed capture into an unreadable answer.
    try:
        return _to_card(msgspec.convert(value, _Card))
    except (msgspec.ValidationError, WireError):
        return None


def _to_location(wire: _Location) -> Location:
    return Location(
        id=LocationId(wire.id),
        street=_text(wire.street),
        house_number=_text(wire.house_number),
        addition=_text(wire.addition) or None,
        postal_code=_text(wire.postal_code),
        city=_text(wire.city),
        country_code=_text(wire.country_code),
    )


def _to_package(wire: _Package) -> Package:
    return Package(
        id=PackageId(wire.id),
        title=_text(wire.title) or wire.id,
        amount_cents=wire.amount,
        currency=wire.currency,
        description=_text(wire.description),
        is_amount_visible=wire.amount_visible is not False,
        is_active=wire.active is not False,
    )


def _to_detail(entry: dict[object, object], message: str) -> ErrorDetail:
    return ErrorDetail(
        id=_text(entry.get("id")),
        status=_text(entry.get("status")),
        type=_text(entry.get("type")),
        title=_text(entry.get("title")),
        detail=_text(entry.get("detail")) or message,
    )


def _images(value: object) -> tuple[CardImage, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        CardImage(_text(each.get("type")), each["url"])
        for each in value
        if isinstance(each, dict) and isinstance(each.get("url"), str)
    )


def _package_id(value: object) -> PackageId | None:
    try:
        return PackageId(msgspec.convert(value, _Id))
    except msgspec.ValidationError:
        return None


def _type(word: str) -> TransactionType:
    try:
        return TransactionType(word)
    except ValueError:
        return TransactionType.OTHER


def _status(word: str) -> TransactionStatus:
    try:
        return TransactionStatus(word)
    except ValueError:
        return TransactionStatus.OTHER


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problem = "a time is not ISO 8601"
    else:
        # The API always tells the zone; its server runs on UTC where it should ever not.
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    raise WireError(problem)


def _first(said: object) -> str:
    return _text(said[0] if isinstance(said, list) and said else said)


def _text(value: object) -> str:
    """Return what a person may read: one line without control characters; empty if none."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER:
        return str(value)
    if not isinstance(value, str):
        return ""
    shown = " ".join("".join(each if each.isprintable() else " " for each in value).split())
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[: LONGEST_TEXT - 1]}…"
