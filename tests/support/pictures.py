"""Pictures of the documentation, which browser tests take."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

WIDEST = 960
COLOURS = 64


def make_small(file: Path) -> None:
    """Reduce the colours and size of a screenshot file."""
    with Image.open(file) as picture:
        width = min(WIDEST, picture.width)
        size = (width, round(picture.height * width / picture.width))
        small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
