"""A mail whose headers are encoded once is the mail that the standard library writes."""

from __future__ import annotations

import email
import re
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32, default
from typing import Any
from unittest.mock import patch

from apprise.plugins.email import base
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from clusterflow.notices import mail_messages
from clusterflow.notices.channels import Way, way_to
from clusterflow.notices.mail_messages import fold_header

PLAIN = Compat32()
PIECES = st.sampled_from(["a", "wörter", "x" * 40, " ", "  ", "\t", '"', "=?", ";", "<a@b.example>", "ñ", "1", ","])


@given(st.sampled_from(["To", "Subject", "X-Clusterflow-Notice"]), st.lists(PIECES, max_size=8).map("".join))
def test_a_header_line_is_that_of_the_standard_library(name: str, value: str) -> None:
    assert fold_header(name, value) == PLAIN.fold(name, value)


@given(st.lists(PIECES, min_size=1, max_size=8).map("".join))
def test_a_shared_header_is_encoded_as_an_own_one(text: str) -> None:
    charset = None if text.isascii() else "utf-8"
    for name in ("Subject", "X-Clusterflow-Notice", "X-A-Name-That-Is-Rather-Long-For-A-Header"):
        shared = mail_messages._POLICY.fold(name, mail_messages._header(text, charset))
        assert shared == PLAIN.fold(name, Header(text, charset))


def mail(subject: str, body: str, key: str, usual: bool) -> str:
    """A mail as Apprise makes it, with the classes of the standard library or with ours."""
    way = way_to("mail", SecretStr("mailto://127.0.0.1:1/?from=office@clusterflow.example"), "ana@firm.example", key)
    assert isinstance(way, Way)
    classes: dict[str, Any] = {"MIMEText": MIMEText, "MIMEMultipart": MIMEMultipart, "Header": Header} if usual else {}
    with patch.dict(vars(base), classes):
        (made,) = base.NotifyEmail.prepare_emails(
            subject=subject, body=body, from_addr=way.plugin.from_addr, to=way.plugin.targets,
            smtp_host="127.0.0.1", headers=way.plugin.headers, notify_format="html",
        )  # fmt: skip
    return re.sub(r"(Date|Message-ID): .*\n", "", str(made.body))


def without_boundary(text: str) -> str:
    (boundary,) = set(re.findall(r'boundary="(.*)"', text))
    return re.sub(r"Content-Type: multipart/alternative;\s+", "", text.replace(boundary, "BOUNDARY"))


def test_a_mail_differs_in_nothing_but_its_boundary() -> None:
    for subject in ("Gate 3 is ready", "La puerta 3 está lista: «Clúster Automotriz de Nuevo León, A. C.» y otras más"):
        given_ = (subject, "<p>Sí, señor</p>\n<p>" + "=" * 100 + "</p>\n", "gate-ready:one:1:ana")
        ours, usual = (mail(*given_, usual=usual) for usual in (False, True))
        assert without_boundary(ours) == without_boundary(usual)
        first, second = (email.message_from_string(text, policy=default) for text in (ours, usual))
        assert [p.get_content() for p in first.iter_parts()] == [p.get_content() for p in second.iter_parts()]  # type: ignore[attr-defined]
        assert first["Subject"] == subject


def test_two_mails_have_two_boundaries() -> None:
    boundaries = {re.findall(r'boundary="(.*)"', mail("s", "<p>b</p>", "k", usual=False))[0] for _ in range(2)}
    assert len(boundaries) == 2
