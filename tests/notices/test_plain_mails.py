"""The mail of a notice without attachments is the one that Apprise writes, and needs nothing of Apprise's way to it."""

from __future__ import annotations

import re
from typing import Any

import apprise
import pytest
from apprise.plugins.email.base import NotifyEmail
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from clusterflow.notices.channels import Way, way_to
from clusterflow.notices.mail_sessions import SharedSession
from clusterflow.notices.markup import html
from clusterflow.notices.plain_mails import is_plain, mail_text

ADDRESS = "mailto://127.0.0.1:1/?from={}&mode=insecure&format={}"
SENDERS = ("office@clusterflow.example", "Oficina de Clústeres <office@clusterflow.example>")
TEXTS = st.lists(
    st.sampled_from(
        ["From ", "a", "ñ", "=", "x" * 90, "\n", "\n\n", "**b**", "- ", "<", "&", "€", ".", " ", "\t", "\r\n", "😀"]
    ),
    min_size=1,
    max_size=12,
).map("".join)


def opened(to: str = "ana@firm.example", sender: str = SENDERS[0], form: str = "html", key: str = "a:1:ana") -> Any:
    way = way_to("mail", SecretStr(ADDRESS.format(sender, form)), to, key)
    assert isinstance(way, Way)
    return way.plugin


def neutral(mail: str) -> str:
    """A mail without what differs between any two: its boundary, its id and its date."""
    mail = re.sub(r"^(Message-ID|Date): .*\n", "", mail, flags=re.MULTILINE)
    for boundary in set(re.findall(r'boundary="(.*)"', mail)):
        mail = mail.replace(boundary, "BOUNDARY")
    return re.sub(r"alternative;\s+", "alternative; ", mail)


def of_apprise(plugin: Any, subject: str, body: str) -> str | None:
    """The mail that Apprise hands over; None if it sends none."""
    taken: list[str] = []

    def take(_: object, __: str, ___: list[str], message: str) -> bool:
        taken.append(message)
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SharedSession, "__enter__", lambda self: self)
        patch.setattr(SharedSession, "__exit__", lambda *_: None)
        patch.setattr(SharedSession, "sendmail", take)
        sender = apprise.Apprise(asset=plugin.asset)
        sender.add(plugin)
        sender.notify(title=subject, body=body, body_format=plugin.resolve_format())
    return taken[0] if taken else None


@settings(max_examples=60)
@given(
    TEXTS.map(lambda text: " ".join(text.split())).filter(bool),
    TEXTS,
    st.sampled_from(SENDERS),
    st.sampled_from(["html", "text"]),
    st.sampled_from(["ana@firm.example", "d'angelo@ñandú.example", "a" * 60 + "@firm.example"]),
    st.sampled_from(["gate-ready:one:1:ana", "k" * 100, "clúster:1"]),
)
def test_a_mail_is_that_of_apprise(subject: str, text: str, sender: str, form: str, to: str, key: str) -> None:
    plugin = opened(to, sender, form, key)
    body = (html(text) if form == "html" else text).strip()
    usual = of_apprise(plugin, subject, body)
    if usual is None:
        assert not body
        return
    assert is_plain(plugin)
    assert neutral(mail_text(plugin, subject, body)) == neutral(usual)


def test_what_has_more_than_two_texts_is_left_to_apprise() -> None:
    assert is_plain(opened())
    for name, value in {"reply_to": {"b@firm.example"}, "cc": {"b@firm.example"}, "pgp_mode": "sign"}.items():
        plugin = opened()
        setattr(plugin, name, value)
        assert not is_plain(plugin), name

    class Provider(NotifyEmail):
        pass

    plugin = opened()
    plugin.__class__ = Provider
    assert not is_plain(plugin)


def test_every_mail_has_an_id_and_a_boundary_of_its_own() -> None:
    plugin = opened()
    first, second = (mail_text(plugin, "A gate", "<p>b</p>") for _ in range(2))
    for pattern in (r'boundary="(.*)"', r"Message-ID: (.*)"):
        assert re.findall(pattern, first) != re.findall(pattern, second)
