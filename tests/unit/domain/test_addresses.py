"""Which addresses a token may be sent to, and that each API has one spelling."""

from __future__ import annotations

import pytest

from giftill.domain.addresses import LIVE_API_URL, safe_address


@pytest.mark.parametrize(
    "url",
    [
        "https://api.gifty.nl/v1/",
        "https://api.gifty.nl/v1",
        "https://API.gifty.NL/v1/",
        "HTTPS://api.gifty.nl/v1/",
        "https://api.gifty.nl:443/v1/",
        "https://api.gifty.nl:/v1/",
        "https://api.gifty.nl./v1/",
        "https://Api.Gifty.nl.:0443/v1",
        "https://api.gifty.nl/v1/?",
    ],
)
def test_an_api_has_one_spelling(url: str) -> None:
    assert safe_address(url) == LIVE_API_URL


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("http://127.0.0.1:80/v1/", "http://127.0.0.1/v1/"),
        ("http://LOCALHOST:8080", "http://localhost:8080/"),
        ("https://[2001:DB8:0::1]:443/v1", "https://[2001:db8::1]/v1/"),
        ("http://[0:0:0:0:0:0:0:1]:8080/v1/", "http://[::1]:8080/v1/"),
        ("https://BÜCHER.example/v1/", "https://xn--bcher-kva.example/v1/"),
        ("https://XN--bcher-kva.example/v1/", "https://xn--bcher-kva.example/v1/"),
    ],
)
def test_the_host_is_spelled_as_it_is_looked_up(url: str, spelling: str) -> None:
    assert safe_address(url) == spelling
    assert safe_address(spelling) == spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://127.0.0.1/v1/", "http://localhost/v1/"),
        ("http://localhost/v1/", "https://localhost/v1/"),
        ("https://api.gifty.nl/v1/", "https://api.gifty.nl/V1/"),
        ("https://api.gifty.nl/v1/", "https://api.gifty.nl/v1//"),
        ("https://api.gifty.nl/v1/", "https://api.gifty.nl:80/v1/"),
        ("http://localhost/v1/", "http://localhost:443/v1/"),
    ],
)
def test_what_can_be_two_apis_stays_two(one: str, other: str) -> None:
    assert safe_address(one) != safe_address(other)


@pytest.mark.parametrize(
    "url",
    [
        # Read as fass.example by one standard, and as a host of its own by the other.
        "https://faß.example/v1/",
        "https://\uff41pi.gifty.nl/v1/",
        "https://api。gifty。nl/v1/",
        "https://api.gifty.nl../v1/",
        "https://./v1/",
        "http://evil.example[::1]/v1/",
        "http://[::1]evil.example/v1/",
        "https://[v1.api]/v1/",
    ],
)
def test_a_host_that_can_be_read_as_another_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        safe_address(url)


@pytest.mark.parametrize(
    "path", ["/./v1/", "/v1/.", "/a/../v1/", "/..", "/%76%31/", "/v%31", "/%2E/v1/"]
)
def test_a_path_that_can_be_read_as_another_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="token"):
        safe_address(f"https://api.gifty.nl{path}")


@pytest.mark.parametrize("path", ["/.v1/", "/v1./", "/v1..2/", "/...", "/~shop/v1/"])
def test_a_dot_within_a_name_is_no_step(path: str) -> None:
    assert safe_address(f"https://api.gifty.nl{path}").startswith(f"https://api.gifty.nl{path}")
