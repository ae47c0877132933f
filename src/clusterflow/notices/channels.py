"""The channels that an office defines: Apprise addresses with a name. Checked before use, never shown."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apprise
import idna
from apprise.manager_plugins import NotificationManager
from pydantic import SecretStr

from clusterflow.errors import Mistake, Mistakes
from clusterflow.notices.apprise_log import collecting
from clusterflow.notices.mail_sessions import share_sessions
from clusterflow.notices.redaction import secrets_of
from clusterflow.notices.tls import remember_authorities
from clusterflow.settings import Settings

MAIL = "mail"
"""The channel of everybody who has named none."""

TO = "{to}"
"""Where the recipient goes in a channel's address, unless the address is one to which ``to=`` can be added."""

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

_RECIPIENT = re.compile(r"[^\s\x00-\x1f\x7f<>\",;]+")
"""One recipient: with these characters in it Apprise would read several, or a name and an address."""

_MAILBOX = re.compile(r"[^\s@<>\",;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+")

_PLACEHOLDER = "recipient@clusterflow.example"
"""Takes the place of the recipient while Apprise reads the address of a mail channel. Apprise would read
d'angelo@example.org as angelo@example.org."""

_SAMPLES = ("someone@example.org", "+34600000000", "123456789", "#office", None)

HEADER = "X-Clusterflow-Notice"
"""Holds the key of the notice, where the channel has headers, so that a repeat can be recognised."""

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}
"""Headers of mail that a program sends (RFC 3834, section 5; the second is Microsoft Exchange's): no out-of-office
notice answers it."""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, opened for one recipient: what Apprise made of its address."""

    plugin: Any
    address: SecretStr
    to: str | None

    def secrets(self) -> frozenset[str]:
        """What of the address nobody may read; the recipient is nobody's business either."""
        bare = self.address.get_secret_value().replace(TO, "")
        return secrets_of(bare, self.plugin) | ({self.to} if self.to else set())


@dataclass(frozen=True, slots=True)
class Closed:
    """A channel that nothing can be sent by: why, in words that may be read by anybody."""

    reason: str


def channels_of(settings: Settings, secret_channels: Mapping[str, SecretStr] | None = None) -> dict[str, SecretStr]:
    """The channels by name: those kept elsewhere (in Prefect's secrets), and those of the environment, which go first.

    Raises:
        Mistakes: what is wrong with the environment's, without a word of what is in them.
    """
    found = {**(secret_channels or {}), **_listed(settings.channels), **settings.channel}
    if settings.mail is not None:
        found[MAIL] = settings.mail
    wrong = [name for name in found if not NAME.fullmatch(name)]
    if wrong:
        accepted = "small letters, digits and hyphens, 32 at most"
        raise Mistakes(Mistake(f"channel «{name}»", "is no name of a channel", accepted) for name in wrong)
    return found


def _listed(written: SecretStr | None) -> dict[str, SecretStr]:
    if written is None:
        return {}
    accepted = 'a JSON object as {"mail": "mailtos://...", "telegram": "tgram://..."}'
    try:
        channels = json.loads(written.get_secret_value())
    except ValueError:
        channels = None
    if not isinstance(channels, dict) or not all(isinstance(address, str) for address in channels.values()):
        raise Mistakes([Mistake("CLUSTERFLOW_CHANNELS", "is no mapping from names to addresses", accepted)])
    return {name: SecretStr(address) for name, address in channels.items()}


def mistakes_in(channels: Mapping[str, SecretStr], plugins: Path | None = None) -> list[Mistake]:
    """What is wrong with each channel, found without sending anything."""
    found = []
    for name, address in channels.items():
        tried = [way_to(name, address, to, "check", plugins) for to in _SAMPLES]
        closed = [t for t in tried if isinstance(t, Closed)]
        if len(closed) == len(tried):
            found.append(Mistake(f"channel «{name}»", closed[0].reason, "", "See https://appriseit.com/services/"))
    return found


def way_to(name: str, address: SecretStr, to: str | None, key: str, plugins: Path | None = None) -> Way | Closed:
    """Open a channel for one recipient.

    Args:
        to: whom it shall reach, in the channel's own terms; None where the address itself says it.
        key: the notice's key; it travels as a header where the channel has some.
        plugins: a folder with Apprise plug-ins of the office's own.
    """
    remember_authorities()
    share_sessions()
    written = address.get_secret_value()
    if to is not None and not _RECIPIENT.fullmatch(to):
        return Closed("the recipient's address is not an address")
    with collecting():  # Apprise logs an address that it cannot read as it is
        asset = _asset(plugins)
        kind = _kind(written)
        if kind is None:
            return Closed(f"the address of channel «{name}» begins with nothing that Apprise knows")
        if to is None and (TO in written or _is_mail(kind)):
            return Closed("the registry has no address of this person there")
        mailbox = None
        if to is not None and _is_mail(kind):
            mailbox = ascii_mailbox(to)
            if mailbox is None:
                return Closed("the recipient's address is no e-mail address that mail servers accept")
        if mailbox is not None:
            plugin = _mail_plugin(written, plugins)
        else:
            plugin = apprise.Apprise.instantiate(_joined(written, kind, to, key), asset=asset)
    if plugin is None:
        return Closed(f"the address of channel «{name}» is none that Apprise accepts for this recipient")
    reason = _not_one(plugin)
    if reason is None and mailbox is not None:
        plugin = copy(plugin)
        if HEADER in getattr(plugin, "headers", ()):
            plugin.headers = {**plugin.headers, HEADER: one_line(key)}
        if not _readdressed(plugin, mailbox):
            reason = "does not take its recipient from clusterflow"
    if reason:
        return Closed(f"the address of channel «{name}» {reason}")
    return Way(plugin, address, mailbox or to)


@lru_cache(maxsize=32)
def _mail_plugin(written: str, plugins: Path | None) -> Any:
    """What Apprise makes of the address of a mail channel; each mail gets a copy with its recipient and its key."""
    return apprise.Apprise.instantiate(_joined(written, _kind(written), _PLACEHOLDER, "-"), asset=_asset(plugins))


def ascii_mailbox(address: str) -> str | None:
    """An e-mail address as every mail server takes it: a domain with an ñ is written as ``xn--...`` (RFC 5891).

    Returns:
        ``None`` if it is no e-mail address, or if its part before the @ is not ASCII: few mail servers accept those.
    """
    if not _MAILBOX.fullmatch(address):
        return None
    local, _, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{_ascii_domain(domain)}"
    except (UnicodeError, idna.IDNAError):
        return None


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode()


def _readdressed(plugin: Any, mailbox: str) -> bool:
    """Put the recipient in the place of the placeholder; return whether the plug-in had it among its recipients."""
    targets = getattr(plugin, "targets", None)
    if not isinstance(targets, list) or len(targets) != 1:
        return False
    (target,) = targets
    if target == _PLACEHOLDER:
        plugin.targets = [mailbox]
    elif isinstance(target, tuple) and _PLACEHOLDER in target:
        plugin.targets = [tuple(mailbox if part == _PLACEHOLDER else part for part in target)]
    else:
        return False
    return True


ANSWER_SECONDS = 30
"""How long the answer of a web service may take, in seconds. Apprise's own 4 would send a slow one a second message."""


def _joined(written: str, kind: Any, to: str | None, key: str) -> str:
    """The address with the recipient, and with our headers where the channel has headers."""
    more = [] if "rto=" in written else [f"rto={ANSWER_SECONDS}"]
    if to is not None and TO not in written and "to" in kind.template_args:
        more.append(f"to={quote(to, safe='')}")
    if kind.template_kwargs.get("headers", {}).get("prefix") == "+":
        headers = {HEADER: one_line(key)} | (AUTOMATIC if _is_mail(kind) else {})
        more += [f"+{header}={quote(value, safe='')}" for header, value in headers.items()]
    whole = written.replace(TO, quote(to or "", safe=""))
    return whole + ("&" if "?" in whole else "?") + "&".join(more) if more else whole


def _not_one(plugin: Any) -> str | None:
    """What would make of one notice more than one message, or of a failure none."""
    if getattr(plugin, "cc", None) or getattr(plugin, "bcc", None):
        return "sends copies: leave out cc and bcc"
    if getattr(plugin, "retry", 0):
        return "tries again by itself: leave out retry"
    if getattr(plugin, "optional", False):
        return "hides failures: leave out optional"
    if len(plugin) > 1:
        return "names more than one recipient"
    return "names no recipient" if getattr(plugin, "targets", None) == [] else None


def _kind(written: str) -> Any:
    """Apprise's class for an address."""
    schema = written.partition("://")[0].lower()
    known: Any = NotificationManager()  # type: ignore[no-untyped-call]
    return known[schema] if schema in known else None  # noqa: SIM401 - it is no mapping


def _is_mail(kind: Any) -> bool:
    return {name for name in kind.template_tokens if name.startswith("target_")} == {"target_email"}


def wants_mail_address(address: SecretStr, plugins: Path | None = None) -> bool:
    """Whether the channel's recipients are e-mail addresses."""
    return _is_mail_address(address.get_secret_value(), plugins)


@lru_cache(maxsize=32)
def _is_mail_address(written: str, plugins: Path | None) -> bool:
    with collecting():
        _asset(plugins)
        kind = _kind(written)
    return kind is not None and _is_mail(kind)


def takes_nobody(address: SecretStr, plugins: Path | None = None) -> bool:
    """Whether the address itself says whom it reaches, as a team's channel."""
    return TO not in address.get_secret_value() and not wants_mail_address(address, plugins)


_loading = threading.Lock()


def _asset(plugins: Path | None) -> apprise.AppriseAsset:
    """What Apprise is to know of us; the plug-ins are loaded with it.

    One thread loads them, the others wait: Apprise notes a folder as known before it has read what is in it.
    """
    with _loading:
        return _loaded(plugins)


@cache
def _loaded(plugins: Path | None) -> apprise.AppriseAsset:
    paths = [str(plugins)] if plugins else []
    return apprise.AppriseAsset(
        app_id="clusterflow",
        app_desc="clusterflow",
        app_url="https://clusterflow.example",
        async_mode=False,
        # With a time limit, Apprise sends in a pool of its own that is smaller than ours, and reports a send as failed
        # that may still arrive.
        service_timeout=0,
        plugin_paths=paths,
    )


def one_line(text: str) -> str:
    """A text that can begin no other header."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())
