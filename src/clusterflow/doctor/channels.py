"""Every channel: whether its address is one, whether its server answers, and on request whether a message arrives."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.utils import parseaddr

import apprise
from pydantic import SecretStr

from clusterflow.doctor.finding import Seen, Surroundings, both, ok, plain, trouble, warning
from clusterflow.model.text import Text
from clusterflow.notices.deliver import send_mail

CONNECT_SECONDS = 3.0

NOBODY = "nobody@clusterflow.invalid"
"""A recipient for addresses that are only looked at."""


def look(surroundings: Surroundings) -> Iterable[Seen]:
    """The channels of the settings."""
    server = surroundings.settings.mail
    if server is None:
        yield warning(_MAIL, _UNSET, _SET)
        return
    seen = look_at_mail(server)
    yield seen
    if surroundings.send is not None:
        yield send(server, surroundings.send)


def look_at_mail(server: SecretStr) -> Seen:
    """Whether Apprise takes the address, and somebody listens there; nothing is sent."""
    url = server.get_secret_value()
    with _silence():
        plugin = apprise.Apprise.instantiate(f"{url}{'&' if '?' in url else '?'}to={NOBODY}", suppress_exceptions=True)
    host, port = getattr(plugin, "smtp_host", None), getattr(plugin, "port", None)
    if plugin is None or not host or not port:
        # Apprise itself says no more without showing the address, and the password in it.
        return trouble(_MAIL, _NO_ADDRESS, _SET)
    try:
        with socket.create_connection((host, port), CONNECT_SECONDS):
            return ok(_MAIL, both(_ANSWERS, host=host, port=str(port)))
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        return trouble(_MAIL, both(_SILENT, host=host, port=str(port), reason=reason), _REACH)


def send(server: SecretStr, address: str) -> Seen:
    """A real message to one address."""
    what = both(_SENT, address=address)
    if "@" not in parseaddr(address)[1]:
        return trouble(what, _NOT_MAIL, _GIVE_MAIL)
    answer = send_mail(server, address, f"doctor:{secrets.token_hex(8)}", SUBJECT, BODY)
    if answer.delivered:
        return ok(what, _ACCEPTED)
    return trouble(what, plain(answer.text), _SET)


SUBJECT = "clusterflow doctor"
BODY = "Mensaje de prueba: este canal funciona.\n\nA test message: this channel works.\n"


@contextmanager
def _silence() -> Iterator[None]:
    """Apprise logs an address it cannot read as it is, with the password in it."""
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


_MAIL = Text(es="canal: correo", en="channel: mail")
_UNSET = Text(
    es="no hay servidor de correo: nadie recibe avisos ni códigos",
    en="there is no mail server: nobody gets notices or codes",
)
_SET = Text(
    es="ponga CLUSTERFLOW_MAIL, como mailtos://USUARIO:CLAVE@smtp.host?from=oficina@host",
    en="set CLUSTERFLOW_MAIL, as in mailtos://USER:PASSWORD@smtp.host?from=office@host",
)
_NO_ADDRESS = Text(
    es="la dirección no es una de correo que Apprise conozca", en="the address is no mail address that Apprise knows"
)
_ANSWERS = Text(es="{host}, puerto {port}, responde", en="{host}, port {port}, answers")
_SILENT = Text(es="{host}, puerto {port}, no responde: {reason}", en="{host}, port {port}, does not answer: {reason}")
_REACH = Text(
    es="mire si el servidor está en marcha, y si un cortafuegos lo impide; si no es este, corrija CLUSTERFLOW_MAIL",
    en="see whether the server is up, and whether a firewall bars it; if it is the wrong one, mend CLUSTERFLOW_MAIL",
)
_SENT = Text(es="mensaje de prueba a {address}", en="test message to {address}")
_ACCEPTED = Text(es="aceptado por el servidor; mire el buzón", en="accepted by the server; look into the mailbox")
_NOT_MAIL = Text(es="no es una dirección de correo", en="it is no e-mail address")
_GIVE_MAIL = Text(es="--send NOMBRE@HOST", en="--send NAME@HOST")
