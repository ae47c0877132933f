"""Writes the reference pages as Markdown, from the code and the configuration files that they describe."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import generate_diagram
from cyclopts import App
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from clusterflow import services
from clusterflow.cli import cli
from clusterflow.cli.exit_codes import MEANINGS
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.notices import load_notices
from clusterflow.domain.events import KINDS
from clusterflow.domain.notice import Audience, NoticeRule
from clusterflow.domain.records import RECORDS, Happening, Span
from clusterflow.domain.records.base import Accepts, Ref
from clusterflow.domain.text import ID_ACCEPTED
from clusterflow.services.context import Context
from clusterflow.services.monitoring.metrics import METRICS
from clusterflow.settings import PREFIX, Settings

LONGEST_SIGNATURE = 90
"""In characters. A longer signature has one line per argument."""

MARK = re.compile(r"<!-- generated: ([a-z-]+) -->")


def fill(page: str) -> str:
    """Return a page with each mark replaced by the generated part of that name."""
    return MARK.sub(lambda mark: "\n".join(PARTS[mark[1]]()), page)


def commands() -> Iterator[str]:
    """Write every command with its arguments and options."""
    yield from _commands(cli, ("clusterflow",))


def _commands(app: App, path: tuple[str, ...]) -> Iterator[str]:
    for name in (n for n in app if not n.startswith("-")):
        command, full = app[name], (*path, name)
        yield from ["", f"{'#' * len(full)} `{' '.join(full)}`", "", _sentence(command.help or ""), ""]
        if command.default_command is None:
            yield from _commands(command, full)
            continue
        arguments = [a for a in command.assemble_argument_collection(parse_docstring=True) if a.parse and a.show]
        rows = []
        for argument in arguments:
            kind = argument.field_info.kind
            positional = kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)
            repeated = kind is inspect.Parameter.VAR_POSITIONAL
            spelled = argument.name.lstrip("-").upper() + ("..." if repeated else "")
            names = spelled if positional or repeated else ", ".join(f"`{n}`" for n in argument.names)
            default = "required" if argument.required else _shown(argument.field_info.default)
            rows.append((names, _type(argument.hint), default, argument.parameter.help or ""))
        yield from _table(("argument", "takes", "default", "meaning"), rows)


def settings() -> Iterator[str]:
    """Write every setting, as the environment names it."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory else _shown(field.default)
        rows.append((f"`{PREFIX}{name.upper()}`", _type(field.annotation), default, field.description or ""))
    return _table(("setting", "takes", "default", "meaning"), rows)


def monitoring() -> Iterator[str]:
    """Write every metric that Prometheus reads."""
    rows = [
        (
            f"`{m.series[0].removesuffix('_bucket')}`",
            f"`{m.name}`",
            ", ".join(f"`{label}`" for label in m.labels),
            m.about,
        )
        for m in METRICS
    ]
    return _table(("in Prometheus", "in OpenTelemetry", "labels", "meaning"), rows)


def records() -> Iterator[str]:
    """Write every record type with its fields; those that all types share come first."""
    yield from ["", "## All records", "", "Every record that is true over a time has these fields:", ""]
    yield from _field_table(Span.model_fields)
    yield from ["Every record of something that happened on a day has these:", ""]
    yield from _field_table(Happening.model_fields)
    for name, record in RECORDS.items():
        owner = "Belongs to an initiative." if record.of_initiative else "Belongs to the whole office."
        key = ", ".join(f"`{k}`" for k in record.key)
        yield from ["", f"## `{name}`", "", f"{_summary(record)} {owner} Key: {key}.", ""]
        shared = Span.model_fields if issubclass(record, Span) else Happening.model_fields
        yield from _field_table({n: f for n, f in record.model_fields.items() if n not in shared})


def _field_table(fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    rows = []
    for name, field in fields.items():
        if field.exclude:
            continue
        default = "required" if field.is_required() else _shown(field.default)
        rows.append((f"`{field.alias or name}`", _field_type(field), default, field.description or ""))
    return _table(("field", "takes", "default", "meaning"), rows)


def metrics() -> Iterator[str]:
    """Write every metric with its formula and its source."""
    for name, metric in load_metrics(Settings().configs / "metrics.yaml").items():
        source = metric.source + (" (a proposal of this project)" if metric.proposal else "")
        facts = [
            ("Formula", metric.formula),
            ("Unit", str(metric.unit)),
            ("Better", metric.direction),
            ("Parameters", ", ".join(f"`{p}`" for p in metric.parameters)),
            ("Source", source),
        ]
        yield from ["", f"## `{name}`", "", f"{metric.title.en} ({metric.title.es}).", ""]
        yield from (f"- {title}: {text}" for title, text in facts if text)


def events() -> Iterator[str]:
    """Write every kind of ledger entry with its fields."""
    for name, event in KINDS.items():
        yield from ["", f"## `clusterflow.{name}`", "", _summary(event), ""]
        fields = {n: f for n, f in event.model_fields.items() if n != "kind"}
        rows = [
            (f"`{n}`", _field_type(f), "required" if f.is_required() else _shown(f.default)) for n, f in fields.items()
        ]
        yield from _table(("field", "holds", "default"), rows)


def notices() -> Iterator[str]:
    """Write every notice: its moment, its audience, how urgent it is."""
    rows = [(f"`{rule.id}`", _moment(rule), _audiences(rule.to), str(rule.urgency)) for rule in _notice_rules()]
    return _table(("notice", "moment", "goes to", "urgency"), rows)


def _notice_rules() -> tuple[NoticeRule, ...]:
    return load_notices(Settings().configs / "notices.yaml")


def _moment(rule: NoticeRule) -> str:
    if rule.event is not None:
        return f"event `{rule.event}`" + (f", level {rule.level}" if rule.level else "")
    return f"`{rule.on}`: " + (", ".join(str(step) for step in rule.ladder) or "the model's `lead_time` before")


def _audiences(audiences: Iterable[Audience]) -> str:
    texts = []
    for audience in audiences:
        narrowed = [*audience.helix, *audience.size, *(f"not {n}" for n in audience.never)]
        texts.append(str(audience.group) + (f" ({', '.join(narrowed)})" if narrowed else ""))
    return ", ".join(texts)


def exit_codes() -> Iterator[str]:
    """Write every exit code with its meaning."""
    return _table(("code", "meaning"), [(str(code), meaning) for code, meaning in MEANINGS.items()])


def api() -> Iterator[str]:
    """Write the context and every use case: the functions of ``services`` whose first argument is a context."""
    yield from ["", "## The context", "", "```python"]
    yield from [f"Context.open{_signature(Context.open)}", "```", "", _summary(Context), "", _summary(Context.open)]
    for module in _modules(services):
        functions = [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]
        public = [f for f in functions if not f.__name__.startswith("_") and _takes_a_context(f)]
        if not public:
            continue
        yield from ["", f"## `{module.__name__}`", "", _summary(module), ""]
        for function in public:
            yield from ["```python", f"{function.__name__}{_signature(function)}", "```", "", _summary(function), ""]


def rooms() -> Iterator[str]:
    """Write the rooms of the code with their purposes and imports, from the top floor down."""
    levels = generate_diagram.floors()
    imports = generate_diagram.room_imports([room for floor in levels for room in floor])
    yield from [generate_diagram.summary(imports), ""]
    order = [room for floor in levels for room in floor]
    rows = []
    for room in order:
        module = import_module(room if room == "flows" else f"clusterflow.{room}")
        targets = ", ".join(f"`{target}`" for target in order if target in imports[room])
        rows.append((f"`{room}`", _summary(module), targets))
    yield from _table(("room", "purpose", "imports"), rows)


def _root_file(name: str) -> Callable[[], Iterable[str]]:
    """Return what gives a file of the repository's root, with its links as a page of the site needs them."""

    def text() -> Iterator[str]:
        written = (generate_diagram.ROOT / name).read_text(encoding="utf-8")
        written = re.sub(r"\]\(docs/", "](", written)
        yield re.sub(r"\]\(([A-Z]+\.md)", lambda link: f"]({link[1].lower()}", written)

    return text


def _takes_a_context(function: Callable[..., Any]) -> bool:
    return next(iter(inspect.signature(function).parameters), None) == "context"


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    arguments = [str(_printable(parameter)) for parameter in signature.parameters.values()]
    if signature.parameters and (star := _first_keyword_only(signature)) is not None:
        arguments.insert(star, "*")
    text = f"({', '.join(arguments)})"
    if len(text) > LONGEST_SIGNATURE:
        text = "(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"
    return f"{text} -> {signature.return_annotation}"


def _first_keyword_only(signature: inspect.Signature) -> int | None:
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.KEYWORD_ONLY not in kinds:
        return None
    return kinds.index(inspect.Parameter.KEYWORD_ONLY)


def _printable(parameter: inspect.Parameter) -> inspect.Parameter:
    default = parameter.default
    if inspect.isfunction(default):
        default = _Bare(default.__name__)
    return parameter.replace(annotation=_Bare(parameter.annotation), default=default)


class _Bare:
    """A text that prints without quotation marks."""

    def __init__(self, text: object) -> None:
        self.text = str(text)

    def __repr__(self) -> str:
        return self.text


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in iter_modules(package.__path__, f"{package.__name__}."):
        module = import_module(info.name)
        yield module
        if info.ispkg:
            yield from _modules(module)


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "commands": commands,
    "settings": settings,
    "monitoring": monitoring,
    "records": records,
    "metrics": metrics,
    "events": events,
    "notices": notices,
    "exit-codes": exit_codes,
    "api": api,
    "rooms": rooms,
    "contributing": _root_file("CONTRIBUTING.md"),
    "security": _root_file("SECURITY.md"),
    "changelog": _root_file("CHANGELOG.md"),
}


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    yield f"| {' | '.join(heads)} |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield f"| {' | '.join(_cell(text) for text in row)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _summary(thing: object) -> str:
    """Return the first paragraph of a docstring."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split()).replace("``", "`")


def _sentence(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")).replace("``", "`").replace("<", "&lt;")


def _shown(value: object) -> str:
    if value in (None, (), PydanticUndefined) or value is inspect.Parameter.empty:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{value}`"


def _field_type(field: FieldInfo) -> str:
    return _described(field.metadata) or _type(field.annotation)


def _described(marks: Iterable[object]) -> str | None:
    """Say what the marks of a type say of its values; a reference says more than what ids look like."""
    marks = list(marks)
    for mark in marks:
        if isinstance(mark, Ref):
            return f"the id of a `{mark.record}`"
    for mark in marks:
        if isinstance(mark, Accepts):
            return "an id" if mark.words == ID_ACCEPTED else mark.words
    return None


_WORDS = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "yes or no",
    "date": "day",
    "Path": "path",
    "datetime": "moment",
    "Money": "an amount with its currency, as `90 EUR`",
}


def _type(hint: Any) -> str:
    """Say in words what values a type accepts."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _described(arguments[1:]) or _type(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in arguments)
    if origin in (Union, UnionType):
        return " or ".join(_type(a) for a in arguments if a is not NoneType)
    if origin is dict:
        return f"{_type(arguments[1])}, by name"
    if origin is not None and arguments:
        return f"{_type(arguments[0])}, several"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{member.value}`" for member in hint)
    if hint is SecretStr:
        return "text (secret)"
    name = getattr(hint, "__name__", str(hint))
    return _WORDS.get(name, name)
