"""Taking card codes and the token out of whatever the network or the server says."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "••••"


def mask(text: str, *, code: str, token: str) -> str:
    """Return `text` without the secrets of a request.

    Args:
        text: What a server or a library said; it may repeat what it was sent.
        code: The card code of the request, or empty; found in any case and in groups, too.
        token: The API token, or empty.
    """
    if token:
        text = text.replace(token, HIDDEN)
    if code:
        grouped = r"[\s-]*".join(map(re.escape, code))
        text = re.sub(grouped, HIDDEN + code[-4:], text, flags=re.IGNORECASE)
    return text
