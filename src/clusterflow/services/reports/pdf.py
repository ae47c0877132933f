"""Converts a report to PDF with WeasyPrint, which the extra ``pdf`` installs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from clusterflow.errors import NotPossible

INSTALL = "pip install 'clusterflow[pdf]'"


def pdf_of(html: str) -> bytes:
    """Convert a page to PDF. Nothing is fetched.

    Raises:
        NotPossible: WeasyPrint or a library that it needs is not installed; the message says what to do.
    """
    try:
        # Optional and slow to import, so it is imported only for a PDF.
        weasyprint: Any = import_module("weasyprint")
    except ImportError:
        raise NotPossible(f"a PDF is set by WeasyPrint, which is not installed here; install it: {INSTALL}") from None
    except OSError as problem:
        reason = str(problem).partition("\n")[0]
        raise NotPossible(
            f"a PDF is set by WeasyPrint, which does not find a library it rests on ({reason}); "
            "install Pango, as libpango-1.0-0 and libpangoft2-1.0-0 on Debian"
        ) from None
    # Refuse every address: a page may load nothing from elsewhere.
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    document: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_identifier=b"clusterflow")
    return document
