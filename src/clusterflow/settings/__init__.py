"""Settings from the environment (``CLUSTERFLOW_...``) or from a file ``.env``. Secrets are never printed."""

import errno
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from importlib import import_module
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from clusterflow.settings.values import (
    valid_id,
    valid_ids,
    valid_networks,
    valid_public_address,
    valid_site_address,
    valid_web_address,
)

PREFIX = "CLUSTERFLOW_"

_DOTENV = ".env"
_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_folder(name: str) -> Path:
    """Return a folder of the checkout, or its copy in an installed wheel."""
    checkout = _PACKAGE.parent.parent / name
    return checkout if checkout.is_dir() else _PACKAGE / "shipped" / name


def _home() -> Path:
    return Path.home() / ".clusterflow"


class SettingsError(ValueError):
    """A setting whose value cannot be read at all. The text names the setting, never its value."""


def _written(file: Path | str | None) -> dict[str, str]:
    """Return the variables of the environment and of a file ``.env``. Those of the environment win.

    Raises:
        OSError: the file is not a UTF-8 text.
    """
    if file is None or not Path(file).is_file():
        return dict(os.environ)
    # Start-up time: few folders hold such a file.
    in_file: Mapping[str, str | None]
    try:
        in_file = import_module("dotenv").dotenv_values(file)
    except UnicodeDecodeError:
        raise OSError(errno.EILSEQ, "is not a UTF-8 text", str(file)) from None
    return {**{name: value for name, value in in_file.items() if value is not None}, **os.environ}


def _channels_one_by_one() -> dict[str, SecretStr]:
    prefix = f"{PREFIX}CHANNEL_"
    return {
        name.removeprefix(prefix).lower().replace("_", "-"): SecretStr(address)
        for name, address in _written(_DOTENV).items()
        if name.startswith(prefix) and name != f"{prefix}PLUGINS" and address
    }


NOBODY = "cli"
"""The actor of a command when none is named."""


def _by_field(written: Mapping[str, str]) -> dict[str, Any]:
    """Return what is written for the fields of the settings. Upper and lower case make no difference.

    Raises:
        SettingsError: a value is not the JSON that it must be.
    """
    by_name = {name.lower(): value for name, value in written.items()}
    values: dict[str, Any] = {}
    for field in Settings.model_fields:
        if (value := by_name.get(f"{PREFIX}{field}".lower())) is not None:
            values[field] = _json(field, value) if field == "channel" else value
    return values


def _json(field: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise SettingsError(f"{PREFIX}{field.upper()} is not JSON") from None


Folder = Annotated[Path, AfterValidator(Path.absolute)]
"""A folder. A relative path starts at the current folder of the command."""


class Settings(BaseModel):
    """All settings: folders, database, languages, channels, secrets, and the Prefect server."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, validate_default=True, hide_input_in_errors=True, defer_build=True
    )

    home: Folder = Field(
        default_factory=_home,
        description="folder of the default database, Prefect's data and the logs; default: ~/.clusterflow",
    )
    database: str | None = Field(
        default=None, repr=False, description="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
    )
    configs: Folder = Field(
        default_factory=lambda: shipped_folder("configs"),
        description="folder of the office's models, dues schemes, metrics, notices and messages; "
        "default: the files that come with clusterflow",
    )
    deployments: Folder = Field(
        default_factory=lambda: shipped_folder("deployments"),
        description="folder of the written prefect.yaml, for `prefect deploy`; "
        "default: the file that comes with clusterflow",
    )
    language: Literal["es", "en"] = Field(default="en", description="language of names and artifacts in Prefect")
    actor: Annotated[str, AfterValidator(valid_id)] = Field(
        default=NOBODY, description="who records facts and runs commands if no one else is named: an id, never a name"
    )
    today: date | None = Field(
        default=None, description="pretend that today is this day, for rehearsals and demonstrations"
    )
    mail: SecretStr | None = Field(
        default=None,
        description="Apprise address of the mail server, without a recipient: mailtos://USER:PASSWORD@HOST?from=...",
    )
    notices_policy: Literal["on", "off"] = Field(
        default="on", description="off: every notice is sent at once, at any hour and in any number"
    )
    # The four numbers below are proposals of this project (P). A person's record may name another time zone and digest
    # day.
    notices_quiet: str = Field(
        default="20:00-08:00",
        pattern=r"^(none|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$",
        description="quiet hours on the recipient's clock, when only urgent notices are sent; weekends and national "
        "holidays are quiet, too. none: no quiet hours and no quiet days",
    )
    notices_cap: int = Field(default=10, ge=0, description="most messages to one person in any seven days; 0: no limit")
    notices_digest: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        default="monday", description="day of the weekly digest for people who chose no day"
    )
    notices_gather: int = Field(
        default=15, ge=0, description="minutes that a notice waits for others that can be sent with it"
    )
    notices_to: str | None = Field(
        default=None,
        pattern=r"^[^@\s<>\",;:]+@[^@\s<>\"',;:]+$",
        description="for rehearsals: one e-mail address that gets all notices; each names its real recipient",
    )
    channels: SecretStr | None = Field(
        default=None,
        description='more channels, Apprise addresses by name: {"telegram": "tgram://TOKEN/{to}/"}',
    )
    channel: dict[str, SecretStr] = Field(
        default_factory=_channels_one_by_one,
        description="the same, one by one: CLUSTERFLOW_CHANNEL_TELEGRAM is the address of the channel «telegram»",
    )
    channel_plugins: Path | None = Field(
        default=None, description="folder with your own Apprise plug-ins, for providers that Apprise does not know"
    )
    senders: int = Field(
        default=16, ge=1, le=64, description="number of notices sent at the same time; lower it for a small server"
    )
    shard: int = Field(
        default=500,
        ge=0,
        description="number of initiatives in one part of the nightly review: a larger portfolio is cut into parts "
        "that the workers share. Dossiers are cut into parts of a tenth of it. 0: never cut",
    )
    proof: Literal["code", "none"] = Field(
        default="code",
        description="how deciders prove their identity: by the one-time code in their notice, or not at all",
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="key for one-time codes, the same on every machine; default: a key is made in the home folder",
    )
    intake: SecretStr | None = Field(
        default=None,
        description="fsspec address of the drop folder for workbooks and files of records: file:///srv/drop, s3://...",
    )
    personal_data: Literal["roles", "names"] = Field(
        default="roles",
        description="how people appear in reports and in Prefect's artifacts: by role only, or by name",
    )
    reports: SecretStr | None = Field(
        default=None,
        description="fsspec address of the folder for reports: file:///srv/reports, s3://...; "
        "default: the folder «reports» in the home folder",
    )
    calendars: SecretStr | None = Field(
        default=None,
        description="fsspec address of the folder for calendars, written every hour: file:///srv/calendars, s3://...",
    )
    calendars_url: Annotated[str, AfterValidator(valid_web_address)] | None = Field(
        default=None,
        description="web address under which a web server of yours shows that folder, for people to subscribe to "
        "their calendars: https://HOST/calendars; the names of the files then contain a secret",
    )
    prefect_port: int = Field(
        default=4200, ge=1, le=65535, description="loopback port of the Prefect server that clusterflow up starts"
    )
    prefect_api: Annotated[str, AfterValidator(valid_web_address)] | None = Field(
        default=None, description="API address of another Prefect server"
    )
    prefect_auth: SecretStr | None = Field(default=None, description="user:password for Prefect's basic authentication")
    public_url: Annotated[str, AfterValidator(valid_public_address)] | None = Field(
        default=None,
        description="address at which people open Prefect's pages, for the links in messages: https://HOST; default: "
        "the address of the Prefect server, which may be reachable from this machine only",
    )
    web: Literal["on", "off"] = Field(
        default="off", description="on: clusterflow up serves the web pages, too, in a process of their own"
    )
    web_port: int = Field(default=8000, ge=1, le=65535, description="port of the web pages that clusterflow web serves")
    web_host: str = Field(
        default="127.0.0.1",
        description="address that clusterflow web listens on; the default is reached from this machine alone",
    )
    web_workers: int = Field(
        default=1, ge=1, le=64,
        description="processes that answer the requests of clusterflow web: as many as there are cores, if many people "
        "read at once. The limits for sign-in are shared out among them",
    )  # fmt: skip
    web_address: Annotated[str, AfterValidator(valid_site_address)] | None = Field(
        default=None,
        description="address at which people reach the web pages: https://clusters.example.org; links in mails begin "
        "with it. Default: the loopback address",
    )
    web_proxies: Annotated[str, AfterValidator(valid_networks)] = Field(
        default="",
        description="network addresses of proxies that sign people in, separated by commas: 10.0.0.2, 192.168.1.0/24. "
        "From every other address the header is ignored",
    )
    web_proxy_header: str = Field(
        default="X-Forwarded-Email",
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$",
        description="header in which these proxies name the e-mail address of the person who is signed in",
    )
    oidc_issuer: Annotated[str, AfterValidator(valid_web_address)] | None = Field(
        default=None,
        description="address of the OpenID provider of the office: https://login.example.org/realms/office",
    )
    oidc_client: str | None = Field(default=None, description="client id that the provider knows the web pages by")
    oidc_secret: SecretStr | None = Field(default=None, description="secret of that client")
    administrators: Annotated[str, AfterValidator(valid_ids)] = Field(
        default="", description="ids of the people who see every initiative in the web pages, separated by commas"
    )

    log: Literal["text", "json"] = Field(
        default="text",
        description="json: each process writes its log as lines of JSON to standard error, with the flow run, the "
        "initiative and the command; nothing that somebody typed is among it",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="port at which each long-running process shows its metrics to Prometheus; where another process of "
        "this machine has it, the next one that is free. Default: no metrics",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="address that the metrics listen on; the default is reached from this machine alone",
    )

    def __init__(self, *, _env_file: Path | str | None = _DOTENV, **values: Any) -> None:
        """Take the values that are given, and for the other fields what is written outside.

        Args:
            _env_file: the file ``.env``; ``None`` reads none.

        Raises:
            ValidationError: what is wrong with the settings.
            SettingsError: a value is not the JSON that it must be.
            OSError: the file is not a UTF-8 text.
        """
        super().__init__(**(_by_field(_written(_env_file)) | values))

    def code_key(self) -> bytes:
        """Return the key for one-time codes: the secret, or the content of a file that only its owner can read."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        file = self.home / "secret"
        with suppress(FileNotFoundError):
            return file.read_bytes()
        self.home.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", prefix="secret.", dir=self.home) as fresh:
            fresh.write(secrets.token_hex(32))
            fresh.flush()
            os.fsync(fresh.fileno())  # an empty key would be the same for everybody
            try:
                os.link(fresh.name, file)  # a complete file or none, and never over an existing one
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
    def site(self) -> str:
        """The address of the web pages, without a slash at its end."""
        return self.web_address or f"http://127.0.0.1:{self.web_port}"

    @property
    def administrator_ids(self) -> frozenset[str]:
        return frozenset(filter(None, (part.strip() for part in self.administrators.split(","))))

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(part.strip()) for part in self.web_proxies.split(",") if part.strip())

    @property
    def prefect_api_url(self) -> str:
        return self.prefect_api or f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def pages_url(self) -> str:
        """Where people open Prefect's pages, without a slash at the end."""
        return self.public_url or self.prefect_api_url.removesuffix("/").removesuffix("/api")
