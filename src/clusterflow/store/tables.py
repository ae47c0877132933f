"""Declares every table: registry (one for each record type), engine state, ledger, outbox and notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.state import CodeTrial, Condition, Expiry, Milestone, Review, StandingAnswer, Visit, Vote
from clusterflow.store.columns import Instant, columns_of
from clusterflow.store.ledger_tables import chain as chain
from clusterflow.store.ledger_tables import ledger as ledger
from clusterflow.store.ledger_tables import ledger_command as ledger_command
from clusterflow.store.machine_tables import process as process
from clusterflow.store.machine_tables import schema_support as schema_support
from clusterflow.store.machine_tables import shard as shard
from clusterflow.store.metadata import metadata as metadata


def _registry_table(cls: type[Record]) -> Table:
    """Return the table of a record type.

    The key of a row is the ledger entry that entered it (chain and entry). A row never changes, except for
    ``superseded_*``, which name the later entry that corrected it, and ``replaced_on``: the first day on which a later
    fact with the same key counts instead (``store/replaced_facts.py``). A ``retracted`` row withdraws the fact.
    """
    name = cls.type.replace("-", "_")
    return Table(
        name,
        metadata,
        Column("chain", String(64), primary_key=True),
        Column("entry", BigInteger, primary_key=True, autoincrement=False),
        Column("entered_at", Instant, nullable=False),
        Column("entered_by", String(64), nullable=False),
        Column("superseded_by", BigInteger),
        Column("superseded_at", Instant),
        Column("retracted", Boolean, nullable=False, default=False),
        Column("salt", String(32), nullable=False),
        Column("replaced_on", Date),
        *columns_of(cls),
    )


class _RegistryTables(Mapping[str, Table]):
    """Builds each table when it is first used: a command uses few of them, and all would slow its start."""

    def __init__(self) -> None:
        self._built: dict[str, Table] = {}
        self._lock = Lock()  # two threads of a worker may ask for a table at once

    def __getitem__(self, name: str) -> Table:
        if name in self._built:
            return self._built[name]
        with self._lock:
            if name not in self._built:
                self._built[name] = _registry_table(RECORDS[name])
            return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(RECORDS)

    def __len__(self) -> int:
        return len(RECORDS)


REGISTRY_TABLES: Mapping[str, Table] = _RegistryTables()
"""The table of each record type, by the type's name."""


command = Table(
    "command",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    # The ledger is the queue; this table holds only the current claims, and the errors that delay a retry.
    Column("topic", String(16), primary_key=True),
    Column("chain", String(64), primary_key=True),
    Column("until", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
)

lifecycle_model = Table(
    "lifecycle_model",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
)

initiative_state = Table(
    "initiative_state",
    metadata,
    Column("initiative", String(64), primary_key=True),
    Column("model", String(64), nullable=False),
    Column("model_hash", String(64), nullable=False),
    Column("enrolled_on", Date, nullable=False),
    Column("standing", String(16), nullable=False),
)

evaluation = Table(
    "evaluation",
    metadata,
    # The versions on which the current answers were measured. They are valid until something new is recorded.
    Column("initiative", String(64), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("registry_version", BigInteger, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("notes", Text, nullable=False),
)


def _state_table(name: str, cls: type, *key: str) -> Table:
    return Table(name, metadata, Column("initiative", String(64), primary_key=True), *columns_of(cls, key))


stage_visit = _state_table("stage_visit", Visit, "stage", "round")
gate_review = _state_table("gate_review", Review, "id")
vote = _state_table("vote", Vote, "review", "number")
code_trial = _state_table("code_trial", CodeTrial, "review", "decider")
milestone = _state_table("milestone", Milestone, "stage", "round")
condition = _state_table("gate_condition", Condition, "review", "criterion")
standing_answer = _state_table("standing_answer", StandingAnswer, "stage", "criterion")

told_expiry = _state_table("told_expiry", Expiry, "record", "subject", "until")

due_moment = Table(
    "due_moment",
    metadata,
    # What becomes due if nothing else happens. A row is deleted when it is handled or no longer applies.
    Column("initiative", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("subject", String, primary_key=True),
    Column("day", Date, primary_key=True),
    # The first moment of that day, or of the next working day, in the time zone of the initiative.
    Column("at", Instant, nullable=False),
)

pseudonym = Table(
    "pseudonym",
    metadata,
    # The ledger holds aliases only; forgetting a person replaces this row, and the chain still verifies.
    Column("person", String(64), primary_key=True),
    Column("alias", String(32), nullable=False, unique=True),
    # None for a forgotten person, and for the aliases of earlier versions (domain/pseudonym.py).
    Column("salt", String(32), nullable=True),
)

inbox = Table(
    "inbox",
    metadata,
    # The flow run that shows the form of an open review. It belongs to Prefect, so it is not in the ledger.
    Column("initiative", String(64), primary_key=True),
    Column("review", String(80), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("claimed_at", Instant, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("rule", String(64), nullable=False),
    Column("initiative", String(64), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("grants", Text, nullable=False),
    Column("token", String(64), nullable=False),
    Column("urgency", String(16), nullable=False, default="normal"),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    # When it was released: from then on it is sent as soon as possible and counts for the weekly cap.
    Column("released_at", Instant),
    # The batch or digest that contains this notice.
    Column("gathered_into", Integer),
    Column("attempts", Integer, nullable=False, default=0),
    # How many parts were delivered, if a channel splits a long text and not all parts were delivered.
    Column("parts", Integer, nullable=False, default=0),
    Column("sent_at", Instant),
    # When it was given up: no channel delivered it, or it was withdrawn because its reason no longer held.
    Column("dead_at", Instant),
    Column("withdrawn", Boolean, nullable=False, default=False),
    # The number of attempts before it was requeued, which no longer count; by whom and when it was requeued.
    Column("forgiven", Integer, nullable=False, default=0),
    Column("revived_by", String(64)),
    Column("revived_at", Instant),
)

attachment = Table(
    "attachment",
    metadata,
    Column("notice", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
    Column("mime", String(120), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("notice", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("delivered", Boolean, nullable=False),
    Column("answer", Text, nullable=False),
)

refused_submission = Table(
    "refused_submission",
    metadata,
    # Submissions of other systems that were refused; they change no initiative, so they are not in the ledger.
    Column("id", Integer, primary_key=True),
    Column("source", String(128), nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("line", Integer),
    Column("received_at", Instant, nullable=False),
    Column("payload", Text, nullable=False),
    Column("mistakes", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("told_at", Instant),
    Column("settled_at", Instant),
    Column("settled_by", String(64)),
    Column("reason", Text),
)

event_cursor = Table(
    "event_cursor",
    metadata,
    # The moment up to which the events of other systems were read, in the real time of Prefect, never simulated time.
    Column("topic", String(64), primary_key=True),
    Column("heard_until", Instant, nullable=False),
)

coming_turn = Table(
    "coming_turn",
    metadata,
    # What will soon turn if nothing more is recorded. It follows from the facts: each review computes it anew.
    Column("id", Integer, primary_key=True),
    Column("initiative", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("occasion", String(32), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("details", Text, nullable=False),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    # A link that was mailed to sign in at the web door: only a keyed hash of its secret is stored.
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("destination", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

web_session = Table(
    "web_session",
    metadata,
    # Somebody who is signed in: only a keyed hash of the cookie is stored. A row is deleted when the session ends.
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
)

api_token = Table(
    "api_token",
    metadata,
    # What a program shows to the JSON API in the name of a person: only a keyed hash of it is stored.
    Column("digest", String(64), primary_key=True),
    Column("id", String(32), nullable=False),
    Column("person", String(64), nullable=False),
    Column("name", String(100), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_on", Date),
)

calendar_feed = Table(
    "calendar_feed",
    metadata,
    # The secret address of a person's calendar: only a keyed hash of it is stored.
    Column("person", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)
