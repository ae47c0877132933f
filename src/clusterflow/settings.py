"""Settings, from the environment (``CLUSTERFLOW_...``) or a file ``.env``; secrets are never printed."""

from __future__ import annotations

import errno
import os
import re
import secrets
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "CLUSTERFLOW_"

_DOTENV = ".env"
_PACKAGE = Path(__file__).resolve().parent


def _beside_the_code(name: str) -> Path:
    """A folder of the checkout, or its copy inside an installed wheel."""
    checkout = _PACKAGE.parent.parent / name
    return checkout if checkout.is_dir() else _PACKAGE / "shipped" / name


def _home() -> Path:
    return Path.home() / ".clusterflow"


def _channels_one_by_one() -> dict[str, SecretStr]:
    prefix = f"{PREFIX}CHANNEL_"
    written = {**dotenv_values(_DOTENV), **os.environ}
    return {
        name.removeprefix(prefix).lower().replace("_", "-"): SecretStr(address)
        for name, address in written.items()
        if name.startswith(prefix) and name != f"{prefix}PLUGINS" and address
    }


NOBODY = "cli"
"""Who commands where nobody says who."""


def _id(text: str) -> str:
    """An id, as those of records are; what stands in the ledger cannot be forgotten, so no name may.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch("[a-z0-9][a-z0-9._-]{0,63}", text):
        raise ValueError("is no id; accepted: 1 to 64 lower case letters, digits, points, hyphens and underscores")
    return text


def _web_address(text: str) -> str:
    """An address of a server, as it is.

    Raises:
        ValueError: it is none.
    """
    try:
        split = urlsplit(text)
        known = split.scheme in ("http", "https") and bool(split.hostname) and split.port != 0
    except ValueError:
        known = False
    if not known:
        raise ValueError("is no web address; accepted: http://HOST:PORT/api")
    return text


Folder = Annotated[Path, AfterValidator(Path.absolute)]
"""A folder; a relative one starts at the folder of the command."""


class Settings(BaseSettings):
    """Where things are and how the world is reached."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=_DOTENV, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Folder = Field(
        default_factory=_home,
        description="folder of the default database, Prefect's data and logs; ~/.clusterflow if unset",
    )
    database: str | None = Field(
        default=None, repr=False, description="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    )
    configs: Folder = Field(
        default_factory=lambda: _beside_the_code("configs"),
        description="folder of the office's models, dues schemes, metrics, notices and messages; "
        "the shipped ones if unset",
    )
    deployments: Folder = Field(
        default_factory=lambda: _beside_the_code("deployments"),
        description="folder of prefect.yaml, which says what is deployed; the shipped one if unset",
    )
    language: Literal["es", "en"] = Field(default="en", description="language of Prefect's names and artifacts")
    actor: Annotated[str, AfterValidator(_id)] = Field(
        default=NOBODY, description="who records and commands, where nobody else is named: an id, never a name"
    )
    today: date | None = Field(
        default=None, description="pretend that it is this day: for rehearsals and demonstrations"
    )
    mail: SecretStr | None = Field(
        default=None,
        description="Apprise address of the mail server, without recipient: mailtos://USER:PASSWORD@HOST?from=...",
    )
    notices_manners: Literal["on", "off"] = Field(
        default="on", description="off: every notice is sent at once, at any hour, however many there are"
    )
    # The four numbers are proposals of this project (P); a person's record may name another time zone and digest day.
    notices_quiet: str = Field(
        default="20:00-08:00",
        pattern=r"^(none|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$",
        description="when nothing but the urgent is sent, on the receiver's clock; then weekends and national holidays "
        "are quiet, too. none: no hour and no day is",
    )
    notices_cap: int = Field(default=10, ge=0, description="messages a person in any seven days at most; 0: no cap")
    notices_digest: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        default="monday", description="when people get their digest who name no day of their own"
    )
    notices_gather: int = Field(default=15, ge=0, description="minutes that a notice waits for more of its kind")
    notices_to: str | None = Field(
        default=None,
        pattern=r"^[^@\s<>\"',;:]+@[^@\s<>\"',;:]+$",
        description="for rehearsals: one e-mail address that gets every notice, each marked with whose it is",
    )
    channels: SecretStr | None = Field(
        default=None,
        description='more channels, Apprise addresses by name: {"telegram": "tgram://TOKEN/{to}/"}',
    )
    channel: dict[str, SecretStr] = Field(
        default_factory=_channels_one_by_one,
        description="the same one by one: CLUSTERFLOW_CHANNEL_TELEGRAM is the address of the channel «telegram»",
    )
    channel_plugins: Path | None = Field(
        default=None, description="a folder with Apprise plug-ins of your own, for providers that Apprise does not know"
    )
    senders: int = Field(
        default=16, ge=1, le=64, description="notices on their way at a time; fewer for a small server"
    )
    proof: Literal["code", "none"] = Field(
        default="code",
        description="how deciders prove who they are: by the one-time code of their notice, or not at all",
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="what one-time codes are made with, the same on every machine; made in the home folder if unset",
    )
    intake: SecretStr | None = Field(
        default=None,
        description="fsspec address of a folder where people drop workbooks and files of records: file:///srv/drop, s3://...",
    )
    personal_data: Literal["roles", "names"] = Field(
        default="roles",
        description="how people appear in reports and in Prefect's artifacts: by their roles alone, or by name",
    )
    reports: SecretStr | None = Field(
        default=None,
        description="fsspec address of a folder that reports are written to: file:///srv/reports, s3://...; "
        "the folder «reports» of the home folder if unset",
    )
    calendars: SecretStr | None = Field(
        default=None,
        description="fsspec address of a folder that calendars are written to each hour: file:///srv/calendars, s3://...",
    )
    prefect_port: int = Field(
        default=4200, ge=1, le=65535, description="port on loopback of the Prefect server that clusterflow up starts"
    )
    prefect_api: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None, description="API of a Prefect server elsewhere"
    )
    prefect_auth: SecretStr | None = Field(default=None, description="Prefect's basic auth, user:password")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except UnicodeDecodeError:
            raise OSError(errno.EILSEQ, "is no UTF-8 text", _DOTENV) from None

    def code_key(self) -> bytes:
        """What one-time codes are made with: the secret, or a file of the home folder that only its owner reads."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        file = self.home / "secret"
        with suppress(FileNotFoundError):
            return file.read_bytes()
        self.home.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", prefix="secret.", dir=self.home) as fresh:
            fresh.write(secrets.token_hex(32))
            fresh.flush()
            os.fsync(fresh.fileno())  # an empty key would be everybody's
            try:
                os.link(fresh.name, file)  # whole or not at all, and never over another one
            except FileExistsError:
                pass
            except OSError as problem:
                no_links = f"cannot be made here ({problem.strerror}): set {PREFIX}SECRET"
                raise OSError(problem.errno, no_links, str(file)) from None
        return file.read_bytes()

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'clusterflow.db'}"

    @property
    def prefect_api_url(self) -> str:
        return self.prefect_api or f"http://127.0.0.1:{self.prefect_port}/api"
