"""Taking secrets out of what a server says."""

from __future__ import annotations

import pytest

from giftill.gifty.masking import mask

CODE = "AAAABBBBCCCCDDDD"


@pytest.mark.parametrize(
    "said",
    [CODE, CODE.lower(), "AAAA-BBBB-CCCC-DDDD", "AAAA BBBB CCCC DDDD", "aaaa - bbbbcccc dddd"],
)
def test_the_code_is_masked_however_it_is_written(said: str) -> None:
    assert mask(f"Card {said} is empty.", code=CODE, token="") == "Card ••••DDDD is empty."


def test_the_token_is_masked() -> None:
    assert mask("Bearer s3cret+/= is wrong", code="", token="s3cret+/=") == "Bearer •••• is wrong"


def test_other_words_stay() -> None:
    assert mask("AAAA is a start", code=CODE, token="token") == "AAAA is a start"
