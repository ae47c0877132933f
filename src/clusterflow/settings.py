"""Settings, from the environment (``CLUSTERFLOW_...``) or a file ``.env``; secrets are never printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_PACKAGE = Path(__file__).resolve().parent


def _beside_the_code(name: str) -> Path:
    """A folder of the checkout, or its copy inside an installed wheel."""
    checkout = _PACKAGE.parent.parent / name
    return checkout if checkout.is_dir() else _PACKAGE / "shipped" / name


def _home() -> Path:
    return Path.home() / ".clusterflow"


class Settings(BaseSettings):
    """Where things are and how the world is reached."""

    model_config = SettingsConfigDict(env_prefix="CLUSTERFLOW_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default_factory=_home, description="folder of the default database, Prefect's data and logs")
    database: str | None = Field(default=None, description="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
    configs: Path = Field(default_factory=lambda: _beside_the_code("configs"))
    deployments: Path = Field(default_factory=lambda: _beside_the_code("deployments"))
    language: str = Field(default="en", pattern="^(es|en)$", description="language of Prefect's names and artifacts")
    actor: str = Field(default="cli", max_length=64, description="who records and commands, where nobody else is named")
    today: date | None = Field(
        default=None, description="pretend that it is this day: for rehearsals and demonstrations"
    )
    mail: SecretStr | None = Field(
        default=None,
        description="Apprise address of the mail server, without recipient: mailtos://USER:PASSWORD@HOST?from=...",
    )
    prefect_port: int = 4200
    prefect_api: str | None = Field(default=None, description="API of a Prefect server elsewhere")
    prefect_auth: SecretStr | None = Field(default=None, description="Prefect's basic auth, user:password")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'clusterflow.db'}"

    @property
    def prefect_api_url(self) -> str:
        return self.prefect_api or f"http://127.0.0.1:{self.prefect_port}/api"
