"""Plots: told apart without colour, the same each time, and harmless whatever people are called."""

from __future__ import annotations

import itertools
import re
from datetime import date
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.threads import at_once

from clusterflow.reports.plots import HATCHES, PALETTE, Bars, Line, Series, as_png, as_svg

NAMES = st.text(max_size=12) | st.sampled_from(
    ["<script>x</script>", "$x^2$", "a&b", '"', "\\frac", "]]>", "\x00\x08\ufffe", "_legend", "𝕏", "\u202egnp", ""]
)
VALUES = st.none() | st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1)
SVG = "{http://www.w3.org/2000/svg}"

# How the three kinds of colour-blindness see linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
SIGHTS = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def simulated_colour(colour: str, sight: str) -> tuple[float, float, float]:
    """The colour in CIE L*a*b*, as such eyes see it."""
    r, g, b = (
        min(1.0, max(0.0, sum(w * c for w, c in zip(row, linear(colour), strict=True)))) for row in SIGHTS[sight]
    )
    x, y, z = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, 0.2126 * r + 0.7152 * g + 0.0722 * b, (
        0.0193 * r + 0.1192 * g + 0.9505 * b
    ) / 1.089  # fmt: skip
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_palette_is_distinguished_by_all_eyes(sight: str) -> None:
    for one, other in itertools.combinations(PALETTE, 2):
        distance = (
            sum((a - b) ** 2 for a, b in zip(simulated_colour(one, sight), simulated_colour(other, sight), strict=True))
            ** 0.5
        )
        assert distance > 15, f"{one} and {other} look alike: {distance:.1f}"


def test_neighbours_differ_in_grey_and_by_their_hatch() -> None:
    for (one, hatch), (other, next_hatch) in itertools.pairwise(zip(PALETTE, HATCHES, strict=True)):
        assert abs(simulated_colour(one, "all")[0] - simulated_colour(other, "all")[0]) > 15 or hatch != next_hatch
        assert hatch != next_hatch


def bars(labels: list[str], values: list[float | None], name: str = "bars") -> Bars:
    series = tuple(Series(name=when, values=tuple(values)) for when in ("hoy", "_antes"))
    return Bars(
        name=name, alt="; ".join(labels), labels=tuple(labels), unknown="desconocido", percent=True, bound=0.5,
        bound_label="se pide", series=series,
    )  # fmt: skip


@settings(max_examples=15)
@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=4))
def test_whatever_people_are_called_a_plot_is_well_formed_and_says_it_as_text(
    rows: list[tuple[str, float | None]],
) -> None:
    picture = as_svg(bars([label for label, _ in rows], [value for _, value in rows]))
    root = ElementTree.fromstring(picture)  # noqa: S314 - we made this picture
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "title", "g", "path", "text", "tspan", "defs", "use", "clipPath", "rect", "pattern", "image",
    }  # fmt: skip
    assert not [name for e in root.iter() for name in e.attrib if name.lower().startswith("on")]


def test_no_label_is_shortened() -> None:
    labels = [f"{n} Sociedad Cooperativa de Producción y Servicios Metalmecánicos " * 3 + "fin" for n in range(3)]
    root = ElementTree.fromstring(as_svg(bars(labels, [0.2, 0.4, None])))  # noqa: S314 - we made this picture
    drawn = " ".join(" ".join(e.itertext()) for e in root.iter(f"{SVG}text"))
    assert [label for label in labels if label not in " ".join(drawn.split())] == []


def test_the_same_numbers_give_the_same_bytes() -> None:
    one = bars(["a", "b"], [0.5, None])
    assert as_svg(one) == as_svg(one)
    assert as_png(one) == as_png(one)
    assert as_png(one).startswith(b"\x89PNG")


def test_reports_that_are_drawn_at_once_look_as_those_drawn_alone() -> None:
    before = dict(matplotlib.rcParams)
    one = bars(["a", "b"], [0.5, None])
    assert set(at_once(lambda: as_svg(one), 4)) == {as_svg(one)}
    assert dict(matplotlib.rcParams) == before


def test_what_nobody_knows_is_said_and_not_drawn_as_zero() -> None:
    picture = as_svg(bars(["a", "b"], [0.5, None]))
    assert picture.count(">desconocido<") == 2, "once for each series"
    line = Line(name="l", alt="", days=(date(2025, 1, 1), date(2025, 6, 1)), unknown="desconocido", low=1, high=5,
                series=(Series(name="index", values=(4.0, None)),))  # fmt: skip
    assert ">desconocido<" in as_svg(line)


def test_pictures_of_one_page_share_no_id() -> None:
    ids = [re.findall(r'\bid="([^"]+)"', as_svg(bars(["a"], [0.5], name))) for name in ("one", "two")]
    assert not set(ids[0]) & set(ids[1])
    assert all(i.startswith("one-") for i in ids[0])


def test_a_value_that_is_a_span_is_drawn_as_far_as_it_may_be() -> None:
    sure = Bars(name="s", alt="", labels=("a",), unknown="?", series=(Series(name="x", values=(0.2,)),))
    spanned = Bars(name="s", alt="", labels=("a",), unknown="?", series=(Series(name="x", values=(0.2,), upto=(0.9,)),))
    assert as_svg(spanned).count("<path") > as_svg(sure).count("<path")
