"""Where the sandbox finds its data files, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a file under `resources/`.

    Raises:
        FileNotFoundError: It is neither in the package nor in the checkout.
    """
    here = Path(__file__)
    for root in (here.parents[1], here.parents[3]):
        path = (root / "resources").joinpath(*parts)
        if path.exists():
            return path
    message = f"resources/{'/'.join(parts)} is missing from this installation"
    raise FileNotFoundError(message)
