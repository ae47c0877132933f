"""Delivers one message to one recipient by one channel, and reads the provider's answer without secrets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import apprise
from apprise.attachment.memory import AttachMemory
from pydantic import SecretStr

from clusterflow.domain.notice import Attachment
from clusterflow.notices.apprise_log import collecting
from clusterflow.notices.channels import Closed, one_line, way_to
from clusterflow.notices.markup import escaped, html, link, plain
from clusterflow.notices.redaction import redacted
from clusterflow.notices.text_limits import in_parts

_FORMATS: dict[Any, Callable[[str], str]] = {
    apprise.NotifyFormat.MARKDOWN: str,
    apprise.NotifyFormat.HTML: html,
    apprise.NotifyFormat.TEXT: plain,
}
"""How our Markdown is converted, by the format of the channel."""


PARTS = {"tgram": 4}
"""The number of messages that a long text may be split into, by the scheme of the channel's address. Chats take several
messages of at most 4,096 characters (the number is a proposal). Other channels get a shortened text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the provider."""

    delivered: bool
    text: str
    parts: int = 0
    """If only some parts of a message arrived: how many, including those of earlier attempts."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message for one person."""

    key: str
    subject: str
    body: str
    """Markdown."""
    link: str | None
    """The address where the reader finds what the channel cannot take, if there is one."""
    attachments: tuple[Attachment, ...] = ()
    codes: tuple[str, ...] = ()
    """One-time codes in the body: never cut off, and never stored with an answer."""
    arrived: int = 0
    """How many parts arrived at earlier attempts."""


def deliver(name: str, address: SecretStr, to: str | None, message: Message, plugins: Path | None = None) -> Answer:
    """Send one message to one recipient by one channel, once.

    Args:
        name: the name of the channel, for messages.
        address: its Apprise address.
        to: the recipient, in the channel's own terms.
        plugins: a folder with Apprise plug-ins of the office's own.
    """
    way = way_to(name, address, to, message.key, plugins)
    if isinstance(way, Closed):
        return Answer(False, way.reason)
    arrived = message.arrived

    def safe(text: str) -> str:
        return redacted(text, {*way.secrets(), *message.codes})

    with collecting() as lines:
        try:
            subject, bodies = shaped(message, way.plugin)
            files = [_Attached(a) for a in message.attachments] if way.plugin.attachment_support else None
            for place, body in enumerate(bodies, 1):
                if place <= arrived:
                    continue
                sender = _sender(way.plugin)
                last = files if place == len(bodies) else None
                result = sender.notify(
                    title=subject, body=body, body_format=way.plugin.resolve_format(), attach=last or None
                )
                if not result:
                    answer = read_answer(result, [safe(line) for line in lines])
                    return replace(answer, parts=arrived)
                arrived = place
        except Exception as problem:  # a plug-in may do anything; it stops its own notice alone
            return Answer(False, safe(f"{type(problem).__name__}: {problem}"), arrived)
    return Answer(True, "accepted" if len(bodies) == 1 else f"accepted, in {len(bodies)} parts")


_OWN = threading.local()


def _sender(plugin: Any) -> apprise.Apprise:
    """Return Apprise with one channel. Each thread keeps its own: making one looks for the catalogs of its texts."""
    sender: apprise.Apprise | None = getattr(_OWN, "sender", None)
    if sender is None or sender.asset is not plugin.asset:
        sender = _OWN.sender = apprise.Apprise(asset=plugin.asset)
    sender.clear()
    sender.add(plugin)
    return sender


def read_answer(result: apprise.AppriseResult, lines: Sequence[str] = ()) -> Answer:
    """Convert the result of a send to an answer.

    Args:
        lines: the log lines of the send, without secrets; they say why it failed.
    """
    if result:
        return Answer(True, "accepted")
    status = apprise.AppriseResultStatus(result.status)
    reasons = [] if status is apprise.AppriseResultStatus.FAILURE else [status.name.lower()]
    return Answer(False, "; ".join(dict.fromkeys([*reasons, *lines]))[:500] or "not accepted")


def shaped(message: Message, plugin: Any) -> tuple[str, list[str]]:
    """The title and the bodies in the format and within the limits of the channel; chats may get several bodies."""
    title, body = one_line(message.subject), message.body.strip()
    page = link(message.link) if message.link else ""
    if page and not plugin.attachment_support:
        body += "".join(f"\n\n{escaped(a.name)}: {page}" for a in message.attachments)
    if plugin.title_maxlen <= 0:
        # Apprise would read the title, and so the name of an initiative, as Markdown.
        title, body = "", f"**{escaped(title)}**\n\n{body}"

    form = plugin.resolve_format()

    @cache
    def converted(text: str) -> str:
        if _is_template(plugin):
            return " ".join(plain(text).split())
        return _FORMATS[form](text)

    def fits(text: str) -> bool:
        # Apprise adapts the text to the channel when it sends it. In Slack each «&» grows to five characters.
        return len(plugin.dialect_convert(converted(text), form)) <= int(plugin.body_maxlen)

    parts = in_parts(body, fits, PARTS.get(plugin.secure_protocol, 1), page, message.codes)
    return title[: max(plugin.title_maxlen, 0)], [converted(part) for part in parts]


def _is_template(plugin: Any) -> bool:
    """The parameters of a WhatsApp template must be on one line."""
    return plugin.secure_protocol == "whatsapp" and bool(plugin.template)


class _Attached(AttachMemory):
    """A stored attachment with its full MIME type: Apprise refuses types with parameters."""

    def __init__(self, attachment: Attachment) -> None:
        self._whole = attachment.mime
        super().__init__(content=attachment.content, name=attachment.name)  # type: ignore[no-untyped-call]

    @property
    def mimetype(self) -> str:
        return self._whole
