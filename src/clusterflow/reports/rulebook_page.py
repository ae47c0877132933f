"""The matrix of initiatives by rulebooks, as a table of a report and as a page in Prefect."""

from __future__ import annotations

from clusterflow.domain.rulebook import Holding
from clusterflow.domain.text import Language, Text
from clusterflow.reports.html_page import Table, short_day
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import PAGES, artifact_id, escaped, table
from clusterflow.reports.rulebook_matrix import MatrixCell, RulebookMatrix
from clusterflow.reports.rulebook_words import HOLDING, RULING, rulebook_word

_LEDE = Text(
    es="La respuesta de cada reglamento para cada iniciativa de su ámbito. Vacío: el reglamento es de otro lugar.",
    en="The answer of each rulebook for each initiative that it is about. Empty: the rulebook is of another place.",
)
_ALL = Text(
    es="Con los hallazgos y su evidencia: `clusterflow judge INICIATIVA --evidence`.",
    en="With the findings and their evidence: `clusterflow judge INITIATIVE --evidence`.",
)


def matrix_table(matrix: RulebookMatrix, language: Language) -> Table:
    """Return the matrix as a table; rulebooks that are about no initiative are left out."""
    names = _rulebooks(matrix)
    return Table(
        caption=_LEDE.to(language),
        heads=(word("initiative", language), *(matrix.titles[name] for name in names)),
        rows=tuple(
            (line.name, *(_cell(line.cells.get(name), language) for name in names))
            for line in matrix.lines
            if line.cells
        ),
    )


def rulebooks_page(matrix: RulebookMatrix, language: Language) -> str:
    """Return the page in Prefect, as Markdown."""
    found = matrix_table(matrix, language)
    judged = [line for line in matrix.lines if line.cells]
    rows = [
        [
            f"[{escaped(line.name)}]({PAGES}/initiative-{artifact_id(line.initiative)})",
            *(escaped(cell or "") for cell in row[1:]),
        ]
        for line, row in zip(judged, found.rows, strict=True)
    ]
    parts = [
        f"# {rulebook_word('rulebooks', language)} · {matrix.as_of}",
        f"[{word('portfolio', language)}]({PAGES}/portfolio)",
        _LEDE.to(language),
        table([escaped(head) for head in found.heads], rows),
        _ALL.to(language),
    ]
    return "\n\n".join(parts) + "\n"


def _rulebooks(matrix: RulebookMatrix) -> list[str]:
    return [name for name in matrix.titles if any(name in line.cells for line in matrix.lines)]


def _cell(cell: MatrixCell | None, language: Language) -> str:
    if cell is None:
        return ""
    text = RULING[cell.ruling].to(language)
    if cell.holding is not Holding.NONE:
        text += f"; {HOLDING[cell.holding].to(language)}"
        if cell.until is not None:
            text += f" {rulebook_word('until', language)} {short_day(cell.until)}"
    return text
