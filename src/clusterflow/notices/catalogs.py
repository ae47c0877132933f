"""The catalogs of the notices' texts: read at load, brought up to date and checked beside the templates.

``python -m clusterflow.notices.catalogs FOLDER`` brings every ``<language>.po`` of a folder of templates up to date;
with ``--check`` it writes nothing and tells what is missing. A new language begins as an empty file.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from clusterflow.errors import Mistake, Mistakes
from clusterflow.notices.shared_words import everything

EXTRACTION = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
_VARIABLE = re.compile(r"%\((\w+)\)")


def translations(folder: Path, language: str) -> NullTranslations:
    """What a language's catalog says; the originals where there is none, and for a text that is not in it.

    Raises:
        Mistakes: the catalog cannot be read.
    """
    file = folder / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read(file))
    compiled.seek(0)
    return GNUTranslations(compiled)


def read(file: Path) -> Catalog:
    try:
        with file.open("rb") as opened:
            return read_po(opened, locale=file.stem, abort_invalid=True)
    except PoFileError as problem:
        raise Mistakes([Mistake(f"{file.name}:{problem.lineno + 1}", str(problem))]) from None


def originals(folder: Path) -> Catalog:
    """Every text of a folder's templates, and the words that they share."""
    found = Catalog()
    methods, options = [("*.md", "jinja2")], {"*.md": EXTRACTION}
    for file, _, text, comments, context in extract_from_dir(folder, methods, options, comment_tags=("Translators:",)):
        # Where it first stands is enough for who translates; all the places would change with every new template.
        there = found.get(_forms(text)[0], context)
        found.add(text, locations=[] if there else [(file, 0)], auto_comments=comments, context=context)
    for context, text in everything():
        found.add(text, locations=[("words", 0)], context=context)
    return found


def brought_up_to_date(file: Path, texts: Catalog) -> str:
    """A catalog's file as it should be: what the templates ask for, in their order, and nothing else."""
    catalog = read(file)
    catalog.update(texts, update_creation_date=False)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    # Babel's own header says when and by which version; then the same texts would make another file.
    headers = {"Language": file.stem, "Content-Type": "text/plain; charset=utf-8", "Plural-Forms": catalog.plural_forms}
    header = "".join(f'"{name}: {value}\\n"\n' for name, value in headers.items())
    return f'msgid ""\nmsgstr ""\n{header}\n{written.getvalue().decode().strip()}\n'


def mistakes(folder: Path) -> Iterator[Mistake]:
    """What is not translated, not certain, not asked for any more, or speaks of other variables than its original."""
    texts = originals(folder)
    for file in sorted(folder.glob("*.po")):
        catalog = read(file)
        for original in texts:
            if original.id:
                yield from _mistakes(file, original, catalog.get(_one(original), original.context))
        gone = [m for m in catalog if m.id and texts.get(_one(m), m.context) is None]
        for message in [*gone, *catalog.obsolete.values()]:
            yield Mistake(_where(file, message), "no template asks for this text any more", cure="Run: make catalogs")


def _mistakes(file: Path, original: Message, theirs: Message | None) -> Iterator[Mistake]:
    where = _where(file, original)
    ids, strings = _forms(original.id), _forms(theirs.string) if theirs else ()
    if theirs is None or _forms(theirs.id) != ids:
        yield Mistake(where, "the text is not in the catalog", cure="Run: make catalogs")
    elif not strings or not all(strings):
        yield Mistake(where, "the text is not translated")
    elif theirs.fuzzy:
        yield Mistake(where, "the translation is marked fuzzy", cure="Look at it, and take the mark away")
    else:
        # A singular may say «one» where a plural says the number.
        all_of, least = (join(*(_variables(i) for i in ids)) for join in (set.union, set.intersection))
        for string in strings:
            placeholders = _variables(string)
            if not least <= placeholders <= all_of or not _fills(string):
                found = f"the translation speaks of {', '.join(sorted(placeholders)) or 'nothing'}"
                yield Mistake(where, found, ", ".join(sorted(all_of)) or "no variables")


def _forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),) if text else ()


def _one(message: Message) -> str:
    return _forms(message.id)[0]


def _variables(text: str) -> set[str]:
    return set(_VARIABLE.findall(text))


def _fills(text: str) -> bool:
    try:
        return isinstance(text % defaultdict(str), str)
    except (TypeError, ValueError):
        return False


def _where(file: Path, message: Message) -> str:
    names = ", ".join(dict.fromkeys(name for name, _ in message.locations))
    return f"{file.name}: «{_one(message)[:60]}»" + (f" ({names})" if names else "")


def main(arguments: list[str]) -> int:
    folder = Path(next((a for a in arguments if not a.startswith("-")), "configs/messages"))
    texts = originals(folder)
    files = {file: brought_up_to_date(file, texts) for file in sorted(folder.glob("*.po"))}
    if "--check" not in arguments:
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
    wrong = [str(mistake) for mistake in mistakes(folder)]
    wrong += [f"{f.name}: not in order. Run: make catalogs" for f, t in files.items() if f.read_text("utf-8") != t]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
