"""By which way: one recipient, one Apprise object, and never a secret in what is kept of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import apprise
from apprise.attachment.memory import AttachMemory
from pydantic import SecretStr

from clusterflow.domain.notice import Attachment
from clusterflow.notices.apprise_log import listening
from clusterflow.notices.channels import Closed, one_line, way_to
from clusterflow.notices.markup import escaped, html, link, plain
from clusterflow.notices.redaction import redacted
from clusterflow.notices.text_limits import in_parts

_FORMATS: dict[Any, Callable[[str], str]] = {
    apprise.NotifyFormat.MARKDOWN: str,
    apprise.NotifyFormat.HTML: html,
    apprise.NotifyFormat.TEXT: plain,
}
"""What becomes of our Markdown, by what a channel takes."""


PARTS = {"tgram": 4}
"""Into how many messages a long text may go, by the scheme of a channel's address: chats, that take a second message
as readily as the first, and no more than 4,096 letters in one (a proposal). Elsewhere it is shortened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said."""

    delivered: bool
    text: str
    parts: int = 0
    """How many parts arrived of a message of which not all did, those of earlier attempts among them."""


@dataclass(frozen=True, slots=True)
class Message:
    """What shall reach one person."""

    key: str
    subject: str
    body: str
    """Markdown."""
    link: str
    """Where more is to be read: what a channel cannot take is found there."""
    attachments: tuple[Attachment, ...] = ()
    codes: tuple[str, ...] = ()
    """What stands in the body and nobody else may read: it is neither cut nor kept of an answer."""
    arrived: int = 0
    """How many of its parts arrived there at an earlier attempt."""


def deliver(name: str, address: SecretStr, to: str | None, message: Message, plugins: Path | None = None) -> Answer:
    """Send one message to one recipient by one channel, once.

    Args:
        name: the channel's name, for words.
        address: its Apprise address.
        to: the recipient, in the channel's own terms.
        plugins: a folder with Apprise plug-ins of the office's own.
    """
    way = way_to(name, address, to, message.key, plugins)
    if isinstance(way, Closed):
        return Answer(False, way.reason)
    secrets, arrived = {*way.secrets(), *message.codes}, message.arrived
    with listening() as heard:
        try:
            subject, bodies = shaped(message, way.plugin)
            files = [_Attached(a) for a in message.attachments] if way.plugin.attachment_support else None
            for place, body in enumerate(bodies, 1):
                if place <= arrived:
                    continue
                sender = apprise.Apprise(asset=way.plugin.asset)
                sender.add(way.plugin)
                last = files if place == len(bodies) else None
                result = sender.notify(
                    title=subject, body=body, body_format=way.plugin.notify_format, attach=last or None
                )
                if not result:
                    answer = read_answer(result, [redacted(line, secrets) for line in heard])
                    return replace(answer, parts=arrived)
                arrived = place
        except Exception as problem:  # a plug-in may do anything; it stops its own notice alone
            return Answer(False, redacted(f"{type(problem).__name__}: {problem}", secrets), arrived)
    return Answer(True, "accepted" if len(bodies) == 1 else f"accepted, in {len(bodies)} parts")


def read_answer(result: Any, heard: Sequence[str] = ()) -> Answer:
    """What a send came to: Apprise 1 says True, False or None; 2 gives an object with a status, true if it went well.

    Args:
        heard: what was logged meanwhile, without secrets: in 1, only there is said why a send failed.
    """
    status = getattr(getattr(result, "status", None), "name", None)
    if result:
        return Answer(True, "accepted")
    said = [str(status).lower()] if status not in (None, "FAILURE") else []
    return Answer(False, "; ".join(dict.fromkeys([*said, *heard]))[:500] or "not accepted")


def shaped(message: Message, plugin: Any) -> tuple[str, list[str]]:
    """Title and bodies as the channel takes them: in its format, none longer than its limit; more than one in chats."""
    title, body = one_line(message.subject), message.body.strip()
    if message.attachments and not plugin.attachment_support:
        body += "".join(f"\n\n{escaped(a.name)}: {link(message.link)}" for a in message.attachments)
    if plugin.title_maxlen <= 0:
        # Apprise would read the title as Markdown, and so whatever is in an initiative's name.
        title, body = "", f"**{escaped(title)}**\n\n{body}"

    @cache
    def turned(text: str) -> str:
        if _is_template(plugin):
            return " ".join(plain(text).split())
        return _FORMATS[plugin.notify_format](text)

    def fits(text: str) -> bool:
        return len(turned(text)) <= int(plugin.body_maxlen)

    parts = in_parts(body, fits, PARTS.get(plugin.secure_protocol, 1), link(message.link), message.codes)
    return title[: max(plugin.title_maxlen, 0)], [turned(part) for part in parts]


def _is_template(plugin: Any) -> bool:
    """A WhatsApp template's parameters are of one line."""
    return plugin.secure_protocol == "whatsapp" and bool(plugin.template)


class _Attached(AttachMemory):
    """A file out of the table, with its whole type: Apprise refuses the parameters of one."""

    def __init__(self, attachment: Attachment) -> None:
        self._whole = attachment.mime
        super().__init__(content=attachment.content, name=attachment.name)  # type: ignore[no-untyped-call]

    @property
    def mimetype(self) -> str:
        return self._whole
