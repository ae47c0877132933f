"""Draws the plots of reports: as SVG for pages, as PNG for mail. The same numbers give the same bytes.

Colour alone never carries meaning: series also differ by hatch and marker, and a test checks that the palette is
distinguishable in grey and by the colour-blind. Every plot has its numbers beside it: see ``html_page.Figure``.
"""

from __future__ import annotations

import io
import math
import re
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Protocol
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from clusterflow.domain.number_style import number_text, short_month
from clusterflow.domain.text import Frozen
from clusterflow.reports.html_page import printable

INK, FAINT, HAIR = "#16222e", "#4c5a67", "#d5dce2"
PALETTE = ("#12395b", "#e69f00", "#2b8a8f", "#a8d0ee", "#a03a00", "#b9b4a6")
"""Colours that differ in lightness and hue; in this order neighbours differ most."""
HATCHES = ("", "///", "", "\\\\\\", "---", "")
"""Lines only: dots and crosses make pictures of several megabytes."""
MARKERS = ("o", "s", "^", "D", "v", "P")

FONTS = ["Inter", "Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans"]
"""The fonts of the page. matplotlib falls back to the last one, which it ships."""

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": HAIR,
    "grid.linewidth": 0.5,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "xtick.labelcolor": FAINT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.handleheight": 1.0,
    "legend.borderaxespad": 0.0,
    "lines.linewidth": 1.6,
    "lines.markersize": 5.5,
}

Draw = Callable[[Axes], None]


class Drawable(Protocol):
    """Anything that can be drawn: ``Bars``, ``Line``, and plots of other modules."""

    @property
    def name(self) -> str: ...
    @property
    def alt(self) -> str: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    def draw(self, axes: Axes) -> None: ...


class Series(Frozen):
    """One series of values; ``None`` stands for unknown."""

    name: str
    values: tuple[float | None, ...]
    upto: tuple[float | None, ...] = ()
    """Upper limits of values that are not known exactly; drawn empty beyond the value, in bars side by side."""
    blank: bool = False
    """Whether the series stands for unknown values; drawn empty."""


class Plot(Frozen):
    """The base of plots: a name that is unique on its page, and an alternative text."""

    name: str
    alt: str
    width: float = 4.0
    """In inches; a page scales it to the available width."""


class Bars(Plot):
    """Horizontal bars, one group per label: side by side or ``stacked``."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unknown: str
    """The label of unknown values."""
    stacked: bool = False
    percent: bool = False
    bound: float | None = None
    """A required value, drawn as a dashed line."""
    bound_label: str = ""

    def draw(self, axes: Axes) -> None:
        many = 1 if self.stacked else len(self.series)
        thick = 0.62 / many
        left = [0.0] * len(self.labels)
        for index, series in enumerate(self.series):
            shift = 0.0 if self.stacked else (index - (many - 1) / 2) * thick
            for row, value in enumerate(series.values):
                if not self.stacked and not any(series.upto[row : row + 1]):
                    self._tell(axes, value, row + shift)
            known = [value or math.nan for value in series.values]
            axes.barh(
                [row + shift for row in range(len(self.labels))], known, thick * 0.92, left=left,
                label=printable(series.name), **_fill(index, series.blank),
            )  # fmt: skip
            for row, most in enumerate(series.upto):
                if most is not None and (least := series.values[row]) is not None:
                    axes.barh([row + shift], [most - least], thick * 0.92, left=[least], **_fill(0, blank=True))
            if self.stacked:
                left = [before + (value or 0.0) for before, value in zip(left, series.values, strict=True)]
        axes.set_yticks(range(len(self.labels)), [wrapped(label) for label in self.labels])
        axes.set_ylim(len(self.labels) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        top = max([*left, *(value or 0.0 for s in self.series for value in s.values), self.bound or 0.0])
        if self.percent:
            axes.set_xlim(0, max(1.0, top))
            axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100 %"])
        else:
            axes.set_xlim(0, top * 1.04 or 1.0)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        if self.bound is not None:
            axes.axvline(self.bound, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label=self.bound_label or None)
        _legend(axes)

    def _tell(self, axes: Axes, value: float | None, y: float) -> None:
        """Write what a bar does not show: that the value is zero or unknown."""
        if value is None or value == 0:
            text, style = (self.unknown, "italic") if value is None else ("0", "normal")
            axes.annotate(
                text, (0, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5, style=style,
                color=FAINT,
            )  # fmt: skip

    @property
    def height(self) -> float:
        rows = len(self.labels) * (1 if self.stacked else max(1.0, 0.62 * len(self.series)))
        lines = sum(max(0, wrapped(label).count("\n") - 1) for label in self.labels)
        return 0.75 + 0.36 * rows + 0.13 * lines


class Line(Plot):
    """Values over days. Where a value is unknown, the line is broken and the day is marked below."""

    days: tuple[date, ...]
    series: tuple[Series, ...]
    unknown: str
    low: float = 0.0
    high: float = 1.0
    bound: float | None = None
    bound_label: str = ""

    def draw(self, axes: Axes) -> None:
        days = [day.toordinal() for day in self.days]
        for index, series in enumerate(self.series):
            values = [math.nan if value is None else value for value in series.values]
            axes.plot(days, values, marker=MARKERS[index % len(MARKERS)], color=PALETTE[index % len(PALETTE)],
                      markeredgecolor="white", markeredgewidth=0.8, label=printable(series.name))  # fmt: skip
            blank = [day for day, value in zip(days, series.values, strict=True) if value is None]
            axes.plot(blank, [self.low + (self.high - self.low) * 0.04] * len(blank), linestyle="none", marker="x",
                      color=FAINT, label=self.unknown if blank else None)  # fmt: skip
        axes.set_ylim(self.low, self.high)
        axes.yaxis.set_major_formatter(lambda value, _: number_text(f"{value:.1f}"))
        room = max((days[-1] - days[0]) * 0.05, 20.0)
        marked = _spaced_days(days, (days[-1] - days[0] + 2 * room) / MOST_DAYS)
        axes.set_xticks(marked, [short_month(date.fromordinal(day)) for day in marked])
        axes.set_xlim(days[0] - room, days[-1] + room)
        axes.grid(visible=False, axis="x")
        if self.bound is not None:
            axes.axhline(self.bound, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), label=self.bound_label or None)
        _legend(axes)

    @property
    def height(self) -> float:
        return 2.5


MOST_DAYS = 6
"""How many days are labelled below a line, at most."""


def _spaced_days(days: Sequence[int], least: float) -> list[int]:
    """The last day, and the earlier days that are far enough apart to be labelled."""
    chosen = [days[-1]]
    for day in reversed(days):
        if chosen[-1] - day >= least:
            chosen.append(day)
    return chosen[::-1]


def as_svg(plot: Drawable) -> str:
    """The plot as an SVG element of a page, with an alternative text."""
    with draw_canvas(plot.width, plot.height, plot.draw) as canvas:
        return svg_of(canvas, plot.name, plot.alt)


def as_png(plot: Drawable, dots_per_inch: int = 200) -> bytes:
    """The plot as a PNG, sharp enough to print."""
    with draw_canvas(plot.width, plot.height, plot.draw) as canvas:
        return png_of(canvas, dots_per_inch)


@contextmanager
def draw_canvas(width: float, height: float, draw: Draw) -> Iterator[Canvas]:
    """A canvas in our style (size in inches) on which ``draw`` has drawn."""
    with _styled(), warnings.catch_warnings():
        # The reader's machine has the letters that this font lacks; a substitute is only used for measuring.
        warnings.filterwarnings("ignore", message="Glyph ")
        canvas = Canvas(figsize=(width, height), layout="constrained")
        draw(canvas.add_subplot())
        yield canvas


def svg_of(canvas: Canvas, name: str, alt: str) -> str:
    """The drawing as an SVG element of a page.

    Args:
        name: unique on its page: the ids inside the picture begin with it.
        alt: the alternative text.
    """
    out = io.BytesIO()
    for background in (canvas.patch, *(axes.patch for axes in canvas.axes)):
        background.set_visible(False)  # the page has its own
    with _styled(name):
        FigureCanvasSVG(canvas).print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ElementTree.fromstring(out.getvalue())  # noqa: S314 - matplotlib's own
    _strip(root)
    _rename(root, name)
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    title = ElementTree.Element(f"{_SVG}title", id=f"{name}-title")
    title.text = printable(alt)
    root.insert(0, title)
    ElementTree.register_namespace("", _SVG.strip("{}"))
    ElementTree.register_namespace("xlink", _XLINK.strip("{}"))
    return ElementTree.tostring(root, encoding="unicode")


def png_of(canvas: Canvas, dots_per_inch: int = 200) -> bytes:
    """The drawing as a PNG."""
    out = io.BytesIO()
    with _styled():
        canvas.set_dpi(dots_per_inch)
        FigureCanvasAgg(canvas).print_png(out, metadata={"Software": None})
    return out.getvalue()


_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FAMILY = re.compile(r"(font(?:-family)?:[^;]*?)(?:'DejaVu Sans'|DejaVu Sans)")
_FAMILIES = ", ".join(f"'{font}'" if " " in font else font for font in FONTS) + ", sans-serif"


_pen = threading.RLock()
"""Held while drawing: matplotlib's style is global to the process, and reports are made on several threads."""


@contextmanager
def _styled(salt: str = "clusterflow") -> Iterator[None]:
    """The style of our plots. The salt makes the ids inside an SVG."""
    style: Any = {**STYLE, "svg.hashsalt": salt}
    with _pen, matplotlib.rc_context(style):
        yield


def _strip(root: ElementTree.Element) -> None:
    """Remove global styles, which would change the page around the picture, and metadata."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}title", f"{_SVG}style"):
                parent.remove(child)
    root.set("stroke-linejoin", "round")


def _rename(root: ElementTree.Element, name: str) -> None:
    """Prefix referenced ids with the name of the picture, because a page has several pictures; drop other ids."""
    wanted = set()
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == f"{_XLINK}href" and value.startswith("#"):
                wanted.add(value[1:])
                element.set(key, f"#{name}-{value[1:]}")
            elif _REFERENCE.search(value):
                wanted.update(_REFERENCE.findall(value))
                element.set(key, _REFERENCE.sub(lambda found: f"url(#{name}-{found[1]})", value))
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own in wanted:
            element.set("id", f"{name}-{own}")
        if (style := element.get("style")) and "DejaVu" in style:
            element.set("style", _FAMILY.sub(lambda found: found[1] + _FAMILIES, style))


def _fill(index: int, blank: bool) -> dict[str, Any]:
    """The style of the bars of a series, by its number."""
    if blank:
        return {"facecolor": "white", "hatch": "///", "edgecolor": FAINT, "linewidth": 0.5}
    hatch, colour = HATCHES[index % len(HATCHES)], PALETTE[index % len(PALETTE)]
    return {"facecolor": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5}


def _legend(axes: Axes) -> None:
    """The legend above a plot with several series; the bound comes last."""
    found = sorted(zip(*axes.get_legend_handles_labels(), strict=True), key=lambda one: one[0] in axes.lines[-1:])
    if len(found) > 1:
        handles, labels = zip(*found, strict=True)
        axes.get_figure().legend(  # type: ignore[union-attr]
            handles, labels, loc="outside upper left", ncols=min(len(found), 3), fontsize=7.5, columnspacing=1.4
        )


def wrapped(label: str, most: int = 30) -> str:
    """A whole label in lines that are short enough for an axis."""
    return "\n".join(textwrap.wrap(" ".join(printable(label).split()), most)) or label


def listing(names: Sequence[str], values: Sequence[str]) -> str:
    """Names and values as one sentence, for an alternative text."""
    return "; ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
