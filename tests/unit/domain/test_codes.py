"""Reading card codes as people and scanners give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.domain.codes import CardCode, CodeError, CodeProblem, read_code

CODE = "ABCDABCDABCDAB79"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "ABCD-ABCD-ABCD-AB79",
        "abcd abcd abcd ab79",
        f"  {CODE}\r\n",
        f"https://wallet.gifty.nl/{CODE}",
        f"https://wallet.gifty.nl/{CODE}/S3CR3T",
        f"HTTPS://WALLET.GIFTY.BE/{CODE}/S3CR3T?x=1#y",
        f"wallet.gifty.nl/{CODE}",
        f"https://gifty.nl/{CODE}",
        "https://wallet.gifty.nl/ABCD-ABCD-ABCD-AB79",
    ],
)
def test_a_code_is_read_in_every_way_it_is_written(text: str) -> None:
    assert read_code(text).secret == CODE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", CodeProblem.EMPTY),
        ("   ", CodeProblem.EMPTY),
        ("ABCD", CodeProblem.TOO_SHORT),
        (CODE + "X", CodeProblem.TOO_LONG),
        ("ABCDÄBCDABCDABCD", CodeProblem.FOREIGN_CHARACTERS),
        ("ABCD😀BCDABCDABCD", CodeProblem.FOREIGN_CHARACTERS),
        ("АBCDABCDABCDABCD", CodeProblem.FOREIGN_CHARACTERS),  # noqa: RUF001 - a Cyrillic A
        ("ABCD*BCDABCDABCD", CodeProblem.FOREIGN_CHARACTERS),
        ("8712345678906", CodeProblem.PRODUCT_BARCODE),
        ("96385074", CodeProblem.PRODUCT_BARCODE),
        ("036000291452", CodeProblem.PRODUCT_BARCODE),
        ("8712345678905", CodeProblem.TOO_SHORT),
        (f"https://wallet.example.nl/{CODE}", CodeProblem.OTHER_LINK),
        (f"https://wallet.gifty.nl.evil.com/{CODE}", CodeProblem.OTHER_LINK),
        (f"https://notgifty.nl/{CODE}", CodeProblem.OTHER_LINK),
        ("https://wallet.gifty.nl/", CodeProblem.OTHER_LINK),
        ("https://wallet.gifty.nl/SHORT", CodeProblem.OTHER_LINK),
        (CODE + CODE, CodeProblem.TWO_SCANS),
        (f"https://wallet.gifty.nl/{CODE}https://wallet.gifty.nl/{CODE}", CodeProblem.TWO_SCANS),
    ],
)
def test_what_is_no_code_is_told_apart(text: str, problem: CodeProblem) -> None:
    with pytest.raises(CodeError) as caught:
        read_code(text)
    assert caught.value.problem is problem


@given(st.text(max_size=80))
def test_any_text_is_a_code_or_refused_without_being_repeated(text: str) -> None:
    try:
        told = read_code(text).masked
    except CodeError as error:
        told = str(error.message.values)
    assert len(text.strip()) < 8 or text.strip() not in told


def test_a_code_never_shows_more_than_its_last_four() -> None:
    code = CardCode(CODE)
    for shown in (repr(code), str(code), f"{code}", code.masked, repr([code])):
        assert CODE[:12] not in shown
        assert "AB79" in shown


def test_unusual_characters_hint_at_a_slip_and_refuse_nothing() -> None:
    assert read_code("O0O0O0O0O0O0O0O0").has_unusual_characters
    assert not read_code("2456789ACDEFGHJK").has_unusual_characters
