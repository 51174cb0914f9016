"""What can go wrong with a request, sorted by what may be concluded from it.

    GiftyError
    ├── NotSentError            the server has surely not done it
    │   ├── Offline             refused, no such name, connect timeout
    │   ├── TlsError            the server could not prove who it is
    │   └── PoolBusy            no connection was free
    ├── TokenMissing            there is no token to send it with
    ├── MaybeSentError          no answer came: the server may have done it
    └── AnsweredError           an HTTP answer came
        ├── UnreadableAnswer    2xx or 3xx that is not what the API answers
        └── ApiError            4xx and 5xx
            ├── TokenRefused    401
            ├── Forbidden       403
            ├── NotFound        404
            ├── StateRefused    409, 422 and every other 4xx
            │   └── ValidationError   type `validation_error`: a field of the request is wrong
            ├── RateLimited     429
            └── ServerFault     5xx

    UnusableInput               nothing was sent, as it could never be right
    ├── UnusableAddress
    ├── UnusableToken
    └── UnusableId

No text of an error carries a card code or the token, whatever the server repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.outcomes import Outcome

from .exchange import Purpose

if TYPE_CHECKING:
    from .exchange import Request

_NOT_DONE: Final = {
    Purpose.READ_CARD: N_("The card could not be checked. Nothing was charged."),
    Purpose.READ_TRANSACTION: N_("The transaction could not be read. Nothing was changed."),
    Purpose.READ: N_("Nothing could be read, and nothing was changed."),
    Purpose.REDEEM: N_("Nothing was charged to the card."),
    Purpose.CAPTURE: N_("The hold was not captured; the money is still reserved on the card."),
    Purpose.RELEASE: N_("The hold was not released; the money is still reserved on the card."),
    Purpose.ISSUE: N_("The card was not sold; no amount was put on it."),
    Purpose.EXTEND: N_("The card was not extended."),
    Purpose.REFUND: N_("Nothing was refunded to the card."),
}

_MAYBE_DONE: Final = {
    **_NOT_DONE,
    Purpose.REDEEM: N_("It is not known whether the amount was held on the card."),
    Purpose.CAPTURE: N_("It is not known whether the hold was captured."),
    Purpose.RELEASE: N_("It is not known whether the hold was released."),
    Purpose.ISSUE: N_("It is not known whether the card was sold."),
    Purpose.EXTEND: N_("It is not known whether the card was extended."),
    Purpose.REFUND: N_("It is not known whether the amount was refunded."),
}

_FIND_OUT_FIRST: Final = N_("Don’t do it again before it is known what happened.")

_READS: Final = frozenset({Purpose.READ_CARD, Purpose.READ_TRANSACTION, Purpose.READ})


class GiftyError(GiftillError):
    """A request to the Gifty API did not give what was asked for.

    Attributes:
        outcome: The row of the decision table that it belongs to.
        request: What was asked, with a card code masked.
        problem: What happened in the words of the network or the server, for logs and doctors.
    """

    outcome: ClassVar[Outcome]
    _title: ClassVar[str]
    _hint: ClassVar[str]

    def __init__(self, request: Request, problem: str = "") -> None:
        """Explain what it means for `request`."""
        super().__init__(self._name(request), self._explain(request), self._advise(request))
        self.request = request
        self.problem = problem

    def _name(self, request: Request) -> Message:  # noqa: ARG002 - some tell it by the request
        return Message(self._title)

    def _explain(self, request: Request) -> Message:
        return Message(_NOT_DONE[request.purpose])

    def _advise(self, request: Request) -> Message:  # noqa: ARG002 - some tell it by the request
        return Message(self._hint)


class _MaybeDone(GiftyError):
    """Nobody can tell yet whether it was done; what moves money is never simply tried again."""

    def _explain(self, request: Request) -> Message:
        return Message(_MAYBE_DONE[request.purpose])

    def _advise(self, request: Request) -> Message:
        return super()._advise(request) if request.purpose in _READS else Message(_FIND_OUT_FIRST)


class NotSentError(GiftyError):
    """The server has surely not done it: not a byte of the request left this PC."""

    outcome = Outcome.NOT_SENT


class Offline(NotSentError):
    """No connection: refused, no such name, or none within the time for it."""

    _title = N_("Can’t reach Gifty")
    _hint = N_("Check the network. Captures and releases wait safely in the outbox.")


class TlsError(NotSentError):
    """A connection stands, but the other end could not prove to be Gifty."""

    _title = N_("The connection to Gifty is not safe")
    _hint = N_(
        "Check this PC’s date and time, and whether the network asks to log in first. "
        "Captures and releases wait safely in the outbox."
    )


class PoolBusy(NotSentError):
    """All connections were in use for too long."""

    _title = N_("Too much is being asked of Gifty at once")
    _hint = N_("Wait a moment and try again.")


class MaybeSentError(_MaybeDone):
    """No answer came, and the request may have arrived."""

    outcome = Outcome.MAYBE_SENT
    _title = N_("Gifty did not answer")
    _hint = N_("Check the network, then try again.")


class AnsweredError(GiftyError):
    """The server answered, but not with what was asked for.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, request: Request, status: int, problem: str = "") -> None:
        """Explain what it means for `request` that the server answered with `status`."""
        super().__init__(request, problem)
        self.status = status


class UnreadableAnswer(_MaybeDone, AnsweredError):
    """A 2xx or 3xx answer that is not what the API answers; the work may have been done.

    Attributes:
        looks_like_portal: Whether a web page or a redirect came: a network's log-in page, likely.
    """

    outcome = Outcome.UNREADABLE
    _title = N_("Gifty’s answer can’t be read")
    _hint = N_("Try again. If it keeps happening, tell whoever looks after this till.")

    def __init__(
        self, request: Request, status: int, problem: str = "", *, looks_like_portal: bool = False
    ) -> None:
        """Explain what it means for `request` that nobody can tell what the server said."""
        self.looks_like_portal = looks_like_portal
        super().__init__(request, status, problem)

    def _name(self, request: Request) -> Message:
        if self.looks_like_portal:
            return Message(N_("Something else answered instead of Gifty"))
        return super()._name(request)

    def _advise(self, request: Request) -> Message:
        if self.looks_like_portal:
            return Message(
                N_("Open a web browser on this PC and see whether the network asks to log in.")
            )
        return super()._advise(request)


@dataclass(frozen=True)
class ErrorDetail:
    """One entry of the `errors` in an answer (API page, “Error Handling”); empty where missing.

    Attributes:
        id: The server's id of this event, to quote to its support.
        status: The HTTP status in words.
        type: Such as `giftcard_transaction_error`.
        title: In the language asked for; the field's name for a `validation_error`.
        detail: In the language asked for; to be shown as plain text.
    """

    id: str = ""
    status: str = ""
    type: str = ""
    title: str = ""
    detail: str = ""


class ApiError(AnsweredError):
    """The API answered with an error: 4xx or 5xx.

    Attributes:
        errors: What the server said, most important first; empty if its words can't be read.
        type: The first entry's type, such as `validation_error`; never its text decides anything.
        title_text: The first entry's title.
        detail: The first entry's detail, in the language asked for; may be empty. Plain text.
        error_id: The server's id of this event, to quote to its support.
    """

    def __init__(
        self,
        request: Request,
        status: int,
        errors: tuple[ErrorDetail, ...] = (),
        problem: str = "",
    ) -> None:
        """Explain what it means for `request`, in the server's words where there are any."""
        first = errors[0] if errors else ErrorDetail()
        self.errors = errors
        self.type = first.type
        self.title_text = first.title
        self.detail = first.detail
        self.error_id = first.id
        super().__init__(request, status, problem)


class TokenRefused(ApiError):
    """401: the token is missing, wrong or withdrawn."""

    outcome = Outcome.TOKEN_REFUSED
    _title = N_("Gifty refused the token")
    _hint = N_("Ask a manager to set a token that works. Captures and releases wait for it.")


class TokenMissing(GiftyError):
    """There is no token yet; nothing was sent."""

    outcome = Outcome.TOKEN_REFUSED
    _title = N_("This till has no API token yet")
    _hint = N_("Ask whoever installs this till to set the token: giftill token set.")


class Forbidden(ApiError):
    """403: the token works, but not for this."""

    outcome = Outcome.FORBIDDEN
    _title = N_("Gifty does not allow this")
    _hint = N_("Ask a manager whether the token and the location are the right ones.")


class NotFound(ApiError):
    """404: the account has no such card, transaction or package."""

    outcome = Outcome.NOT_FOUND
    _title = N_("Not found")
    _hint = N_("Check the id, and whether the token belongs to the right account.")

    def _name(self, request: Request) -> Message:
        return Message(N_("Unknown card")) if _is_on_card(request) else super()._name(request)

    def _advise(self, request: Request) -> Message:
        if _is_on_card(request):
            return Message(N_("Check the code and scan the card again."))
        return super()._advise(request)

    def _explain(self, request: Request) -> Message:
        if _is_on_card(request):
            return Message(N_("Gifty knows no card with this code. Nothing was charged."))
        if request.path.startswith("/transactions/"):
            return Message(N_("Gifty knows no such transaction. Nothing was changed."))
        return Message(N_("Gifty knows nothing by this id. Nothing was changed."))


class StateRefused(ApiError):
    """409, 422 or another 4xx: it can't be done to this card or transaction as it is now."""

    outcome = Outcome.STATE_REFUSED
    _title = N_("Gifty refused this")
    _hint = N_("Look at the card again before trying something else.")

    def _explain(self, request: Request) -> Message:
        if self.detail:
            return Message(N_("Gifty says: “{detail}”"), {"detail": self.detail})
        return super()._explain(request)


class ValidationError(StateRefused):
    """422 of type `validation_error`: a field of the request is wrong.

    Attributes:
        field: The name of the field, such as `amount`; empty if the server doesn't tell.
    """

    @property
    def field(self) -> str:
        """The name of the field, such as `amount`; empty if the server doesn't tell."""
        return self.title_text


class RateLimited(ApiError):
    """429: too many requests, of this till or of all tills of the account together.

    Attributes:
        retry_after_s: How long the server asks to wait, in seconds, at most a day; None if it
            doesn't say.
    """

    outcome = Outcome.LIMITED
    _title = N_("Gifty asks to wait")
    _hint = N_("Wait a minute and try again. Captures and releases go on by themselves.")

    def __init__(
        self,
        request: Request,
        status: int,
        errors: tuple[ErrorDetail, ...] = (),
        problem: str = "",
        *,
        retry_after_s: float | None = None,
    ) -> None:
        """Explain what it means for `request` that there were too many."""
        super().__init__(request, status, errors, problem)
        self.retry_after_s = retry_after_s


class ServerFault(_MaybeDone, ApiError):
    """5xx: the server broke down on it; it may or may not have been done."""

    outcome = Outcome.SERVER_FAULT
    _title = N_("Gifty has a fault")
    _hint = N_("Try again in a minute.")


class UnusableInput(GiftillError):
    """Something that was given to the client can never be right; nothing was sent."""


class UnusableAddress(UnusableInput):
    """The address of the API is none, or is not safe to send a token to."""

    def __init__(self) -> None:
        """Explain it without repeating the address, which may carry a password."""
        super().__init__(
            Message(N_("The API address can’t be used")),
            Message(N_("It must start with https://; plain http:// only leads to this PC itself.")),
            Message(N_("Set it back to https://api.gifty.nl/v1/.")),
        )


class UnusableToken(UnusableInput):
    """The token has characters that no token has."""

    def __init__(self) -> None:
        """Explain it without repeating the token."""
        super().__init__(
            Message(N_("This is not an API token")),
            Message(N_("A token is one word of letters, digits and signs, without spaces.")),
            Message(N_("Copy the token again from the developer’s page of the Gifty dashboard.")),
        )


class UnusableId(UnusableInput):
    """A text is not an id of the API: letters, digits and underscores, and no card code."""

    def __init__(self) -> None:
        """Explain it without repeating the text, which may be a card code."""
        super().__init__(
            Message(N_("This is not an id of Gifty")),
            Message(N_("An id looks like tr_kOWB2x0QVvE8GYn6GX7p1oL9.")),
            Message(N_("Copy the id again. A card code is not an id.")),
        )


def _is_on_card(request: Request) -> bool:
    return request.path.startswith("/giftcards/")
