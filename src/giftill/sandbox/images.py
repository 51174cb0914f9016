"""The card pictures that `images` points to, drawn when they are asked for."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from giftill.sandbox.resources import resource

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from starlette.requests import Request

_SIZES = {"small": (320, 202), "large": (960, 606)}
# Drawn larger and scaled down, so that curves are smooth.
_OVERSAMPLING = 2


class Design(msgspec.Struct, frozen=True):
    """How a card looks.

    Attributes:
        title: The large words on it.
        subtitle: The small words on it.
        colours: Top left and bottom right of the ground, as `#rrggbb`.
        accent: Colour of the ornament.
    """

    title: str
    subtitle: str
    colours: tuple[str, str]
    accent: str


@cache
def designs() -> dict[str, Design]:
    """Every design by its name."""
    text = resource("sandbox", "designs.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Design])


def serve(request: Request) -> Response:
    """Answer a picture; needs no token, as the page's own addresses need none."""
    name, size = request.path_params["design"], request.path_params["size"]
    if name not in designs() or size not in _SIZES:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(picture(name, size), media_type="image/png", headers=headers)


@cache
def picture(name: str, size: str) -> bytes:
    """Draw a design.

    Args:
        name: One of `designs()`.
        size: `small` (320 × 202) or `large` (960 × 606).

    Returns:
        A PNG with transparent corners.
    """
    from PIL import Image, ImageDraw

    design = designs()[name]
    width, height = (side * _OVERSAMPLING for side in _SIZES[size])
    image = _ground(design, width, height)
    layer = Image.new("RGBA", (width, height))
    _ornament(ImageDraw.Draw(layer), design, width, height)
    image.alpha_composite(layer)
    _words(ImageDraw.Draw(image), design, width, height)
    corners = Image.new("L", (width, height), 0)
    ImageDraw.Draw(corners).rounded_rectangle(
        (0, 0, width - 1, height - 1), radius=width // 20, fill=255
    )
    image.putalpha(corners)
    file = io.BytesIO()
    image.resize(_SIZES[size], Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _ground(design: Design, width: int, height: int) -> Image:
    """A diagonal blend of the two colours."""
    from PIL import Image as Images

    slope = Images.linear_gradient("L").rotate(45, expand=True, resample=Images.Resampling.BILINEAR)
    side = slope.width
    inner = slope.crop((side // 4, side // 4, 3 * side // 4, 3 * side // 4))
    mask = inner.resize((width, height), Images.Resampling.BICUBIC)
    first = Images.new("RGBA", (width, height), design.colours[0])
    second = Images.new("RGBA", (width, height), design.colours[1])
    return Images.composite(second, first, mask)


def _ornament(draw: ImageDraw, design: Design, width: int, height: int) -> None:
    """A ribbon with a bow, as on a present, at the right."""
    line = width // 40
    x, y = int(width * 0.78), int(height * 0.42)
    ribbon = design.accent + "d0"
    draw.rectangle((x - line, 0, x + line, height), fill=ribbon)
    draw.rectangle((0, y - line, width, y + line), fill=design.accent + "55")
    loop_width, loop_height = int(width * 0.13), int(height * 0.15)
    for side in (-1, 1):
        centre = x + side * loop_width // 2
        box = (
            centre - loop_width // 2,
            y - loop_height,
            centre + loop_width // 2,
            y + loop_height // 4,
        )
        draw.ellipse(box, outline=design.accent, width=line)
    draw.rounded_rectangle(
        (x - 2 * line, y - 2 * line, x + 2 * line, y + 2 * line), radius=line, fill=design.accent
    )


def _words(draw: ImageDraw, design: Design, width: int, height: int) -> None:
    from PIL import ImageFont

    left = width // 16
    title = ImageFont.load_default(size=height * 0.13)
    subtitle = ImageFont.load_default(size=height * 0.065)
    draw.text((left, height * 0.62), design.title, fill="#ffffff", font=title)
    draw.text((left, height * 0.82), design.subtitle, fill="#ffffffcc", font=subtitle)
