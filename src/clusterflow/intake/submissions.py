"""What another system hands in, read: an event's payload or a file, with all that keeps it from being read."""

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


def event_key(event_id: str) -> str:
    return f"event:{event_id}"


def delivered_event(event_id: str, payload: Mapping[str, Any]) -> Delivery:
    """What an event hands in."""
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
    """What a file of JSON lines hands in; the same content has the same source, whatever its name."""
    source = f"file:{hashlib.sha256(content).hexdigest()}"
    mistakes: list[Mistake] = []
    submissions = readable(lines_of(decode_text(content)), name, mistakes)
    delivery = Delivery(source, name, _kept(content.decode("utf-8-sig", "backslashreplace")), submissions, mistakes)
    try:
        return delivery if mistakes else _filled(delivery)
    except Mistakes as problem:
        return replace(delivery, mistakes=problem.mistakes)


def _filled(delivery: Delivery) -> Delivery:
    if not delivery.submissions:
        raise Mistakes([Mistake(delivery.address, "holds no record", '{"record": "membership", ...}')])
    return delivery


def _kept(text: str) -> str:
    """A text as every database keeps it."""
    return text.replace("\0", "\\x00")
