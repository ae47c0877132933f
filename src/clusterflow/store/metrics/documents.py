"""Metrics of documents: what was adopted and signed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, select

from clusterflow.domain.records.governance import Document, Signature
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.terms import DocumentKind
from clusterflow.store.metrics.evidence_rows import (
    UNKNOWN,
    as_yes_no,
    check_word,
    evidence_row,
    has_entries,
    initiatives_with_entries,
)
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope


@metric("document-in-force")
def document_in_force(scope: Scope, kind: str) -> Select[Any]:
    """Select whether a document of the kind is in force. If no document was entered, the answer is unknown."""
    document = scope.latest(Document)
    return evidence_row(
        document, Document, what=document.c.id, part=as_yes_no(scope.in_force(document)), most=None
    ).where(document.c.kind == check_word(DocumentKind, kind))  # fmt: skip


@metric("purpose-adopted")
def purpose_adopted(scope: Scope) -> Select[Any]:
    """Seed 1: a purpose statement was adopted and is in force."""
    return document_in_force(scope, DocumentKind.PURPOSE_STATEMENT.value)


@metric("host-agreement")
def host_agreement(scope: Scope) -> Select[Any]:
    """CCB: an agreement with the host is in force."""
    return document_in_force(scope, DocumentKind.HOSTING_AGREEMENT.value)


@metric("founders-signed")
def founders_signed(scope: Scope, kind: str = DocumentKind.CHARTER.value) -> Select[Any]:
    """P: founding members that signed the charter (or a document of another kind) ÷ founding members.

    Who did not sign is known only after the first signature is recorded.
    """
    founder, document, signature = scope.current(Membership), scope.current(Document), scope.latest(Signature)
    signed = (
        select(
            signature.c.initiative,
            signature.c.organisation,
        )
        .join_from(
            signature,
            document,
            and_(document.c.initiative == signature.c.initiative, document.c.id == signature.c.document),
        )
        .where(document.c.kind == check_word(DocumentKind, kind))
        .group_by(signature.c.initiative, signature.c.organisation)
        .subquery()
    )
    signatures = initiatives_with_entries(signed)
    return (
        evidence_row(
            founder,
            Membership,
            what=founder.c.organisation,
            part=case((signed.c.organisation.is_not(None), 1), (has_entries(signatures), 0), else_=UNKNOWN),
        )
        .join_from(
            founder,
            signed,
            and_(signed.c.initiative == founder.c.initiative, signed.c.organisation == founder.c.organisation),
            isouter=True,
        )
        .join(signatures, signatures.c.initiative == founder.c.initiative, isouter=True)
        .where(founder.c.founder)
    )
