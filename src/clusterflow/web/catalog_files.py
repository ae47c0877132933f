"""The catalogs of the pages: brought up to date, and checked.

``python -m clusterflow.web.catalog_files`` writes each ``catalogs/<language>.po`` anew, with the texts that are new and
without those that are gone; with ``--check`` it writes nothing. Both print what is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from string import Formatter

from babel.messages.catalog import Catalog

from clusterflow.domain.records import RECORDS
from clusterflow.domain.term_labels import CHOICES
from clusterflow.domain.text import NoticeLanguage, Text
from clusterflow.intake.record_forms.form import fields_of, noun
from clusterflow.notices.catalogs import brought_up_to_date, read
from clusterflow.reports.labels import ROLE
from clusterflow.web.plots import CAPTIONS
from clusterflow.web.render import LABELS
from clusterflow.web.texts import CAPACITY, TEXTS
from clusterflow.web.translations import FOLDER

COMPLETE: tuple[NoticeLanguage, ...] = ("ca", "pt")
"""The languages that have every text. In Basque what is missing is shown in Spanish."""


def originals() -> Iterator[str]:
    """Every text of the pages themselves, in Spanish, in the order of the catalogs; none of models and reports."""
    shown: Iterator[Text] = chain(
        TEXTS.values(),
        *(labels.values() for labels in (*LABELS, ROLE, CAPACITY, CAPTIONS)),
        *(labels.values() for labels in CHOICES.values()),
    )
    yield from (text.es for text in shown)
    for record in RECORDS:
        yield from (noun(record, many, language="es") for many in (False, True))
        for field in fields_of(record):
            yield from (text.es for text in (field.title, *field.choices.values()))


def mistakes() -> Iterator[str]:
    """What is missing in a catalog, is not certain, has other variables than its original, or is not in order."""
    wanted = _texts()
    for file in sorted(FOLDER.glob("*.po")):
        for message in read(file):
            original, text = str(message.id), str(message.string)
            if not original:
                continue
            if not text and file.stem in COMPLETE:
                yield f"{file.name}: «{original[:60]}»: the text is not translated"
            if message.fuzzy:
                yield f"{file.name}: «{original[:60]}»: the translation is marked fuzzy"
            if text and _variables(text) != _variables(original):
                yield f"{file.name}: «{original[:60]}»: the translation has other variables"
        if file.read_text("utf-8") != brought_up_to_date(file, wanted):
            yield f"{file.name}: not in order. Run: make catalogs"


def _variables(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _texts() -> Catalog:
    found = Catalog()
    for text in originals():
        found.add(text)
    return found


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        for file in sorted(FOLDER.glob("*.po")):
            file.write_text(brought_up_to_date(file, _texts()), encoding="utf-8")
    found = list(mistakes())
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
