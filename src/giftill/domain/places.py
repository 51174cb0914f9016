"""Locations and packages: the shops of an account and what they sell as a gift card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

from .money import Money

if TYPE_CHECKING:
    from .cards import PackageId

LocationId = NewType("LocationId", str)


@dataclass(frozen=True)
class Location:
    """A shop (API page, “The Location object”); fields the server leaves out are empty."""

    id: LocationId
    street: str = ""
    house_number: str = ""
    addition: str | None = None
    postal_code: str = ""
    city: str = ""
    country_code: str = ""

    @property
    def street_line(self) -> str:
        """Street, number and addition, as on an envelope."""
        return " ".join(part for part in (self.street, self.house_number, self.addition) if part)

    @property
    def city_line(self) -> str:
        """Postal code and city, as on an envelope."""
        return " ".join(part for part in (self.postal_code, self.city) if part)


@dataclass(frozen=True)
class Package:
    """What a gift card can be sold as (API page, “The Package object”).

    Attributes:
        id: `gp_…`.
        title: What the customer asks for.
        description: More about it, in the shop's words.
        amount_cents: The value that the card gets.
        is_amount_visible: Whether the card shows that value.
        currency: ISO 4217 code.
        is_active: Whether it is sold now.
    """

    id: PackageId
    title: str
    amount_cents: int
    currency: str
    description: str = ""
    is_amount_visible: bool = True
    is_active: bool = True

    @property
    def value(self) -> Money:
        """The amount with its currency."""
        return Money(self.amount_cents, self.currency)
