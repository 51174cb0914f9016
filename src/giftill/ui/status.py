"""What stands always in view: location, connection, outbox, cashier, clock, and lasting states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from giftill.domain.errors import GiftillError
from giftill.domain.money import Money
from giftill.services.connectivity import Link
from giftill.services.limits import Age
from giftill.ui.screens.common import CHECKING_ICON, Addresses, Pill, ToneName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from giftill.services.desk import Desk
    from giftill.texts import Texts


# With more of them the Till's keypad would be cut off on a small screen. What is left out is told
# by the pills of the top bar, and comes up once a graver state is over.
_MOST_BANDS: Final = 2


class BandKind(StrEnum):
    """A lasting state that is told under the top bar, in this order."""

    NO_TOKEN = "no_token"  # noqa: S105 - the name of a state, not a token
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - likewise
    FORBIDDEN = "forbidden"
    OUTBOX_FULL = "outbox_full"
    OUTBOX_OLD = "outbox_old"
    OTHER_ACCOUNT = "other_account"
    OFFLINE = "offline"
    LIMITED = "limited"


ABOUT_THE_TOKEN: Final = (
    BandKind.NO_TOKEN,
    BandKind.TOKEN_REFUSED,
    BandKind.FORBIDDEN,
    BandKind.OTHER_ACCOUNT,
)


class BandState(Struct, frozen=True):
    """One lasting state in words.

    Attributes:
        kind: Which one.
        tone: How serious it is.
        icon: Which icon says so.
        text: What it means for the customer, and what to do.
        action: What its button does; empty for no button.
    """

    kind: BandKind
    tone: ToneName
    icon: str
    text: str
    action: str = ""


class Badge(Struct, frozen=True):
    """A count on the rail: the number, and what it counts for a screen reader."""

    count: int
    text: str


class StatusState(Struct, frozen=True):
    """Everything around the screen.

    Attributes:
        location: The address of the shop, or that none was chosen.
        is_location_fixed: Whether only the administrator of this PC can change it.
        link: The connection in words.
        outbox: What waits; None while nothing does.
        cashier: Who works here; empty if nobody signed in.
        clock: The time.
        bands: Lasting states, the gravest first, and no more than there is room for.
        holds_badge: On Holds.
        outbox_badge: On Outbox.
        attention: How many operations need attention.
    """

    location: str
    is_location_fixed: bool
    link: Pill
    outbox: Pill | None
    cashier: str
    clock: str
    bands: tuple[BandState, ...]
    holds_badge: Badge
    outbox_badge: Badge
    attention: int


class StatusPresenter:
    """Keeps what stands always in view in step with the till."""

    def __init__(self, desk: Desk, t: Texts, render: Callable[[StatusState], None]) -> None:
        """Present `desk`; nothing is drawn before `watch` or `show`.

        Args:
            desk: The till.
            t: The reader's language.
            render: Draws a state.
        """
        self._desk = desk
        self._t = t
        self._render = render
        self._addresses = Addresses()
        self._holds = 0
        self._watches: list[Callable[[], None]] = []

    def watch(self, wake: Callable[[], None]) -> None:
        """Draw at every change; call `wake` when `refresh` should read what is on disk anew."""
        desk = self._desk
        self._watches = [
            desk.connectivity.link.subscribe(lambda _: self._changed(wake)),
            desk.has_token.subscribe(lambda _: self.show()),
            desk.token_problem.subscribe(lambda _: self.show()),
            desk.outbox.summary.subscribe(lambda _: self._changed(wake)),
            desk.outbox.elsewhere.subscribe(lambda _: self.show()),
            desk.outbox.changed.subscribe(lambda _: wake()),
            desk.sales.held.subscribe(lambda _: wake()),
            desk.sales.resolved.subscribe(lambda _: wake()),
            desk.location.subscribe(lambda _: self._changed(wake)),
        ]

    def close(self) -> None:
        """Watch no more."""
        while self._watches:
            self._watches.pop()()

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        self._t = t
        self.show()

    async def refresh(self) -> None:
        """Count the holds and what waits, and find the shop's address."""
        desk = self._desk
        try:
            # What the reconciler finds out changes the counts too.
            await desk.outbox.refresh()
            self._holds = await desk.journal.count_unsettled_holds()
            stored = await desk.catalogue.stored_locations()
        except GiftillError:
            # The connection pill and the screens say it; here an older count is good enough.
            stored = None
        if stored is not None:
            self._addresses = Addresses(stored.locations)
        self.show()

    async def greet(self) -> None:
        """Make one real request: it tells whether the API can be reached, and the locations."""
        if not self._desk.has_token.value:
            return
        try:
            read = await self._desk.catalogue.locations()
        except GiftillError:
            # The connection pill and the bands say what is wrong.
            return
        self._addresses = Addresses(read.locations)
        self.show()

    def show(self) -> None:
        """Draw everything as it is now."""
        desk, t = self._desk, self._t
        summary = desk.outbox.summary.value
        in_outbox = summary.waiting + summary.attention + summary.checking
        self._render(
            StatusState(
                location=self._place(),
                is_location_fixed="location" in desk.settings.current.fixed,
                link=self._link(),
                outbox=self._outbox(),
                cashier=desk.sales.cashier or desk.settings.current.cashier,
                clock=t.time(_time(desk.clock.now_ms())),
                bands=tuple(self._bands()),
                holds_badge=Badge(
                    self._holds, t.plural("{n} open hold", "{n} open holds", self._holds)
                ),
                outbox_badge=Badge(
                    in_outbox, t.plural("{n} in the outbox", "{n} in the outbox", in_outbox)
                ),
                attention=summary.attention,
            )
        )

    def _changed(self, wake: Callable[[], None]) -> None:
        self.show()
        wake()

    def _place(self) -> str:
        location, t = self._desk.location.value, self._t
        if not location:
            if "location" in self._desk.settings.current.fixed:
                return t("Not a location of this account")
            return t("Choose a location")
        address = self._addresses(location)
        # Before the list was ever read: the whole id would be noise in the place of an address.
        return t("Location not known yet") if address == location else address

    def _link(self) -> Pill:
        desk, t = self._desk, self._t
        if not desk.has_token.value:
            return Pill("token", t("Not set up"), "info")
        match self._seen_link:
            case Link.ONLINE:
                return Pill("online", t("Online"), "success")
            case Link.OFFLINE if desk.outbox.limits.is_full(desk.outbox.summary.value):
                return Pill("offline", t("Offline"), "danger")
            case Link.OFFLINE:
                return Pill("offline", t("Offline: captures are queued"), "hold")
            case Link.TOKEN_REFUSED:
                return Pill("token", t("Token refused"), "danger")
            case Link.LIMITED:
                return Pill("limited", t("Limited"), "hold")
            case Link.UNKNOWN:
                return Pill("online", t("Not connected yet"), "neutral")

    def _outbox(self) -> Pill | None:
        summary, t = self._desk.outbox.summary.value, self._t
        if summary.attention:
            words = t.plural("{n} needs attention", "{n} need attention", summary.attention)
            return Pill("warning", words, "danger")
        if summary.waiting:
            return Pill("queue", t.plural("{n} queued", "{n} queued", summary.waiting), "info")
        if summary.checking:
            return Pill(
                CHECKING_ICON,
                t.plural("{n} being checked", "{n} being checked", summary.checking),
                "hold",
            )
        return None

    def _bands(self) -> list[BandState]:
        t, desk = self._t, self._desk
        if not desk.has_token.value:
            problem = desk.token_problem.value
            if problem is not None:
                # What the system itself said is long and technical; “giftill doctor” tells it.
                text = t("Take no gift cards now; call a manager.")
                text = f"{text} {t.message(problem.title)}. {t.message(problem.hint)}".strip()
                return [BandState(BandKind.NO_TOKEN, "danger", "token", text, t("Check the token"))]
            text = t(
                "Take no gift cards yet: this till has no token. Run “giftill token set” and "
                "paste the token from Gifty’s dashboard, or practise with “giftill --training”."
            )
            return [BandState(BandKind.NO_TOKEN, "info", "token", text, t("Check the token"))]
        bands = []
        is_full = desk.outbox.limits.is_full(desk.outbox.summary.value)
        match self._seen_link:
            case Link.TOKEN_REFUSED:
                text = t(
                    "Cards can’t be checked: call a manager. Sales on hold can be completed. Gifty "
                    "refuses this till’s token: run “giftill token set” with a new one."
                )
                bands.append(
                    BandState(BandKind.TOKEN_REFUSED, "danger", "token", text, t("Check the token"))
                )
            # With the outbox full no sale can be completed, whatever is on hold.
            case Link.OFFLINE if not is_full:
                text = t(
                    "No connection. Sales on hold can be completed and are sent later. "
                    "New cards can’t be checked now."
                )
                bands.append(BandState(BandKind.OFFLINE, "hold", "offline", text))
            case Link.LIMITED:
                until = t.time(_time(desk.connectivity.limited_until_ms))
                text = t("Gifty asked this till to wait. Everything goes on at {time}.", time=until)
                bands.append(BandState(BandKind.LIMITED, "hold", "limited", text))
            case _:
                pass
        if desk.connectivity.is_forbidden:
            text = t(
                "Gifty allows this till’s token nothing. What waits in the outbox is kept until "
                "it does; look at the token and the location."
            )
            bands.append(
                BandState(BandKind.FORBIDDEN, "danger", "token", text, t("Check the token"))
            )
        bands.extend(self._outbox_bands())
        order = list(BandKind)
        bands.sort(key=lambda each: (each.tone != "danger", order.index(each.kind)))
        return bands[:_MOST_BANDS]

    @property
    def _seen_link(self) -> Link:
        """The link as people should see it: a pause that is over is none."""
        connectivity = self._desk.connectivity
        link = connectivity.link.value
        return Link.UNKNOWN if link is Link.LIMITED and not connectivity.is_limited else link

    def _outbox_bands(self) -> Iterator[BandState]:
        t, desk = self._t, self._desk
        summary, limits = desk.outbox.summary.value, desk.outbox.limits
        if desk.outbox.elsewhere.value:
            text = t.plural(
                "{n} in the outbox was made with the token of another account. Call a manager: set "
                "that token again, or settle it in that account’s dashboard.",
                "{n} in the outbox were made with the token of another account. Call a manager: "
                "set that token again, or settle them in that account’s dashboard.",
                desk.outbox.elsewhere.value,
            )
            yield BandState(BandKind.OTHER_ACCOUNT, "danger", "token", text, t("Check the token"))
        if limits.is_full(summary):
            text = t(
                "The outbox is full: {n} wait. No more sales can be completed before this till "
                "is online.",
                n=summary.waiting,
            )
            yield BandState(BandKind.OUTBOX_FULL, "danger", "warning", text)
        elif limits.is_filling(summary):
            text = t(
                "The outbox is filling up: {n} of {limit} wait. Get this till online soon.",
                n=summary.waiting,
                limit=limits.items,
            )
            if not limits.is_filling(replace(summary, total=())):
                # Few sales, but large ones: the money is what there is no room for.
                text = t(
                    "The outbox is filling up: {amount} of {limit} waits. Get this till online "
                    "soon.",
                    amount=" + ".join(map(t.money, summary.total)),
                    limit=Money(limits.cents, "EUR"),
                )
            yield BandState(BandKind.OUTBOX_FULL, "danger", "warning", text)
        age = limits.age(summary, desk.clock.now_ms())
        if age is Age.MANAGER:
            text = t(
                "Something has waited in the outbox for too long. Call a manager: get this till "
                "online, or settle it in Gifty’s dashboard."
            )
            yield BandState(BandKind.OUTBOX_OLD, "danger", "warning", text)
        elif age is Age.WARNING:
            text = t(
                "Something has waited in the outbox for a long time. Get this till online soon."
            )
            yield BandState(BandKind.OUTBOX_OLD, "hold", "warning", text)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
