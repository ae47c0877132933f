"""What another system hands in, read: an event's payload or a file, with all that keeps it from being read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from clusterflow.engine.receive import Delivery
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.jsonlines import lines_of, read_lines, read_value


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
    """What a file of JSON lines hands in; the same content is the same delivery, whatever its name."""
    source = f"file:{hashlib.sha256(content).hexdigest()}"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        mistake = Mistake(name, f"is no UTF-8 text: byte {problem.start} of {len(content)}", "JSON lines in UTF-8")
        return Delivery(source, name, _kept(content.decode(errors="backslashreplace")), mistakes=(mistake,))
    try:
        return _filled(Delivery(source, name, _kept(text), read_lines(lines_of(text), name)))
    except Mistakes as problem:
        return Delivery(source, name, _kept(text), mistakes=problem.mistakes)


def _filled(delivery: Delivery) -> Delivery:
    if not delivery.submissions:
        raise Mistakes([Mistake(delivery.address, "holds no record", '{"record": "membership", ...}')])
    return delivery


def _kept(text: str) -> str:
    """A text as every database keeps it."""
    return text.replace("\0", "\\x00")
