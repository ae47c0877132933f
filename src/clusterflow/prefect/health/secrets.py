"""Whether the Secret blocks that are named somewhere are there and can be read; what is in them is never shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from clusterflow.domain.text import Text
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.health.deployments import deployed
from clusterflow.prefect.secret_channels import PREFIX, stored_channels
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, several, trouble

_NAMED = re.compile(r"prefect\.blocks\.secret\.([A-Za-z0-9-]+)")


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Those that a deployment names, as in ``{{ prefect.blocks.secret.NAME }}``, and those of channels."""
    named = {name for one in (await deployed()).values() for name in _NAMED.findall(one.model_dump_json())}
    surroundings.stored_channels = await stored_channels()
    async with prefect_client() as client:
        blocks = await client.read_block_documents_by_type("secret", include_secrets=False)
        names = sorted(named | {b.name for b in blocks if b.name and b.name.startswith(PREFIX)})
        wrong = [result for name in names if (result := await _unreadable(client, name))]
    return wrong or [ok(_SECRETS, several(names, 12) if names else _NONE)]


async def _unreadable(client: PrefectClient, name: str) -> CheckResult | None:
    what = both(_SECRET, name=name)
    try:
        block = await client.read_block_document_by_name(name, "secret", include_secrets=True)
    except ObjectNotFound:
        return trouble(what, _MISSING, advise("make-secret", name=name))
    except PrefectHTTPStatusError as problem:
        return trouble(what, both(_REFUSED, status=problem.response.status_code), advise("make-secret", name=name))
    # A value that was written under another key of encryption comes back as nothing.
    value = block.data.get("value")
    if not value or (name.startswith(PREFIX) and not isinstance(value, str)):
        return trouble(what, _EMPTY, advise("make-secret", name=name))
    return None


_SECRETS = Text(es="secretos en Prefect", en="secrets in Prefect")
_SECRET = Text(es="bloque secret/{name}", en="block secret/{name}")
_NONE = Text(
    es="ninguno se nombra en un despliegue, ninguno es de un canal",
    en="none is named in a deployment, none is a channel's",
)
_MISSING = Text(es="no existe en Prefect", en="does not exist in Prefect")
_REFUSED = Text(es="Prefect no lo entrega (HTTP {status})", en="Prefect does not hand it out (HTTP {status})")
_EMPTY = Text(
    es="está vacío, no es un texto o no se puede descifrar", en="is empty, is no text, or cannot be decrypted"
)
