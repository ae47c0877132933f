"""Draws the rooms of the code and the imports between them: ``make diagram`` writes docs/pictures/architecture.svg.

The floors come from the import contract of pyproject.toml, the imports from the code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"

WIDTH, FLOOR_HEIGHT, BOX_WIDTH, BOX_HEIGHT = 1000, 84, 170, 48
"""In pixels."""

COLUMNS = {
    "flows": 250, "cli": 750, "demo": 750, "intake": 180, "reports": 480, "notices": 790, "engine": 230,
    "store": 180, "configs": 830, "rules": 180, "domain": 180, "errors": 180, "settings": 620,
}  # fmt: skip
"""The centre of each box, chosen so that no arrow crosses a box; the default is 500."""

Imports = dict[str, set[str]]
"""For each room, the rooms that it imports."""


def floors() -> list[list[str]]:
    """Return the rooms from the top floor down, as import-linter enforces them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return [[room.strip().removeprefix("clusterflow.") for room in floor.split("|")] for floor in contract["layers"]]


def room_imports(rooms: Sequence[str]) -> Imports:
    """Return which room imports which, read from the code."""
    graph = grimp.build_graph("clusterflow", "flows", cache_dir=None)
    found: Imports = {room: set() for room in rooms}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            importer, target = _room(module), _room(imported)
            if importer != target and {importer, target} <= found.keys():
                found[importer].add(target)
    return found


def _room(module: str) -> str:
    return module.removeprefix("clusterflow.").partition(".")[0]


def direct(imports: Imports) -> Iterator[tuple[str, str]]:
    """Yield the imports that do not follow from others (the transitive reduction).

    Raises:
        graphlib.CycleError: rooms import each other in a circle.
    """
    below: Imports = {}
    for room in TopologicalSorter(imports).static_order():
        below[room] = imports[room].union(*(below[target] for target in imports[room]))
    for room, targets in imports.items():
        for target in sorted(targets):
            if not any(target in below[other] for other in targets):
                yield room, target


def draw() -> str:
    """Return the drawing as SVG; the same code gives the same text."""
    levels = floors()
    imports = room_imports([room for floor in levels for room in floor])
    places = {
        room: (COLUMNS.get(room, WIDTH // 2), level * FLOOR_HEIGHT + FLOOR_HEIGHT // 2)
        for level, floor in enumerate(levels)
        for room in floor
    }
    height = len(levels) * FLOOR_HEIGHT + 40
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'font-family="DejaVu Sans, Verdana, sans-serif" role="img">',
            f"<title>{escape(summary(imports))}</title>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#4a5a70"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *(_band(level) for level in range(len(levels))),
            *(_arrow(places[room], places[target]) for room, target in direct(imports)),
            *(_box(room, place, len(imports[room])) for room, place in places.items()),
            f'<text x="20" y="{height - 14}" font-size="14" fill="#333333">{escape(summary(imports))} '
            "Not drawn: imports that follow from others.</text>",
            "</svg>\n",
        ]
    )


def summary(imports: Imports) -> str:
    """Return how many rooms there are, and how many imports between rooms."""
    tuple(TopologicalSorter(imports).static_order())  # raises if there is a circle
    return f"{len(imports)} rooms, {sum(map(len, imports.values()))} imports from room to room, no circle."


def _band(level: int) -> str:
    fill = "#f3f6fa" if level % 2 == 0 else "#ffffff"
    return f'<rect x="0" y="{level * FLOOR_HEIGHT}" width="{WIDTH}" height="{FLOOR_HEIGHT}" fill="{fill}"/>'


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line x1="{x1}" y1="{y1 + BOX_HEIGHT // 2}" x2="{x2}" y2="{y2 - BOX_HEIGHT // 2}" '
        'stroke="#4a5a70" stroke-width="1.5" marker-end="url(#head)"/>'
    )


def _box(room: str, place: tuple[int, int], count: int) -> str:
    x, y = place
    uses = f"imports {count} room" + ("s" if count != 1 else "") if count else "imports none"
    return (
        f'<rect x="{x - BOX_WIDTH // 2}" y="{y - BOX_HEIGHT // 2}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" '
        'fill="#14375e"/>'
        f'<text x="{x}" y="{y - 3}" text-anchor="middle" font-size="17" font-weight="bold" fill="#ffffff">{room}</text>'
        f'<text x="{x}" y="{y + 15}" text-anchor="middle" font-size="12" fill="#d5e0ee">{uses}</text>'
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    print(summary(room_imports([room for floor in floors() for room in floor])), PICTURE.relative_to(ROOT))
