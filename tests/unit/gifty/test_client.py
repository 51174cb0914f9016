"""What a client can't be made with, and what it costs to have one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from giftill.domain.places import LocationId
from giftill.gifty import GiftyClient, UnusableAddress, UnusableId, UnusableToken

TOKEN = "s3cret-t0ken"


@pytest.mark.parametrize("token", ["", " ", "two words", "line\n", "tëken", "\ttab"])
def test_what_is_no_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(UnusableToken) as caught:
        GiftyClient(token)
    assert len(token) < 3 or token not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.gifty.nl",
        "http://api.gifty.nl/v1/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "ftp://api.gifty.nl/",
        "https://",
        "https://user:pass@api.gifty.nl/v1/",
        "https://api.gifty.nl/v1/?token=1",
        "https://api.gifty.nl/v1/#x",
        "https://api.gifty.nl:99999/",
        "https://api.gifty.nl:0/",
        "https://a..b/",
        f"https://{'a' * 64}.nl/",
        "https://api.gifty.nl/v1/\n",
        "https://[::1/",
    ],
)
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(UnusableAddress):
        GiftyClient(TOKEN, base_url=url)


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("http://localhost:1/v1", "http://localhost:1/v1/"),
        ("http://127.0.0.1/v1/", "http://127.0.0.1/v1/"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("https://x.nl", "https://x.nl/"),
        ("https://é.nl", "https://xn--9ca.nl/"),
    ],
)
def test_an_address_that_is_safe_is_taken(url: str, spelling: str) -> None:
    assert f"'{spelling}'" in repr(GiftyClient(TOKEN, base_url=url))


def test_a_location_that_is_no_id_is_refused() -> None:
    with pytest.raises(UnusableId):
        GiftyClient(TOKEN, location=LocationId("lc_1\r\nX-Evil: 1"))


def test_a_language_that_is_none_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not a language"):
        GiftyClient(TOKEN, language="nl\r\nX-Evil: 1")


def test_a_client_shows_no_token() -> None:
    assert TOKEN not in repr(GiftyClient(TOKEN))


def test_neither_the_import_nor_a_client_loads_the_http_library() -> None:
    program = (
        "import sys; from giftill.gifty import GiftyClient; GiftyClient('token');"
        "print([name for name in ('httpx', 'httpcore', 'anyio', 'truststore')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
