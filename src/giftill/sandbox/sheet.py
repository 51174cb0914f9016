"""A PDF of all cards with scannable codes, to practise at a real till with a real scanner."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.renderPDF import draw as draw_graphic
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from giftill.sandbox.config import SandboxError
from giftill.sandbox.ledger import Ledger
from giftill.sandbox.seed import SHOWCASE, fill
from giftill.sandbox.texts import amount

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox.model import Card

WALLET_LINK = "https://wallet.gifty.nl/"

_COLUMNS, _ROWS = 2, 5
_MARGIN = 12 * mm
_HEAD = 14 * mm
_QR = 27 * mm
_BAR_HEIGHT = 11 * mm


def write_cards(data: Path | None, path: Path) -> None:
    """Write the sheet of a ledger file, or of the demonstration data.

    Args:
        data: A ledger file; None, or one that doesn't exist yet, means the demonstration data.
        path: The PDF to write.

    Raises:
        SandboxError: The ledger can't be read or the PDF not be written.
    """
    ledger = Ledger(data if data is not None and data.exists() else None)
    try:
        if ledger.is_empty():
            fill(ledger, int(time.time()))
        write_sheet(ledger, path)
    except OSError as error:
        message = f"The sheet {path} can't be written: {error.strerror}."
        raise SandboxError(message) from error
    finally:
        ledger.close()


def write_sheet(ledger: Ledger, path: Path, *, now: int | None = None) -> None:
    """Write every card of a ledger as a PDF of A4 pages.

    Each card shows its name, state and balance, its code in groups of four, the code as Code 128
    and its wallet link as a QR code.

    Args:
        ledger: Whose cards.
        path: The PDF to write.
        now: The moment that states are told for, in seconds since 1970; None for the present.

    Raises:
        OSError: The file can't be written.
    """
    moment = int(time.time()) if now is None else now
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    canvas.setTitle("Giftill sandbox cards")
    names = {each.code: each for each in SHOWCASE.values()}
    cards = ledger.cards()
    per_page = _COLUMNS * _ROWS
    pages = max(1, -(-len(cards) // per_page))
    for page in range(pages):
        _head(canvas, page + 1, pages)
        for place, card in enumerate(cards[page * per_page : (page + 1) * per_page]):
            known = names.get(card.code)
            title = card.id if known is None else f"{known.name}: {known.shows}"
            _draw_card(canvas, place, card, title, state_of(card, moment))
        canvas.showPage()
    canvas.save()


def state_of(card: Card, now: int) -> str:
    """A card's state in words, as a cashier would say it."""
    words = []
    if card.is_issuable():
        words.append("not activated")
    elif card.is_expired(now):
        words.append("expired, can be extended" if card.extendable else "expired")
    elif card.balance_cents == 0:
        words.append("empty")
    else:
        words.append("redeemable")
    if card.promotional:
        words.append("promotional")
    if card.package_id is not None:
        words.append("package")
    return ", ".join(words)


def _head(canvas: Canvas, page: int, pages: int) -> None:
    width, height = A4
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(_MARGIN, height - 11 * mm, "Giftill sandbox cards")
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(
        width - _MARGIN, height - 11 * mm, f"For practice only, no real money. Page {page}/{pages}"
    )


def _draw_card(canvas: Canvas, place: int, card: Card, title: str, state: str) -> None:
    width, height = A4
    cell_width = (width - 2 * _MARGIN) / _COLUMNS
    cell_height = (height - _HEAD - _MARGIN) / _ROWS
    left = _MARGIN + (place % _COLUMNS) * cell_width
    bottom = height - _HEAD - (place // _COLUMNS + 1) * cell_height
    canvas.setStrokeGray(0.75)
    canvas.roundRect(left + 1 * mm, bottom + 1 * mm, cell_width - 2 * mm, cell_height - 2 * mm, 6)
    inside = left + 4 * mm
    canvas.setFillGray(0)
    _fitted(canvas, title, "Helvetica-Bold", 9, (inside, bottom + cell_height - 7 * mm), cell_width)
    canvas.setFont("Helvetica", 9)
    money = amount(card.balance_cents, card.currency)
    canvas.drawString(inside, bottom + cell_height - 12 * mm, f"{money} - {state}")
    groups = " ".join(card.code[start : start + 4] for start in range(0, len(card.code), 4))
    canvas.setFont("Courier-Bold", 11)
    canvas.drawString(inside, bottom + cell_height - 18 * mm, groups)
    bars: Any = Code128(card.code, barHeight=_BAR_HEIGHT, barWidth=0.28 * mm, quiet=False)
    bars.drawOn(canvas, inside, bottom + 6 * mm)
    _draw_qr(canvas, WALLET_LINK + card.code, left + cell_width - _QR - 2 * mm, bottom + 18 * mm)


def _fitted(
    canvas: Canvas, text: str, font: str, size: float, at: tuple[float, float], cell_width: float
) -> None:
    """Write a line, smaller if it would leave its cell."""
    room = cell_width - 8 * mm
    fitting = min(size, size * room / canvas.stringWidth(text, font, size))
    canvas.setFont(font, fitting)
    canvas.drawString(*at, text)


def _draw_qr(canvas: Canvas, text: str, x: float, y: float) -> None:
    widget: Any = QrCodeWidget(text, barLevel="M", barBorder=4)
    x1, y1, x2, y2 = widget.getBounds()
    drawing: Any = Drawing(_QR, _QR, transform=(_QR / (x2 - x1), 0, 0, _QR / (y2 - y1), -x1, -y1))
    drawing.add(widget)
    draw_graphic(drawing, canvas, x, y)
