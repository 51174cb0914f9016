"""Finding the API token: given for this process alone, or kept in the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.config import TOKEN_VARIABLE
from giftill.logs import hide_secret

from .vault import Vault, service_name

if TYPE_CHECKING:
    from collections.abc import Mapping


async def find_token(environ: Mapping[str, str], api_url: str) -> str | None:
    """Return the token to use with an API, or None if there is none; no log shows it from now on.

    Args:
        environ: The environment, whose `GIFTILL_TOKEN` goes before the keyring.
        api_url: Where the API is: each has a token of its own.

    Raises:
        VaultUnavailable: There is no acceptable keyring, or it stays locked.
    """
    token = environ.get(TOKEN_VARIABLE, "").strip() or await Vault(service_name(api_url)).token()
    if not token:
        return None
    hide_secret(token)
    return token
