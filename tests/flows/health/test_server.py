"""What the doctor sees of the Prefect server, and that it finds nothing wrong where all is well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from support.mailbox import mail_server
from support.ports import another_program, free_port

from clusterflow.cli.doctor import CHECKS
from clusterflow.prefect import health
from clusterflow.prefect.server import PrefectServer
from clusterflow.services.diagnostics.finding import Finding, Outcome, Surroundings
from clusterflow.services.diagnostics.runner import examine
from clusterflow.settings import Settings

AUTH = "office:let-me-in"


def look(settings: Settings) -> list[Finding]:
    """As the command does, and as the checks do: in threads of their own."""
    return list(examine(CHECKS, Surroundings(settings)))


class TestServer:
    def look(self, **settings: Any) -> tuple[str, str]:
        (result,) = health.look_at_server(Surroundings(Settings(**settings)))
        return result.outcome.value, result.found.en

    def test_what_nobody_requested_is_not_checked(self) -> None:
        outcome, found = self.look(prefect_port=free_port())
        assert (outcome, "none is configured" in found) == ("not-looked-at", True)

    def test_one_that_is_configured_and_away_is_trouble(self) -> None:
        outcome, found = self.look(prefect_api=f"http://127.0.0.1:{free_port()}/api")
        assert (outcome, "nobody answers" in found) == ("trouble", True)

    def test_one_that_refuses_us_is_trouble_and_the_password_is_not_shown(self, server: PrefectServer) -> None:
        outcome, found = self.look(prefect_api=server.api_url, prefect_auth="office:wrong-one")
        assert (outcome, "refuses us" in found, "wrong-one" in found) == ("trouble", True, False)

    def test_another_program_is_trouble(self) -> None:
        with another_program() as port:
            outcome, found = self.look(prefect_api=f"http://127.0.0.1:{port}/api")
        assert (outcome, "is not Prefect" in found) == ("trouble", True)

    def test_versions_are_compared(self) -> None:
        assert health.compared("3.9.1", "3.9.1", "x").outcome is Outcome.OK
        assert health.compared("3.9.0", "3.9.1", "x").outcome is Outcome.WARNING
        assert health.compared("3.8.8", "3.9.1", "x").outcome is Outcome.TROUBLE


class TestAllWell:
    def test_everything_is_checked_and_nothing_is_wrong(
        self, office: Settings, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name in Settings.model_fields:
            monkeypatch.delenv(f"CLUSTERFLOW_{name.upper()}", raising=False)
        with mail_server() as (_, address):
            # An address of this machine that counts as none of loopback, as a proxy's would.
            public = f"http://0.0.0.0:{urlsplit(office.prefect_api_url).port}"
            found = look(office.model_copy(update={"mail": SecretStr(address), "public_url": public}))
            assert [f for f in found if f.outcome is not Outcome.OK] == []
            assert {f.check for f in found} == {check.id for check in CHECKS}

            own = {
                "HOME": tmp_path, "DATABASE": office.database, "DEPLOYMENTS": root / "deployments",
                "CONFIGS": root / "configs",
                "PREFECT_API": office.prefect_api, "PREFECT_AUTH": AUTH, "SECRET": "0123456789abcdef", "MAIL": address,
                "PUBLIC_URL": public,
            }  # fmt: skip
            for name, value in own.items():
                monkeypatch.setenv(f"CLUSTERFLOW_{name}", str(value))
            program = str(Path(sys.executable).parent / "clusterflow")
            done = subprocess.run([program, "doctor", "--json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["outcome"] == "ok"
        assert "let-me-in" not in done.stdout + done.stderr
