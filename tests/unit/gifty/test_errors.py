"""What people read when a request fails."""

from __future__ import annotations

import pytest

from giftill.domain.outcomes import Outcome, OutcomeClass
from giftill.gifty import (
    AnsweredError,
    ApiError,
    ErrorDetail,
    Forbidden,
    GiftyError,
    MaybeSentError,
    NotFound,
    NotSentError,
    Offline,
    PoolBusy,
    Purpose,
    RateLimited,
    Request,
    ServerFault,
    StateRefused,
    TlsError,
    TokenMissing,
    TokenRefused,
    UnreadableAnswer,
    ValidationError,
)

API_ERRORS: tuple[type[ApiError], ...] = (
    TokenRefused,
    Forbidden,
    NotFound,
    StateRefused,
    ValidationError,
    RateLimited,
    ServerFault,
)
OTHERS: tuple[type[GiftyError], ...] = (Offline, TlsError, PoolBusy, MaybeSentError, TokenMissing)
MONEY = sorted(set(Purpose) - {Purpose.READ, Purpose.READ_CARD, Purpose.READ_TRANSACTION})
UNKNOWN = (MaybeSentError, UnreadableAnswer, ServerFault)


def make(kind: type[GiftyError], purpose: Purpose) -> GiftyError:
    request = Request("POST", "/giftcards/••••7K9Q", purpose)
    if issubclass(kind, AnsweredError):
        return kind(request, 418)
    return kind(request)


def every_error() -> list[GiftyError]:
    kinds = (*API_ERRORS, *OTHERS, UnreadableAnswer)
    return [make(kind, purpose) for kind in kinds for purpose in Purpose]


@pytest.mark.parametrize(
    "error", every_error(), ids=lambda e: f"{type(e).__name__} {e.request.purpose}"
)
def test_each_error_says_what_happened_what_it_means_and_what_to_do(error: GiftyError) -> None:
    for part in (error.title, error.message, error.hint):
        assert str(part)
        assert "{" not in str(part)
    assert not str(error.title).endswith(".")
    assert str(error.message).endswith(".")
    assert str(error.hint).endswith(".")
    assert str(error) == f"{error.title}: {error.message} {error.hint}"


@pytest.mark.parametrize("kind", UNKNOWN)
@pytest.mark.parametrize("purpose", MONEY)
def test_an_unknown_outcome_is_never_told_as_not_done(
    kind: type[GiftyError], purpose: Purpose
) -> None:
    error = make(kind, purpose)
    assert "not known" in str(error.message)
    assert "again before" in str(error.hint)


@pytest.mark.parametrize(
    "kind", [Offline, TlsError, PoolBusy, TokenMissing, TokenRefused, RateLimited]
)
@pytest.mark.parametrize("purpose", MONEY)
def test_what_is_surely_not_done_is_told_so(kind: type[GiftyError], purpose: Purpose) -> None:
    assert "not known" not in str(make(kind, purpose).message)


def test_the_classes_of_outcomes_are_those_of_the_errors() -> None:
    for error in every_error():
        class_ = error.outcome.outcome_class
        assert (class_ is OutcomeClass.SURELY_NOT_SENT) == isinstance(error, NotSentError)
        assert (class_ is OutcomeClass.MAYBE_SENT) == isinstance(error, MaybeSentError)


def test_no_token_counts_as_a_refused_one() -> None:
    assert TokenMissing.outcome is TokenRefused.outcome is Outcome.TOKEN_REFUSED


def test_a_refusal_speaks_in_the_servers_words_as_plain_text() -> None:
    request = Request("POST", "/x", Purpose.REDEEM)
    error = StateRefused(request, 422, (ErrorDetail(detail="<b>{no}</b>"),))
    assert str(error.message) == "Gifty says: “<b>{no}</b>”"


def test_a_card_is_unknown_and_a_transaction_is_not_found() -> None:
    card = NotFound(Request("GET", "/giftcards/••••7K9Q", Purpose.READ_CARD), 404)
    assert str(card.title) == "Unknown card"
    hold = NotFound(Request("POST", "/transactions/tr_1/capture", Purpose.CAPTURE), 404)
    assert "transaction" in str(hold.message)


def test_a_portal_is_told_as_one() -> None:
    error = UnreadableAnswer(Request("GET", "/x", Purpose.READ), 200, looks_like_portal=True)
    assert "log in" in str(error.hint)
