"""The first schema: a table for each record type, the state of the engine, the ledger and the outbox.

The columns are written out and not derived from the classes, because a migration must never change its meaning.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from clusterflow.store.columns import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TYPES: dict[str, Any] = {
    "str": sa.String, "text": sa.Text, "bool": sa.Boolean, "date": sa.Date, "float": sa.Float,
    "big": sa.BigInteger, "int": sa.Integer, "instant": Instant, "bytes": sa.LargeBinary,
}  # fmt: skip

HOUSEKEEPING = (
    "chain:str64 entry:big entered_at:instant entered_by:str64 superseded_by?:big superseded_at?:instant "
    "retracted:bool salt:str32 source?:str valid_from:date valid_to?:date"
)

# Of each registry table: the key, and its own columns (a question mark: may be null).
REGISTRY = {
    "action": ("id", "id:str title:str owner?:str objective?:str due:date state:str done_on?:date"),
    "attendance": ("meeting person", "meeting:str person:str organisation:str invited:bool present?:bool"),
    "body": ("id", "id:str kind:str name:str objective?:str"),
    "budget": (
        "id",
        "id:str running_cost_minor:big running_cost_currency:str3 secured_minor?:big secured_currency?:str3",
    ),
    "business": ("id", "id:str kind:str amount_minor?:big amount_currency?:str3 jobs?:big organisation?:str"),
    "channel": ("person channel", "person:str channel:str address?:str rank:big"),
    "delegation": ("person delegate", "person:str delegate:str"),
    "document": ("id", "id:str kind:str title:str address?:str sha256?:str adopted_by?:str"),
    "dues_adoption": ("scheme", "scheme:str"),
    "dues_scheme": ("size", "size:str yearly_minor:big yearly_currency:str3"),
    "income": ("id", "id:str kind:str amount_minor:big amount_currency:str3 payer?:str"),
    "initiative": (
        "id",
        "id:str name:str country:str place?:str sector?:str timezone:str language:str office?:str host?:str",
    ),
    "invoice": (
        "id",
        "id:str organisation:str amount_minor:big amount_currency:str3 due:date scheme?:str year?:big instalment?:big instalments?:big",
    ),
    "label": ("name", "name:str level:str grace_until?:date retained_percent?:big"),
    "learning_attendance": ("session person", "session:str person:str present?:bool"),
    "learning_enrolment": ("series person", "series:str person:str"),
    "learning_series": ("id", "id:str title:str timezone:str"),
    "learning_session": (
        "id",
        "id:str series:str number:big topic:str planned:date time?:str lasts_minutes?:big place?:str held?:date",
    ),
    "legal_entity": ("name", "name:str form?:str personality?:bool non_profit?:bool in_region?:bool"),
    "link": ("id", "id:str direction:str with_whom:str"),
    "meeting": (
        "id",
        "id:str body:str time?:str lasts_minutes?:big place?:str objective?:str minutes?:str",
    ),
    "membership": ("organisation", "organisation:str tier?:str founder:bool anchor:bool commitment?:str evidence?:str"),
    "objective": ("id", "id:str title:str strategy?:str unit?:str baseline?:float target?:float due?:date owner?:str"),
    "observation": ("metric", "metric:str numerator:big denominator:big body?:str"),
    "office": ("id", "id:str organisation:str name:str"),
    "organisation": (
        "id",
        "id:str name:str tax_id?:str helix?:str size?:str employees?:big turnover_minor?:big turnover_currency?:str3 founded?:date country?:str place?:str",
    ),
    "payment": ("id", "id:str invoice:str amount_minor:big amount_currency:str3"),
    "person": ("id", "id:str name:str email?:str language:str timezone?:str country?:str digest_day?:str"),
    "project": ("id", "id:str title:str joint:bool objective?:str"),
    "reading": ("objective", "objective:str value:float"),
    "representation": ("person organisation", "person:str organisation:str position?:str"),
    "seat": ("body person", "body:str person:str organisation?:str role:str vote:bool"),
    "signature": ("document organisation", "document:str organisation:str person?:str"),
    "staff": ("person", "person:str fte:float manager:bool"),
    "strategy": ("id", "id:str title:str horizon?:date"),
    "strategy_review": ("strategy", "strategy:str"),
    "survey_wave": ("topic", "topic:str invited:big answers:big mean_milli?:big"),
    "training": ("id", "id:str title:str planned:date held?:date attendees?:big"),
}

# Of each other table: the primary key, and all columns.
ENGINE = {
    "attachment": ("notice place", "notice:int place:int name:str100 mime:str120 content:bytes"),
    "chain": ("id", "id:str64 version:big head:str64 at:instant published:big told:big"),
    "code_trial": ("initiative review decider", "initiative:str64 review:str decider:str failed:big renewed:big"),
    "command": ("key", "key:str128 digest:str64 at:instant answer:text"),
    "delivery": ("notice attempt", "notice:int attempt:int at:instant channel:str32 delivered:bool answer:text"),
    "due_moment": ("initiative kind subject day", "initiative:str64 kind:str16 subject:str day:date at:instant"),
    "evaluation": ("initiative", "initiative:str64 version:big registry_version:big as_of:date notes:text"),
    "event_cursor": ("topic", "topic:str64 heard_until:instant"),
    "gate_condition": (
        "initiative review criterion",
        "initiative:str64 review:str stage:str criterion:str due_on:date status:str",
    ),
    "gate_review": (
        "initiative id",
        "initiative:str64 id:str stage:str round:big opened_on:date findings:str by_hand:bool asked_by?:str status:str outcome?:str closed_on?:date",
    ),
    "inbox": ("initiative review", "initiative:str64 review:str80 run:str64 asked:int claimed_at:instant"),
    "initiative_state": ("initiative", "initiative:str64 model:str64 model_hash:str64 enrolled_on:date standing:str16"),
    "ledger": (
        "chain version",
        "chain:str64 version:big at:instant actor:str64 command:str128 kind:str40 body:text previous:str64 hash:str64",
    ),
    "lifecycle_model": ("hash", "hash:str64 id:str64 document:text first_seen:instant"),
    "milestone": (
        "initiative stage round",
        "initiative:str64 stage:str round:big achieved_on:date review:str lapsed_on?:date lapsed_by?:str overridden?:str withdrawn_on?:date",
    ),
    "notice": (
        "id",
        "id:int key:str200 rule:str64 initiative:str64 version:big recipient:str64 language:str8 subject:text body:text grants:text token:str64 urgency:str16 created_at:instant due_at:instant released_at?:instant gathered_into?:int attempts:int parts:int sent_at?:instant dead_at?:instant withdrawn:bool forgiven:int revived_by?:str64 revived_at?:instant",
    ),
    "outbox": (
        "topic chain",
        "topic:str16 chain:str64 until:instant attempts:int error?:text",
    ),
    "pseudonym": ("person", "person:str64 alias:str32"),
    "refused_submission": (
        "id",
        "id:int source:str128 address:text line?:int received_at:instant payload:text mistakes:text state:str16 told_at?:instant settled_at?:instant settled_by?:str64 reason?:text",
    ),
    "stage_visit": (
        "initiative stage round",
        "initiative:str64 stage:str round:big entered_on:date due_on:date escalate_on:date overdue_level:big held_until?:date left_on?:date outcome?:str",
    ),
    "standing_answer": (
        "initiative stage criterion",
        "initiative:str64 stage:str criterion:str answer:str found:str met_on?:date",
    ),
    "told_expiry": (
        "initiative record subject until",
        "initiative:str64 record:str subject:str until:date months:big",
    ),
    "vote": (
        "initiative review number",
        "initiative:str64 review:str number:big decider:str cast_by?:str role:str kind:str reason:str findings:str at:instant until?:date stage?:str represents:str overrides:str conditions:str fell_on?:date",
    ),
}

UNIQUE = {
    "notice": "key",
    "pseudonym": "alias",
    "refused_submission": "source",
}

INDEXES = [
    ("ix_attendance_chain_organisation", "attendance", "chain organisation"),
    ("ix_body_valid_from", "body", "valid_from"),
    ("ix_document_valid_from", "document", "valid_from"),
    ("ix_due_moment_at", "due_moment", "at initiative"),
    ("ix_gate_review_status", "gate_review", "status"),
    ("ix_invoice_due", "invoice", "due"),
    ("ix_invoice_valid_from", "invoice", "valid_from"),
    ("ix_learning_enrolment_series", "learning_enrolment", "series"),
    ("ix_learning_session_planned", "learning_session", "planned"),
    ("ix_meeting_chain_body_valid_from", "meeting", "chain body valid_from"),
    ("ix_meeting_valid_from", "meeting", "valid_from"),
    ("ix_membership_valid_from", "membership", "valid_from"),
    ("ix_membership_valid_to", "membership", "valid_to"),
    ("ix_notice_recipient", "notice", "recipient sent_at"),
    ("ix_notice_waiting", "notice", "sent_at dead_at gathered_into due_at id"),
    ("ix_objective_valid_from", "objective", "valid_from"),
    ("ix_payment_chain_invoice", "payment", "chain invoice"),
    ("ix_reading_valid_from", "reading", "valid_from"),
    ("ix_refused_submission_state", "refused_submission", "state"),
    ("ix_refused_submission_told_at", "refused_submission", "told_at"),
    ("ix_representation_organisation", "representation", "organisation"),
    ("ix_survey_wave_valid_from", "survey_wave", "valid_from"),
]


# A commit that writes entries wakes the workers that wait for them.
NOTIFY_FUNCTION = """
CREATE FUNCTION clusterflow_ring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('clusterflow', '');
    RETURN NULL;
END $$
"""
NOTIFY_TRIGGER = """
CREATE TRIGGER ring AFTER INSERT OR UPDATE OF version ON chain
FOR EACH STATEMENT EXECUTE FUNCTION clusterflow_ring()
"""


def column(written: str, primary: list[str]) -> sa.Column[Any]:
    name, _, kind = written.partition(":")
    bare = name.removesuffix("?")
    base = kind.rstrip("0123456789")
    of_type = sa.String(int(kind[3:])) if base == "str" and kind != "str" else TYPES[base]()
    alone = len(primary) == 1 and base == "int"
    return sa.Column(
        bare, of_type, primary_key=bare in primary, nullable=name.endswith("?"), autoincrement=alone and bare in primary
    )


def upgrade() -> None:
    for name, (key, columns) in REGISTRY.items():
        primary = ["chain", "entry"]
        own = [column(c, primary) for c in f"{HOUSEKEEPING} {columns}".split()]
        op.create_table(name, *own, sa.PrimaryKeyConstraint(*primary, name=f"pk_{name}"))
        op.create_index(f"ix_{name}_key", name, ["chain", *key.split(), "valid_from"])
    for name, (key, columns) in ENGINE.items():
        primary = key.split()
        unique = UNIQUE.get(name)
        constraints: list[Any] = [sa.PrimaryKeyConstraint(*primary, name=f"pk_{name}")]
        if unique is not None:
            constraints.append(sa.UniqueConstraint(*unique.split(), name=f"uq_{name}_{unique.replace(' ', '_')}"))
        op.create_table(name, *[column(c, primary) for c in columns.split()], *constraints)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns.split())

    if op.get_bind().dialect.name == "postgresql":
        op.execute(NOTIFY_FUNCTION)
        op.execute(NOTIFY_TRIGGER)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ring ON chain")
        op.execute("DROP FUNCTION clusterflow_ring")
    for name in (*ENGINE, *REGISTRY):
        op.drop_table(name)
