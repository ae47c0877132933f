"""Reads dues schemes from files and reports all mistakes of all files at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt, ValidationError

from clusterflow.configs.dues_brackets import Bounds, check_brackets, read_bounds
from clusterflow.configs.file_values import Day, Days, Id, NonEmptyText, OptionalKey, Written, WrittenText, choice
from clusterflow.configs.mistakes import Translator, describe_value, file_error, sorted_mistakes
from clusterflow.configs.yaml import Document, parse, read
from clusterflow.domain.dues import DuesBasis, DuesBracket, ProRata, Scheme
from clusterflow.domain.money import ACCEPTED as AMOUNT
from clusterflow.domain.money import Money
from clusterflow.domain.terms import SizeClass
from clusterflow.domain.text import Text
from clusterflow.errors import Mistake, Mistakes

PARTS = (1, 2, 3, 4, 6, 12)
TERMS = {"due": "due_days", "pro_rata": "pro_rata"}
"""The terms that a file may leave to this project's defaults, with the fields that hold them."""


def _yearly(value: Any) -> Money:
    try:
        money = Money.model_validate(value if isinstance(value, str) else "")
    except ValidationError:
        raise file_error(describe_value(value), AMOUNT) from None
    if money.minor < 0:
        raise file_error(describe_value(value), "an amount of zero or more")
    return money


def _parts(value: Any) -> Any:
    if isinstance(value, bool) or value not in PARTS:
        raise file_error(describe_value(value), f"whole months per instalment: {', '.join(map(str, PARTS))}")
    return value


class WrittenBracket(Written):
    """What the members of one bracket pay in a year."""

    size: OptionalKey[Annotated[SizeClass, choice(SizeClass, "size class")]] = Field(
        default=None, description=f"one of: {', '.join(SizeClass)}"
    )
    from_: Any = Field(default=None, alias="from", description="the lowest figure; zero if left out")
    below: Any = Field(default=None, description="the first figure above the bracket; no upper end if left out")
    yearly: Annotated[Money, BeforeValidator(_yearly)] = Field(description=AMOUNT)
    instalments: Annotated[StrictInt, BeforeValidator(_parts)] = Field(
        default=1, description="the number of instalments per year; one if left out"
    )


class WrittenScheme(Written):
    """A dues scheme: what a member pays in a year, by bracket."""

    scheme: Id = Field(description="the name of the scheme and of its file: lower case letters, digits and hyphens")
    title: WrittenText = Field(description="the title in es and en")
    source: NonEmptyText = Field(description="the key of the source, like FEEG; P for a proposal")
    by: Annotated[DuesBasis, choice(DuesBasis, "basis")] = Field(description=f"one of: {', '.join(DuesBasis)}")
    from_: Day = Field(alias="from", description="the first day on which the scheme is valid")
    to: OptionalKey[Day] = Field(default=None, description="the last day on which it is valid; no end if left out")
    due: Days = Field(default=30, description="the time from an invoice's issue to its due date")
    pro_rata: Annotated[ProRata, choice(ProRata, "rule for partial years")] = Field(
        default=ProRata.JOINING, description=f"one of: {', '.join(ProRata)}"
    )
    brackets: list[WrittenBracket] = Field(min_length=1, description="a list of one or more brackets")


SHAPES = Translator({"": WrittenScheme, "brackets": WrittenBracket, "title": WrittenText})


def load_scheme(path: Path) -> Scheme:
    """Return the scheme of one file.

    Raises:
        Mistakes: everything that is wrong with it, in the order of its lines.
    """
    return _scheme(read(path), path.stem)


def parse_scheme(text: str, file: str = "scheme") -> Scheme:
    """Return the scheme of a text. Mistakes call the text ``file``."""
    return _scheme(parse(text, file))


def load_schemes(folder: Path) -> dict[str, Scheme]:
    """Return the schemes of a folder by their ids. An office that charges no dues has none.

    Raises:
        Mistakes: everything that is wrong with any of the files.
    """
    schemes: dict[str, Scheme] = {}
    mistakes: list[Mistake] = []
    for path in sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml")):
        try:
            scheme = load_scheme(path)
        except Mistakes as error:
            mistakes += error.mistakes
            continue
        if scheme.id in schemes:
            mistakes.append(Mistake(f"{path}:1:1", f"the scheme «{scheme.id}» is also in another file"))
        schemes[scheme.id] = scheme
    if mistakes:
        raise Mistakes(mistakes)
    return schemes


def _scheme(document: Document, name: str | None = None) -> Scheme:
    mistakes = check_brackets(document)
    written: WrittenScheme | None = None
    try:
        written = WrittenScheme.model_validate(document.value)
    except ValidationError as error:
        mistakes += SHAPES.mistakes(document, error)
    if written is not None:
        if written.to is not None and written.to < written.from_:
            found = f"it ends on {written.to}, before it begins on {written.from_}"
            mistakes.append(Mistake(document.where(("to",)), found))
        if name is not None and written.scheme != name:
            found = f"the scheme «{written.scheme}» is in a file called {Path(document.file).name}"
            mistakes.append(Mistake(document.where(("scheme",)), found, f"{written.scheme}.yaml"))
    wrong = sorted_mistakes(document, mistakes)
    if written is None or wrong:
        raise Mistakes(wrong)
    return _built(written, read_bounds(document))


def _built(written: WrittenScheme, found: list[Bounds]) -> Scheme:
    return Scheme(
        id=written.scheme,
        title=Text(es=written.title.es.strip(), en=written.title.en.strip()),
        source=written.source,
        by=written.by,
        valid_from=written.from_,
        valid_to=written.to,
        due_days=written.due,
        pro_rata=written.pro_rata,
        turnover_currency=next((b.currency for b in found if b.currency), None),
        brackets=tuple(
            DuesBracket(yearly=b.yearly, instalments=b.instalments, size=b.size, least=f.least, below=f.below)
            for b, f in zip(written.brackets, found, strict=True)
        ),
        proposed=tuple(name for key, name in TERMS.items() if key not in written.model_fields_set),
    )
