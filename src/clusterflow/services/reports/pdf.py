"""A report as a PDF: the same page, set by WeasyPrint, which the extra ``pdf`` brings along."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from clusterflow.errors import NotPossible

INSTALL = "pip install 'clusterflow[pdf]'"


def pdf_of(html: str) -> bytes:
    """The page on paper. Nothing is fetched: what a page needs is in it.

    Raises:
        NotPossible: WeasyPrint, or a library that it rests on, is not installed; the text says what to do.
    """
    try:
        # Optional, and slow to import: only whoever asks for a PDF pays for it.
        weasyprint: Any = import_module("weasyprint")
    except ImportError:
        raise NotPossible(f"a PDF is set by WeasyPrint, which is not installed here; install it: {INSTALL}") from None
    except OSError as problem:
        reason = str(problem).partition("\n")[0]
        raise NotPossible(
            f"a PDF is set by WeasyPrint, which does not find a library it rests on ({reason}); "
            "install Pango, as libpango-1.0-0 and libpangoft2-1.0-0 on Debian"
        ) from None
    # Nothing but what is written into the page itself, whatever a page says.
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    document: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_identifier=b"clusterflow")
    return document
