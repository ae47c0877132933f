"""Channels: named addresses, checked without sending, opened for one recipient at a time, shown to nobody."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import apprise
import pytest
from pydantic import SecretStr
from support.world import CONFIGS

from clusterflow.domain.notice import Attachment
from clusterflow.errors import Mistakes
from clusterflow.notices.channels import Closed, Way, channels_of, mistakes_in, way_to
from clusterflow.notices.delivery import Message, read_answer, shaped
from clusterflow.notices.redaction import redacted, secrets_of
from clusterflow.settings import Settings

GUIDE = (CONFIGS.parent / "docs" / "how-to" / "channels.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^CLUSTERFLOW_CHANNEL_([A-Z0-9_]+)='([^']+)'$", GUIDE, re.MULTILINE))
LINK = "https://prefect.example/v2/artifacts/key/initiative-one"
LONG = Message("k", "Gate 3 is ready", "\n\n".join(f"Paragraph {n}: " + "words " * 20 for n in range(500)), LINK)


def opened(name: str, to: str | None) -> Way:
    way = way_to(name, SecretStr(EXAMPLES[name]), to, "a:key")
    assert isinstance(way, Way), way
    return way


def arriving(body: str, plugin: Any) -> str:
    """What Apprise makes of a body when it sends it, as Slack's own markup."""
    return str(plugin.dialect_convert(body, plugin.resolve_format()))


RECIPIENTS = {
    "MAIL": "mona@firm.example",
    "MICROSOFT": "mona@firm.example",
    "TEAMS": None,
    "WHATSAPP": "+34600000000",
    "TELEGRAM": "123456789",
    "SLACK": "#board",
    "HOOK": "mona@firm.example",
}


def test_the_guide_shows_every_kind_and_each_example_is_accepted() -> None:
    assert set(EXAMPLES) == set(RECIPIENTS)
    assert mistakes_in({name.lower(): SecretStr(address) for name, address in EXAMPLES.items()}) == []
    for name, to in RECIPIENTS.items():
        opened(name, to)


@pytest.mark.parametrize("name", RECIPIENTS)
def test_no_channel_gets_more_than_it_takes_and_what_is_cut_ends_with_a_link(name: str) -> None:
    plugin = opened(name, RECIPIENTS[name]).plugin
    title, bodies = shaped(LONG, plugin)
    assert all(len(arriving(body, plugin)) <= plugin.body_maxlen for body in bodies)
    assert len(title) <= max(plugin.title_maxlen, 0)
    assert LINK in bodies[-1][-120:]
    if name == "WHATSAPP":
        assert "\n" not in bodies[0], "a template's parameters are of one line"
    assert "Paragraph 0" in bodies[0]
    assert len(bodies) == (4 if name == "TELEGRAM" else 1), "a chat takes several messages, the others one"
    assert name != "TELEGRAM" or [b.partition("(")[2][:4] for b in bodies] == ["1/4)", "2/4)", "3/4)", "4/4)"]


@pytest.mark.parametrize("name", ["TELEGRAM", "SLACK"])
def test_signs_that_grow_on_the_way_are_counted_as_they_arrive(name: str) -> None:
    plugin = opened(name, RECIPIENTS[name]).plugin
    _, bodies = shaped(Message("k", "s", "\n\n".join(["Research & Development < 3 " * 9] * 400), LINK), plugin)
    assert bodies
    assert all(len(arriving(body, plugin)) <= plugin.body_maxlen for body in bodies)


def test_the_format_that_an_address_asks_for_is_used() -> None:
    address = SecretStr(EXAMPLES["MAIL"] + ("&" if "?" in EXAMPLES["MAIL"] else "?") + "format=text")
    way = way_to("mail", address, "mona@firm.example", "a:key")
    assert isinstance(way, Way)
    _, (text,) = shaped(Message("k", "s", "It *waits* for you.", LINK), way.plugin)
    _, (html,) = shaped(Message("k", "s", "It *waits* for you.", LINK), opened("MAIL", "mona@firm.example").plugin)
    assert "<em>waits</em>" in html
    assert "<" not in text


@pytest.mark.parametrize("name", RECIPIENTS)
def test_a_file_goes_where_the_channel_takes_files_and_a_link_where_it_does_not(name: str) -> None:
    way = opened(name, RECIPIENTS[name])
    file = Attachment(name="gate_review.ics", mime="text/calendar; method=REQUEST", content=b"BEGIN:VCALENDAR")
    _, (body,) = shaped(Message("k", "s", "Come.", LINK, (file,)), way.plugin)
    assert (LINK in body) is not way.plugin.attachment_support
    assert way.plugin.attachment_support is (name not in ("TEAMS", "WHATSAPP"))


def test_a_title_that_goes_into_the_text_is_no_markup_there() -> None:
    way = opened("TELEGRAM", "123456789")
    evil = Message("k", "<b>Evil</b> *x* [y](https://evil.example)\r\nBcc: z", "Text", LINK)
    title, (body,) = shaped(evil, way.plugin)
    assert title == ""
    assert "<b>" not in body
    assert "<em>" not in body
    assert "<a " not in body


def test_channels_come_from_one_variable_or_one_variable_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLUSTERFLOW_CHANNELS", '{"telegram": "tgram://one", "team-board": "workflows://two"}')
    monkeypatch.setenv("CLUSTERFLOW_CHANNEL_TEAM_BOARD", "workflows://three")
    monkeypatch.setenv("CLUSTERFLOW_MAIL", "mailto://four")
    (tmp_path / ".env").write_text("CLUSTERFLOW_CHANNEL_SLACK=slack://five\n")
    found = channels_of(Settings(), {"telegram": SecretStr("tgram://kept"), "sms": SecretStr("sms://kept")})
    assert {name: address.get_secret_value() for name, address in found.items()} == {
        "telegram": "tgram://one",
        "team-board": "workflows://three",
        "mail": "mailto://four",
        "slack": "slack://five",
        "sms": "sms://kept",
    }


@pytest.mark.parametrize("written", ["mailtos://u:hunter2@h", '["mailtos://u:hunter2@h"]', '{"a": ["hunter2"]}'])
def test_what_is_no_mapping_is_reported_without_its_content(written: str) -> None:
    with pytest.raises(Mistakes, match="CLUSTERFLOW_CHANNELS") as caught:
        channels_of(Settings(channels=SecretStr(written)))
    assert "hunter2" not in str(caught.value)


def test_a_name_that_nobody_could_write_is_reported() -> None:
    with pytest.raises(Mistakes, match="«Ñandú»"):
        channels_of(Settings(channels=SecretStr('{"Ñandú": "mailto://x"}')))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nonsense://user:hunter2-secret@host", "begins with nothing that Apprise knows"),
        ("hunter2-secret", "begins with nothing that Apprise knows"),
        ("mailtos://user:hunter2-secret@[broken", "is none that Apprise accepts"),
        ("mailtos://user:hunter2-secret@h.example?from=a@b.example&cc=c@d.example", "leave out cc and bcc"),
        ("mailtos://user:hunter2-secret@h.example?from=a@b.example&bcc=c@d.example", "leave out cc and bcc"),
        ("mailtos://user:hunter2-secret@h.example?from=a@b.example&retry=2", "leave out retry"),
        ("mailtos://user:hunter2-secret@h.example?from=a@b.example&optional=yes", "leave out optional"),
        ("mailtos://user:hunter2-secret@h.example/x@y.example/?from=a@b.example", "more than one recipient"),
        ("whatsapp://hunter2-secret@1/{to}", "none that Apprise accepts"),
    ],
)
def test_a_wrong_address_is_found_before_use_and_never_seen(
    address: str, reason: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        (mistake,) = mistakes_in({"x": SecretStr(address)})
        closed = way_to("x", SecretStr(address), "mona@firm.example", "k")
    assert isinstance(closed, Closed)
    assert reason in f"{mistake} {closed.reason}"
    out, err = capfd.readouterr()
    assert "hunter2" not in str(mistake) + closed.reason + caplog.text + out + err


@pytest.mark.parametrize(
    "to", ["a@b.example,c@d.example", "a@b.example c@d.example", "a@b.example\r\nBcc: c@d.example", "x"]
)
def test_one_recipient_is_one_recipient(to: str) -> None:
    assert isinstance(way_to("MAIL", SecretStr(EXAMPLES["MAIL"]), to, "k"), Closed)


@pytest.mark.parametrize(
    ("to", "arrives_at"),
    [
        ("carla.d'angelo@acero.example", "carla.d'angelo@acero.example"),
        ("fito@peñalver.example", "fito@xn--pealver-5za.example"),
        ("ana+oficina@acero.example", "ana+oficina@acero.example"),
        ("ÑOÑA@acero.example", None),
    ],
)
def test_mail_goes_to_exactly_the_address_of_the_registry(to: str, arrives_at: str | None) -> None:
    for name in ("MAIL", "MICROSOFT"):
        way = way_to(name, SecretStr(EXAMPLES[name]), to, "k")
        assert isinstance(way, Closed) if arrives_at is None else arrives_at in str(way.plugin.targets), way


def test_a_recipient_cannot_change_the_rest_of_the_address() -> None:
    way = opened("HOOK", "x&method=DELETE#?/../../admin")
    assert way.plugin.method == "POST"
    assert way.plugin.fullpath.startswith("/notices/")


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_piece_of_an_address_comes_back_in_an_answer(name: str) -> None:
    way = opened(name, RECIPIENTS[name])
    shown = redacted(f"cannot reach {EXAMPLES[name]} as {way.plugin.url()}", way.secrets(), limit=5000)
    for secret in re.findall(r"[\w%-]*SECRET[\w%-]*", EXAMPLES[name]):
        assert secret not in shown
    assert RECIPIENTS[name] is None or str(RECIPIENTS[name]) not in shown


def test_a_secret_is_found_however_it_is_written() -> None:
    password = "p'ä\"s s&w/rd"
    secrets = secrets_of(f"mailtos://user:{'p%27%C3%A4%22s%20s%26w%2Frd'}@h.example")
    for form in (password, repr(password), "p%27%C3%A4%22s+s%26w%2Frd", "dXNlcjpwJ8OkInMgcyZ3L3Jk"):
        assert redacted(f"[{form}]", secrets).replace("'", "") == "[***]"


def result(status: str) -> apprise.AppriseResult:
    """A result of Apprise with no service behind it."""
    return apprise.AppriseResult(apprise.AppriseResultStatus[status])


def test_an_answer_follows_from_the_result_of_apprise() -> None:
    assert read_answer(result("SUCCESS")).delivered
    assert not read_answer(result("FAILURE"), ["no such mailbox"]).delivered
    assert read_answer(result("FAILURE"), ["no such mailbox"]).text == "no such mailbox"
    assert read_answer(result("FAILURE")).text == "not accepted"
    assert read_answer(result("NOMATCH")).text == "nomatch"
    assert read_answer(result("TIMEOUT"), ["waited"]).text == "timeout; waited"
