"""The pictures that the README shows: `python -m tests.pictures.readme` makes them anew."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image  # reportlab, which the card sheet needs, brings it

from .__main__ import main
from .stage import Look

FOLDER: Final = Path(__file__).resolve().parents[2] / "packaging" / "readme"
PICTURES: Final = {
    "sale": (Look(), "till-two-holds"),
    "queued": (Look(), "till-queued"),
    "attention": (Look(), "outbox-attention"),
    "holds": (Look(), "holds"),
    "dutch": (Look("nl", "dark"), "till-checking"),
}
_COLOURS: Final = 256


def make() -> int:
    """Make them with few colours, as they travel with every clone; return the exit status."""
    with tempfile.TemporaryDirectory(prefix="giftill-readme-") as folder:
        shots = [shot for _, shot in PICTURES.values()]
        status = main(["--out", folder, "--only", *shots])
        for name, (look, shot) in PICTURES.items():
            picture = Image.open(Path(folder) / look.name / f"{shot}.png").convert("RGB")
            few = picture.quantize(_COLOURS, dither=Image.Dither.NONE)
            few.save(FOLDER / f"{name}.png", optimize=True)
    return status


if __name__ == "__main__":
    sys.exit(make())
