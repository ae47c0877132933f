"""Draws a model: as Mermaid for pages that render it, or as a self-contained SVG.

Colour alone never carries meaning: a state also has a sign and a word, an optional stage has a dashed line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import StageStatus
from clusterflow.domain.text import Language, Text
from clusterflow.reports.diagram_layout import BOX_WIDTH, Drawing, lay_out
from clusterflow.reports.labels import STATUS
from clusterflow.reports.xml import legal

States = Mapping[str, StageStatus]


class StageStyle(NamedTuple):
    """The style of a state: line, fill, and a sign in a square from -4 to 4; distinguishable in grey, too."""

    line: str
    ground: str
    sign: str


# Okabe and Ito's colours, darkened until white text on them reaches a contrast of 4.5.
STAGE_STYLES = {
    StageStatus.AHEAD: StageStyle("#6b7580", "#ffffff", "M-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0"),
    StageStatus.UNDER_WAY: StageStyle("#00619a", "#e6f1f9", "M-2.5 -3.5L3.5 0L-2.5 3.5Z"),
    StageStatus.GATE_OPEN: StageStyle("#8a5f00", "#fff4d9", "M0 -4L4 0L0 4L-4 0Z"),
    StageStatus.HELD: StageStyle("#96406f", "#f8eaf2", "M-2 -3.5V3.5M2 -3.5V3.5"),
    StageStatus.ACHIEVED: StageStyle("#00704f", "#e2f4ed", "M-3.5 0.2L-1 3L3.5 -3"),
    StageStatus.LAPSED: StageStyle("#a84300", "#fdebe0", "M0 -4V1M0 3.2V3.6"),
    StageStatus.LEFT: StageStyle("#55534e", "#efeeea", "M-3 -3L3 3M3 -3L-3 3"),
    StageStatus.DECLINED: StageStyle("#55534e", "#efeeea", "M-3 3L3 -3"),
}
PLAIN = StageStyle("#1f4467", "#f5f8fb", "")
OPTIONAL = Text(es="opcional", en="optional")

INK, FAINT, ARROW = "#16222e", "#4c5a67", "#5b6875"
FONT = "Inter, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
MARGIN = 30.0
TITLE, MILESTONE, ABOUT, SMALL = 15.0, 12.5, 13.0, 11.0
BOLD = 1.13
DIAMOND = 8.0
TAIL = 35.0
BROKEN = "7 5"


def mermaid(model: LifecycleModel, language: Language, states: States | None = None) -> str:
    """The model as a Mermaid flowchart, from left to right."""
    lines = ["flowchart LR", f"    accTitle: {_line(model.title.to(language))}"]
    name = {stage.id: f"s{number}" for number, stage in enumerate(model.stages, 1)}
    for number, stage in enumerate(model.stages, 1):
        parts = [
            f"<b>{number} · {_mermaid(stage.title.to(language))}</b>",
            f"◆ {_mermaid(stage.gate.milestone.to(language))}",
        ]
        if stage.optional:
            parts.append(f"<i>{OPTIONAL.to(language)}</i>")
        if states and stage.id in states:
            parts.append(f"<i>{STATUS[states[stage.id]].to(language)}</i>")
        lines.append(f'    {name[stage.id]}("{"<br/>".join(parts)}")')
    lines += [
        f"    {name[earlier]} {'-.->' if stage.optional else '-->'} {name[stage.id]}"
        for stage in model.stages
        for earlier in stage.after
    ]
    for stage in model.stages:
        look = STAGE_STYLES[states[stage.id]] if states and stage.id in states else PLAIN
        dash = ",stroke-dasharray:6 4" if stage.optional else ""
        style = f"fill:{look.ground},stroke:{look.line},stroke-width:2px,color:{INK}{dash}"
        lines.append(f"    style {name[stage.id]} {style}")
    return "\n".join(lines) + "\n"


def svg(model: LifecycleModel, language: Language, states: States | None = None) -> str:
    """The model as a self-contained SVG: without script, external font or file."""
    boxes = _Boxes(model, language, states)
    drawing = lay_out(model, boxes.height)
    tail = TAIL if any(stage.open_ended for stage in model.stages) else DIAMOND
    width = max(drawing.width + tail, 560.0) + 2 * MARGIN
    about = wrapped(model.about.to(language), min(width - 2 * MARGIN, 900.0), ABOUT, 5)
    top = MARGIN + 64 + 18 * len(about)
    root = _root(model, language, width, top + drawing.height + MARGIN + 14)
    put_text(root, MARGIN, MARGIN + 16, model.title.to(language), 22, INK, weight="600")
    for number, line in enumerate(about):
        put_text(root, MARGIN, MARGIN + 42 + 18 * number, line, ABOUT, FAINT)
    canvas = ElementTree.SubElement(root, "g", transform=f"translate({MARGIN:g} {top:g})")
    _arrows(canvas, model, drawing)
    for number, stage in enumerate(model.stages, 1):
        x, y = drawing.boxes[stage.id]
        boxes.draw(ElementTree.SubElement(canvas, "g", transform=f"translate({x:g} {y:g})"), stage, number)
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _root(model: LifecycleModel, language: Language, width: float, height: float) -> ElementTree.Element:
    root = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        lang=language,
    )
    root.set("font-family", FONT)
    ElementTree.SubElement(root, "title").text = legal(model.title.to(language))
    ElementTree.SubElement(root, "desc").text = legal(model.about.to(language))
    defs = ElementTree.SubElement(root, "defs")
    marker = ElementTree.SubElement(defs, "marker", id="tip", viewBox="0 0 10 10", refX="9", refY="5", orient="auto")
    marker.set("markerWidth", "9")
    marker.set("markerHeight", "9")
    marker.set("markerUnits", "userSpaceOnUse")
    ElementTree.SubElement(marker, "path", d="M0 0.8L9.5 5L0 9.2L2.4 5Z", fill=ARROW)
    ElementTree.SubElement(root, "rect", width="100%", height="100%", fill="#ffffff")
    return root


def _arrows(canvas: ElementTree.Element, model: LifecycleModel, drawing: Drawing) -> None:
    for arrow in drawing.arrows:
        (x, y), *rest = arrow.points
        x += DIAMOND + 2
        way = f"M{x:g} {y:g}"
        for index, (to_x, to_y) in enumerate(rest):
            to_x -= 3 if index == len(rest) - 1 else 0
            middle = (x + to_x) / 2
            straight = f"L{to_x:g} {to_y:g}"
            way += straight if to_y == y else f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}"
            x, y = to_x, to_y
        line = ElementTree.SubElement(canvas, "path", d=way, fill="none", stroke=ARROW)
        line.set("stroke-width", "1.8")
        line.set("marker-end", "url(#tip)")
        if model.stage(arrow.end).optional:
            line.set("stroke-dasharray", BROKEN)


class _Boxes:
    """Draws the stages, all in the same size."""

    def __init__(self, model: LifecycleModel, language: Language, states: States | None) -> None:
        self.language, self.states = language, states or {}
        inner = BOX_WIDTH - 36
        self.titles = {s.id: wrapped(s.title.to(language), inner, TITLE * BOLD, 3) for s in model.stages}
        self.milestones = {s.id: wrapped(s.gate.milestone.to(language), inner - 14, MILESTONE, 3) for s in model.stages}
        lines = [len(self.titles[s.id]) * 19 + len(self.milestones[s.id]) * 16 for s in model.stages]
        self.height = 50.0 + max(lines)

    def draw(self, box: ElementTree.Element, stage: Stage, number: int) -> None:
        state = self.states.get(stage.id)
        look = STAGE_STYLES[state] if state else PLAIN
        ground = _shape(box, "rect", look, width=f"{BOX_WIDTH:g}", height=f"{self.height:g}", rx="12")
        if stage.optional:
            ground.set("stroke-dasharray", BROKEN)
        self._gate(box, stage, look, passed=state is StageStatus.ACHIEVED)
        badge = ElementTree.SubElement(box, "circle", cx="26", cy="0", r="14", fill=look.line, stroke="#ffffff")
        badge.set("stroke-width", "3")
        put_text(box, 26, 4.8, str(number), 13.5, "#ffffff", weight="700", anchor="middle")
        self._words(box, stage, look)
        if stage.optional:
            _pill(box, 0, OPTIONAL.to(self.language), "", ground="#ffffff", ink=look.line)
        if state:
            _pill(box, self.height, STATUS[state].to(self.language), look.sign, ground=look.line, ink="#ffffff")

    def _gate(self, box: ElementTree.Element, stage: Stage, look: StageStyle, passed: bool) -> None:
        """The gate as a diamond on the right edge; after an open-ended stage, an arrow, because the life continues."""
        x, y, d = BOX_WIDTH, self.height / 2, DIAMOND
        if stage.open_ended:
            tail = _shape(box, "path", look, d=f"M{x + d + 2:g} {y:g}h{TAIL - d - 5:g}")
            tail.set("stroke-dasharray", "2 5")
            tail.set("stroke-linecap", "round")
        shown = look._replace(ground=look.line if passed else "#ffffff")
        _shape(box, "path", shown, d=f"M{x:g} {y - d:g}l{d:g} {d:g}l{-d:g} {d:g}l{-d:g} {-d:g}Z")

    def _words(self, box: ElementTree.Element, stage: Stage, look: StageStyle) -> None:
        y = 34.0
        for line in self.titles[stage.id]:
            put_text(box, 18, y, line, TITLE, INK, weight="600")
            y += 19
        ElementTree.SubElement(box, "path", d=f"M18 {y - 8:g}h26", stroke=look.line).set("stroke-width", "1.5")
        y += 10
        ElementTree.SubElement(box, "path", d=f"M18 {y - 4.5:g}l4 -4l4 4l-4 4Z", fill=look.line)
        for line in self.milestones[stage.id]:
            put_text(box, 32, y, line, MILESTONE, FAINT)
            y += 16


def _pill(box: ElementTree.Element, y: float, word: str, sign: str, ground: str, ink: str) -> None:
    """A label on the right edge of the box."""
    width = _width(word, SMALL * BOLD) + (36 if sign else 18)
    x = BOX_WIDTH - 16 - width
    pill = ElementTree.SubElement(box, "g", transform=f"translate({x:g} {y:g})")
    ElementTree.SubElement(pill, "rect", y="-10", width=f"{width:g}", height="20", rx="10", fill=ground)
    if sign:
        mark = ElementTree.SubElement(pill, "path", transform="translate(15 0)", d=sign, stroke=ink)
        mark.set("fill", ink if sign.endswith("Z") else "none")
        mark.set("stroke-width", "1.8")
        mark.set("stroke-linecap", "round")
        mark.set("stroke-linejoin", "round")
    middle = (width + 15) / 2 if sign else width / 2
    put_text(pill, middle, 3.8, word, SMALL, ink, weight="600", anchor="middle")


def _shape(parent: ElementTree.Element, tag: str, look: StageStyle, **attributes: str) -> ElementTree.Element:
    shape = ElementTree.SubElement(parent, tag, attributes, fill=look.ground, stroke=look.line)
    shape.set("stroke-width", "1.8")
    return shape


def put_text(
    parent: ElementTree.Element,
    x: float,
    y: float,
    words: str,
    size: float,
    ink: str,
    weight: str = "400",
    anchor: str = "start",
) -> None:
    text = ElementTree.SubElement(parent, "text", x=f"{x:g}", y=f"{y:g}", fill=ink)
    text.set("font-size", f"{size:g}")
    text.set("font-weight", weight)
    text.set("text-anchor", anchor)
    text.text = legal(words)


def wrapped(words: str, width: float, size: float, most: int) -> list[str]:
    """Break a text into lines that fit the width; a text that is too long ends in an ellipsis."""
    lines: list[str] = []
    for word in legal(words).split():
        if lines and _width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + " …"]
    return [_cut(line, width, size) for line in lines] or [""]


def _cut(line: str, width: float, size: float) -> str:
    while len(line) > 1 and _width(line, size) > width:
        line = line[:-2].rstrip() + "…"
    return line


def _width(words: str, size: float) -> float:
    """The approximate width of a text. Without a font, letters count as wide as in a broad font."""
    narrow, wide = "iljtfrI.,;:'|!()-·í ", "mwMW@%—…"
    ems = sum(0.36 if c in narrow else 0.95 if c in wide else 0.7 if c.isupper() else 0.61 for c in words)
    return ems * size


def _line(words: str) -> str:
    return " ".join(legal(words).split())


def _mermaid(words: str) -> str:
    return "".join(f"#{ord(c)};" if c in '"#<>&;`\\' else c for c in _line(words))
