"""Draws the stages of a model as a line of stops, with dates and parallel branches.

Colour alone never carries meaning: each state has a sign and a word, an optional stage a dashed line.
"""

from __future__ import annotations

from xml.etree import ElementTree

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.terms import StageStatus
from clusterflow.domain.text import Language
from clusterflow.reports.diagram import BROKEN, FAINT, FONT, INK, STAGE_STYLES, StageStyle, put_text, wrapped
from clusterflow.reports.diagram_layout import BOX_WIDTH, LAYER_GAP, Drawing, lay_out
from clusterflow.reports.dossier.texts import WORDS
from clusterflow.reports.html_page import short_day
from clusterflow.reports.labels import STATUS, word
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.reports.xml import legal

WIDTH = 780.0
ROW = 122.0
"""The height of a stage, with its title above the line and its dates below."""
RADIUS = 12.0
TITLE, SMALL = 10.8, 10.0
TRACK = "#8a97a3"


def stage_line(model: LifecycleModel, status: InitiativeStatus, language: Language, title: str) -> str:
    """The line as an SVG element of a page, with the state of each stage."""
    drawing = lay_out(model, ROW)
    columns = round((drawing.width + LAYER_GAP) / _STEP)
    step = WIDTH / columns
    root = ElementTree.Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH:g} {drawing.height:g}", role="img"
    )
    root.set("font-family", FONT)
    root.set("aria-labelledby", "line-title")
    ElementTree.SubElement(root, "title", id="line-title").text = legal(title)
    _tracks(root, model, drawing, step)
    for line in status.stages:
        x, y = drawing.boxes[line.stage]
        _Stop(root, (x / _STEP + 0.5) * step, y + ROW / 2, step - 6, language).draw(line)
    return ElementTree.tostring(root, encoding="unicode")


_STEP = BOX_WIDTH + LAYER_GAP


def _tracks(root: ElementTree.Element, model: LifecycleModel, drawing: Drawing, step: float) -> None:
    """The tracks from stop to stop; a track keeps to its lane past a column in which it does not stop."""
    for arrow in drawing.arrows:
        points = []
        for index, (x, y) in enumerate(arrow.points):
            # The layout joins boxes at their edges; on the line, both edges are the stop in the middle.
            column = (x - BOX_WIDTH) / _STEP if index % 2 == 0 else x / _STEP
            points.append(((round(column) + 0.5) * step, y))
        (x, y), *rest = points
        way = f"M{x:.1f} {y:.1f}"
        for to_x, to_y in rest:
            # A track leaves and arrives horizontally, so that it does not cross the titles of the stops.
            late, early = x + 0.8 * (to_x - x), x + 0.2 * (to_x - x)
            straight = f"L{to_x:.1f} {to_y:.1f}"
            way += straight if to_y == y else f"C{late:.1f} {y:.1f} {early:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
            x, y = to_x, to_y
        track = ElementTree.SubElement(root, "path", d=way, fill="none", stroke=TRACK)
        track.set("stroke-width", "2.5")
        if model.stage(arrow.end).optional:
            track.set("stroke-dasharray", BROKEN)


class _Stop:
    """A stage: its sign on the line, its title above, its state and dates below."""

    def __init__(self, root: ElementTree.Element, x: float, y: float, width: float, language: Language) -> None:
        self.root, self.x, self.y, self.width, self.language = root, x, y, width, language

    def draw(self, line: StageLine) -> None:
        look = STAGE_STYLES[line.status]
        self._sign(line, look)
        titles = wrapped(f"{line.number} {line.title}", self.width, TITLE, 3)
        # A track that comes from above passes behind the title.
        ElementTree.SubElement(
            self.root, "rect", x=f"{self.x - self.width / 2 + 8:.1f}", width=f"{self.width - 16:.1f}",
            y=f"{self.y - RADIUS - 7 - 13.5 * len(titles):.1f}", height=f"{13.5 * len(titles) + 2:.1f}", fill="#ffffff",
        ).set("fill-opacity", "0.85")  # fmt: skip
        for index, text in enumerate(reversed(titles)):
            self._text(text, -RADIUS - 8 - 13.5 * index, TITLE, INK, weight="600")
        below = [STATUS[line.status].to(self.language), *self._days(line)]
        if line.optional:
            below[0] += f" ({WORDS['optional'].to(self.language)})"
        for index, text in enumerate(below):
            self._text(text, RADIUS + 15 + 13 * index, SMALL, look.line if index == 0 else FAINT,
                       weight="600" if index == 0 else "400")  # fmt: skip

    def _sign(self, line: StageLine, look: StageStyle) -> None:
        done = line.status in (StageStatus.ACHIEVED, StageStatus.UNDER_WAY, StageStatus.GATE_OPEN, StageStatus.LAPSED)
        ground, ink = (look.line, "#ffffff") if done else ("#ffffff", look.line)
        stop = ElementTree.SubElement(self.root, "g", transform=f"translate({self.x:.1f} {self.y:.1f})")
        circle = ElementTree.SubElement(stop, "circle", r=f"{RADIUS:g}", fill=ground, stroke=look.line)
        circle.set("stroke-width", "2")
        if line.optional:
            circle.set("stroke-dasharray", "3 2.5")
        sign = ElementTree.SubElement(stop, "path", d=look.sign, stroke=ink, transform="scale(1.25)")
        sign.set("fill", ink if look.sign.endswith("Z") else "none")
        sign.set("stroke-width", "1.8")
        sign.set("stroke-linecap", "round")
        sign.set("stroke-linejoin", "round")

    def _days(self, line: StageLine) -> list[str]:
        if line.lapsed_on:
            return [f"✔ {short_day(line.achieved_on)}", f"↯ {short_day(line.lapsed_on)}"]
        if line.achieved_on:
            return [short_day(line.achieved_on)]
        if line.held_until:
            return [f"→ {short_day(line.held_until)}"]
        if line.due_on:
            late = word("overdue" if line.overdue else "due", self.language)
            return [f"{short_day(line.entered_on)} →", f"{late} {short_day(line.due_on)}"]
        return []

    def _text(self, words: str, shift: float, size: float, ink: str, weight: str) -> None:
        put_text(self.root, self.x, self.y + shift, words, size, ink, weight=weight, anchor="middle")
