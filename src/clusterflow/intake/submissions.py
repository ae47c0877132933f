"""Reads what another system submits: the payload of an event, or a file; with every mistake in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clusterflow.domain.text import decode_text
from clusterflow.engine.submissions import Delivery
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.json_lines import lines_of, read_value, readable

MOST_RECORDS = 100_000
"""Records of one file: all of them are recorded in one transaction."""


def event_key(event_id: str) -> str:
    return f"event:{event_id}"


def delivered_event(event_id: str, payload: Mapping[str, Any]) -> Delivery:
    """Return the delivery of an event."""
    address = f"event {event_id}"
    text = json.dumps(payload, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(payload)
    try:
        return _filled(Delivery(event_key(event_id), address, text, read_value(payload, address)))
    except Mistakes as problem:
        return Delivery(event_key(event_id), address, text, mistakes=problem.mistakes)


def delivered_file(name: str, content: bytes) -> Delivery:
    """Return the delivery of a file of JSON lines. Files with the same content have the same source."""
    source = f"file:{hashlib.sha256(content).hexdigest()}"
    mistakes: list[Mistake] = []
    submissions = readable(lines_of(decode_text(content)), name, mistakes)
    if len(submissions) > MOST_RECORDS:
        found = f"holds {len(submissions):,} records"
        return Delivery(source, name, "", mistakes=[Mistake(name, found, f"{MOST_RECORDS:,} at most", "Split it")])
    delivery = Delivery(source, name, _storable(content.decode("utf-8-sig", "backslashreplace")), submissions, mistakes)
    try:
        return delivery if mistakes else _filled(delivery)
    except Mistakes as problem:
        return replace(delivery, mistakes=problem.mistakes)


def _filled(delivery: Delivery) -> Delivery:
    if not delivery.submissions:
        raise Mistakes([Mistake(delivery.address, "holds no record", '{"record": "membership", ...}')])
    return delivery


def _storable(text: str) -> str:
    """Return a text in a form that every database can store."""
    return text.replace("\0", "\\x00")
