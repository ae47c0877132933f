"""Every channel: whether its address is one, whether its server answers, and on request whether a message arrives."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import SecretStr

from clusterflow.domain.text import Text
from clusterflow.notices.channels import MAIL, channels_of, mistakes_in, takes_nobody, wants_mail_address, way_to
from clusterflow.notices.delivery import Message, deliver
from clusterflow.notices.redaction import redacted, secrets_of
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, plain, trouble, warning

CONNECT_SECONDS = 3.0

SOMEBODY = "someone@example.org"
"""A recipient for addresses that are checked without sending anything."""


def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """The channels of the settings, and those that Prefect keeps."""
    channels = channels_of(surroundings.settings, surroundings.stored_channels)
    if MAIL not in channels:
        yield warning(both(_CHANNEL, name=MAIL), _UNSET, advise("set-mail-server"))
    for name in sorted(channels):
        yield from _channel(surroundings, name, channels[name])


def _channel(surroundings: Surroundings, name: str, address: SecretStr) -> Iterator[CheckResult]:
    what = both(_CHANNEL, name=name)
    try:
        result = _dry(what, name, address, surroundings.settings.channel_plugins)
        yield result
        if surroundings.send is not None:
            yield from _sent(surroundings, name, address, surroundings.send)
    except Exception as problem:  # a plug-in may do anything, and say anything
        text = redacted(f"{type(problem).__name__}: {problem}", secrets_of(address.get_secret_value()))
        yield trouble(what, plain(text), advise("correct-channel"))


def _dry(what: Text, name: str, address: SecretStr, plugins: Path | None) -> CheckResult:
    """Whether Apprise takes the address, and a mail server listens there; nothing is sent."""
    if wrong := mistakes_in({name: address}, plugins):
        return trouble(what, plain(wrong[0].found), advise("correct-channel"))
    way = way_to(name, address, SOMEBODY, "check", plugins) if wants_mail_address(address, plugins) else None
    plugin = getattr(way, "plugin", None)
    host, port = getattr(plugin, "smtp_host", None), getattr(plugin, "port", None)
    if not host or not port:
        return ok(what, _WELL_FORMED)
    try:
        with socket.create_connection((host, port), CONNECT_SECONDS):
            return ok(what, both(_ANSWERS, host=host, port=str(port)))
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        return trouble(what, both(_SILENT, host=host, port=str(port), reason=reason), advise("start-mail-server"))


def _sent(surroundings: Surroundings, name: str, address: SecretStr, to: str) -> Iterator[CheckResult]:
    """Send a real message, if the channel takes such a recipient, or if its address itself names the recipient."""
    settings = surroundings.settings
    nobody = takes_nobody(address, settings.channel_plugins)
    if not nobody and wants_mail_address(address, settings.channel_plugins) is not ("@" in to):
        return
    what = both(_SENT, name=name, address=name if nobody else to)
    message = Message(f"doctor:{secrets.token_hex(8)}", SUBJECT, BODY, settings.pages_url)
    answer = deliver(name, address, None if nobody else to, message, settings.channel_plugins)
    yield ok(what, _ACCEPTED) if answer.delivered else trouble(what, plain(answer.text), advise("correct-channel"))


SUBJECT = "clusterflow doctor"
BODY = "Mensaje de prueba: este canal funciona.\n\nA test message: this channel works.\n"


_CHANNEL = Text(es="canal {name}", en="channel {name}")
_UNSET = Text(
    es="no hay servidor de correo: nadie recibe avisos ni códigos",
    en="there is no mail server: nobody gets notices or codes",
)
_WELL_FORMED = Text(es="dirección válida", en="a valid address")
_ANSWERS = Text(es="{host}, puerto {port}, responde", en="{host}, port {port}, answers")
_SILENT = Text(es="{host}, puerto {port}, no responde: {reason}", en="{host}, port {port}, does not answer: {reason}")
_SENT = Text(es="mensaje de prueba por {name} a {address}", en="test message by {name} to {address}")
_ACCEPTED = Text(es="aceptado; mire si llega", en="accepted; see whether it arrives")
