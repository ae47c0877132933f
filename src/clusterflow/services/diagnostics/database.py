"""The database: reachable, of the right schema, its ledger whole at the ends; and what waits in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from shlex import quote

from clusterflow.domain.text import Language, Text
from clusterflow.errors import SchemaMismatch
from clusterflow.reports.translations import translated
from clusterflow.rules.work_calendar import months_before
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, plain, trouble, warning
from clusterflow.services.monitoring import figures
from clusterflow.services.monitoring.figures import Waiting
from clusterflow.store import ledger, outbox, record_ends
from clusterflow.store.database import HEAD, UPGRADE_HINT, check_schema, read_connection
from clusterflow.store.dead_letters import dead_letters
from clusterflow.store.outbox import Topic

FRESH = timedelta(minutes=10)
"""What waits for less is only on its way."""

RECENT = timedelta(days=30)
"""A notice that was given up longer ago is history."""

MONTHS_AHEAD = 3
MONTHS_BEHIND = 3
"""Around which a label's end is worth a word."""


def look_at_schema(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Whether it answers, with the schema of this version."""
    database = surroundings.database
    try:
        check_schema(database)
    except SchemaMismatch as problem:
        found, _, cure = str(problem).rpartition(". ")
        # Translated as a whole: that is how the texts of the store are known.
        spanish = translated(str(problem), "es").rpartition(". ")[0]
        advice = "upgrade-schema" if cure == UPGRADE_HINT else "install-its-version"
        yield trouble(DATABASE, Text(es=spanish, en=found), advise(advice))
        return
    yield ok(DATABASE, both(_AT_HEAD, address=database.url.render_as_string(hide_password=True), head=HEAD))


DATABASE = Text(es="base de datos", en="database")
_AT_HEAD = Text(es="{address}: esquema {head}", en="{address}: schema {head}")


def look_at_ledger(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Whether each chain ends where it says; whether all of it is whole, ``ledger --verify`` tells."""
    with read_connection(surroundings.database) as connection:
        count, torn = ledger.inconsistent_chains(connection)
    for chain in torn:
        yield trouble(both(_CHAIN, chain=chain), _TORN, advise("verify-ledger", chain=chain))
    if not torn:
        yield ok(_LEDGER, both(_ENDS, count=count))


_LEDGER = Text(es="bitácora", en="ledger")
_CHAIN = Text(es="bitácora de {chain}", en="ledger of {chain}")
_TORN = Text(
    es="la cadena no termina en su último asiento: alguien cambió la base de datos por fuera",
    en="the chain does not end in its last entry: somebody changed the database from outside",
)
_ENDS = Text(es="cadenas que terminan en su último asiento: {count}", en="chains that end in their last entry: {count}")


def look_at_outbox(surroundings: Surroundings) -> Iterable[CheckResult]:
    """What is on its way to Prefect and to people, and for how long."""
    now = surroundings.now
    with read_connection(surroundings.database) as connection:
        waiting = figures.read_outbox(connection)
        error = outbox.last_error(connection)
        unsent = figures.read_notices(connection, now)
    ways: dict[Topic, Text] = {"event": _TO_PREFECT, "notice": _TO_PEOPLE}
    for topic, what in ways.items():
        yield _backlog(what, waiting[topic], now, error)
    yield _backlog(_MAILS, unsent.overdue, now)
    yield ok(_UNSENT, both(_BY_STATE, waiting=unsent.waiting, refused=unsent.refused, dead=unsent.dead))


def look_at_deadlines(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Whether the deadlines of initiatives are processed when they are due."""
    with read_connection(surroundings.database) as connection:
        late = figures.read_deadlines(connection, surroundings.now)
    yield _backlog(DEADLINES, late, surroundings.now)


def _backlog(what: Text, waiting: Waiting, now: datetime, error: str | None = None) -> CheckResult:
    count, since = waiting.count, waiting.since
    if since is None or now - since < FRESH:
        return ok(what, both(_WAIT, count=count) if count else _NOTHING)
    found = Text(es=_late(count, since, error, "es"), en=_late(count, since, error, "en"))
    return warning(what, found, advise("relay"))


def _late(count: int, since: datetime, error: str | None, language: Language) -> str:
    why = f" ({translated(error, language)})" if error else ""
    return _WAIT_LONG.to(language).format(count=count, since=f"{since:%Y-%m-%d %H:%M} UTC", error=why)


DEADLINES = Text(es="plazos por procesar", en="deadlines to be processed")
_UNSENT = Text(es="avisos sin enviar", en="notices not sent")
_BY_STATE = Text(
    es="{waiting} esperan su primer intento, {refused} fueron rechazados y se reintentan, {dead} se abandonaron",
    en="{waiting} wait for their first attempt, {refused} were refused and are tried again, {dead} were given up",
)


_TO_PREFECT = Text(es="bandeja de salida: a Prefect", en="outbox: to Prefect")
_TO_PEOPLE = Text(es="bandeja de salida: avisos por escribir", en="outbox: notices to be written")
_MAILS = Text(es="avisos por enviar", en="notices to be sent")
_NOTHING = Text(es="nada espera", en="nothing waits")
_WAIT = Text(es="en espera: {count}", en="waiting: {count}")
_WAIT_LONG = Text(es="en espera: {count}, desde {since}{error}", en="waiting: {count}, since {since}{error}")


def look_at_dead_letters(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Whom nobody could tell."""
    with read_connection(surroundings.database) as connection:
        dead = [d for d in dead_letters(connection) if d.at >= surroundings.now - RECENT]
    useful = [d for d in dead if not d.stale]
    for letter in useful[:5]:
        what = both(_LETTER, rule=letter.rule, person=letter.recipient)
        found = f"{letter.at:%Y-%m-%d}: {letter.answer or '–'}"
        advice = advise("correct-recipient", person=letter.recipient, number=letter.number)
        yield warning(what, plain(found), advice)
    if len(useful) > 5:
        yield warning(_DEAD, both(_MORE, count=len(useful) - 5), advise("retry-all-notices"))
    if len(dead) > len(useful):
        yield ok(_DEAD, both(_STALE, count=len(dead) - len(useful)))
    if not dead:
        yield ok(_DEAD, _NONE_DEAD)


_DEAD = Text(es="avisos abandonados", en="notices given up")
_LETTER = Text(es="aviso {rule} a {person}", en="notice {rule} to {person}")
_STALE = Text(
    es="{count} en los últimos 30 días, de puertas que ya no están abiertas",
    en="{count} in the last 30 days, of gates that are open no more",
)
_MORE = Text(es="y {count} más en los últimos 30 días", en="and {count} more in the last 30 days")
_NONE_DEAD = Text(es="ninguno en los últimos 30 días", en="none in the last 30 days")


def look_at_refused(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Submissions that were refused and that nobody has corrected yet."""
    with read_connection(surroundings.database) as connection:
        waiting = figures.read_refused_submissions(connection)
    if waiting:
        yield warning(_REFUSED, both(_WAIT, count=waiting), advise("correct-submissions"))
    else:
        yield ok(_REFUSED, _NOTHING)


_REFUSED = Text(es="entregas rechazadas", en="refused submissions")


def look_at_labels(surroundings: Surroundings) -> Iterator[CheckResult]:
    """The labels that end soon, or ended lately, and were not renewed."""
    today = surroundings.now.date()
    since, until = months_before(today, MONTHS_BEHIND), months_before(today, -MONTHS_AHEAD)
    with read_connection(surroundings.database) as connection:
        ending = record_ends.labels_ending(connection, since, until)
    for initiative, label, last in ending:
        found = both(_ENDED if last < today else _ENDS_ON, day=str(last))
        cure = f"clusterflow record label initiative={initiative} {quote(f'name={label}')} level=... from=... to=..."
        yield warning(both(_LABEL, label=label, initiative=initiative), found, advise("renew-label", command=cure))
    if not ending:
        yield ok(LABELS, both(_NO_LABEL, until=str(until)))


LABELS = Text(es="sellos", en="labels")
_LABEL = Text(es="sello «{label}» de {initiative}", en="label «{label}» of {initiative}")
_ENDED = Text(es="terminó el {day}", en="ended on {day}")
_ENDS_ON = Text(es="termina el {day}", en="ends on {day}")
_NO_LABEL = Text(es="ninguno termina hasta el {until}", en="none ends until {until}")
