"""Reports: the dossier of an initiative, as one HTML file or as a PDF."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from clusterflow.app import App
from clusterflow.calendars import replace_file
from clusterflow.cli.output import AsOf, day
from clusterflow.errors import ClusterflowError
from clusterflow.scribe.dossier import dossier
from clusterflow.scribe.paper import pdf_of

To = Annotated[Path | None, Parameter(name="--to", help="a file, replaced whole; standard output where none is named")]
Lang = Annotated[Literal["es", "en"] | None, Parameter(name="--lang", help="es or en; else the initiative's language")]
Pdf = Annotated[bool, Parameter(name="--pdf", negative="", help="as a PDF; also where the file is called .pdf")]


def report(initiative: str, *, lang: Lang = None, to: To = None, pdf: Pdf = False, as_of: AsOf = None) -> None:
    """The dossier of an initiative for a board that decides: one file that stands for itself."""
    made = dossier(App.open(), initiative, day(as_of, "--as-of"), lang)
    on_paper = pdf or (to is not None and to.suffix.lower() == ".pdf")
    _put(pdf_of(made.html) if on_paper else made.html.encode(), to)


def _put(content: bytes, to: Path | None) -> None:
    if to is not None:
        try:
            replace_file(to, content)
        except OSError as problem:
            raise ClusterflowError(f"{to} cannot be written: {problem}") from None
        return
    if sys.stdout.isatty() and content.startswith(b"%PDF"):
        raise ClusterflowError("a PDF is not shown here; name a file for it: --to FILE")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
