"""Signing in with the office's own OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE).

Nothing is stored between the two halves: the nonce and the verifier of PKCE are keyed hashes of the state, which the
browser keeps in a cookie.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from clusterflow.domain.records.parties import Person
from clusterflow.errors import NotPossible
from clusterflow.services.context import Context
from clusterflow.store.access import people_at

if TYPE_CHECKING:  # start-up time of the web pages: httpx imports its own command line
    import httpx

INSTALL = "pip install 'clusterflow[oidc]'"
TIMEOUT_SECONDS = 10
CLOCK_SKEW_SECONDS = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures with a public key alone: «none» and shared keys would let others sign."""


class Departure(NamedTuple):
    """Where the browser goes to sign in, and the state that it must bring back."""

    address: str
    state: str


def is_offered(context: Context) -> bool:
    """Whether the settings name a provider."""
    settings = context.settings
    return None not in (settings.oidc_issuer, settings.oidc_client, settings.oidc_secret)


def depart(context: Context, callback: str) -> Departure:
    """Begin to sign somebody in at the provider.

    Raises:
        NotPossible: the provider does not answer.
    """
    state = secrets.token_urlsafe(32)
    challenge = hashlib.sha256(_verifier(context, state).encode()).digest()
    query = {
        "response_type": "code",
        "client_id": context.settings.oidc_client,
        "redirect_uri": callback,
        "scope": "openid email",
        "state": state,
        "nonce": _nonce(context, state),
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    with _client() as client:
        endpoint = _provider(context, client)["authorization_endpoint"]
    return Departure(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", state)


def arrive(context: Context, callback: str, state: str, code: str) -> Person | None:
    """Return the person whom the provider has signed in; None if the registry has not exactly one with that address.

    Args:
        state: the state of the departure, which the browser has proved to be its own.

    Raises:
        NotPossible: the provider does not answer, or its answer proves nothing.
    """
    with _client() as client:
        provider = _provider(context, client)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "code_verifier": _verifier(context, state),
        }
        tokens = _answer(client, "POST", provider["token_endpoint"], data=form, auth=_credentials(context))
        keys = _answer(client, "GET", provider["jwks_uri"])
        claims = _verified(context, str(tokens.get("id_token", "")), keys, _nonce(context, state))
        if "email" not in claims:
            token = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
            about = _answer(client, "GET", provider["userinfo_endpoint"], headers=token)
            if about.get("sub") != claims["sub"]:
                raise NotPossible("the OpenID provider answers about somebody else")
            claims = {**about, **claims}
    if claims.get("email_verified") is not True:
        return None  # somebody may have typed the address of another person
    with context.reading() as connection:
        found = people_at(connection, str(claims["email"]), context.clock().date())
    return found[0] if len(found) == 1 else None


def _verified(context: Context, token: str, keys: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of an ID token, after the checks of section 3.1.3.7."""
    jose = _jose("jwt")
    key_set = _jose("jwk").KeySet.import_key_set(keys)
    settings = context.settings
    registry = jose.JWTClaimsRegistry(
        now=lambda: int(context.clock().timestamp()),
        leeway=CLOCK_SKEW_SECONDS,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        sub={"essential": True},
    )
    try:
        claims: dict[str, Any] = jose.decode(token, key_set, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except (_jose("errors").JoseError, ValueError) as problem:
        raise NotPossible(f"the answer of the OpenID provider proves nothing: {type(problem).__name__}") from None
    return claims


def check_package(context: Context) -> None:
    """Check that what verifies the provider's answers is installed, if the settings name a provider.

    Raises:
        NotPossible: it is not; the message says what to install.
    """
    if is_offered(context):
        _jose("jwt")


def _jose(module: str) -> Any:
    """A module of joserfc. An office without a provider needs no package for it."""
    try:
        return import_module(f"joserfc.{module}")
    except ImportError:
        raise NotPossible(
            f"the answers of the OpenID provider are verified by joserfc, which is not installed here; install it: "
            f"{INSTALL}"
        ) from None


def _client() -> httpx.Client:
    client: type[httpx.Client] = import_module("httpx").Client
    return client(timeout=TIMEOUT_SECONDS, follow_redirects=False)


def _provider(context: Context, client: httpx.Client) -> dict[str, Any]:
    issuer = str(context.settings.oidc_issuer)
    found = _answer(client, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise NotPossible("CLUSTERFLOW_OIDC_ISSUER is not the issuer that the OpenID provider names")
    return found


def _answer(client: httpx.Client, method: str, address: str, **about: Any) -> dict[str, Any]:
    http_error: type[Exception] = import_module("httpx").HTTPError
    try:
        found = client.request(method, address, **about).raise_for_status().json()
    except (http_error, ValueError) as problem:
        raise NotPossible(f"the OpenID provider does not answer as expected: {type(problem).__name__}") from None
    if not isinstance(found, dict):
        raise NotPossible("the OpenID provider does not answer as expected: no object")
    return found


def _credentials(context: Context) -> httpx.BasicAuth:
    """The client id and secret, encoded as RFC 6749 asks (section 2.3.1)."""
    secret = context.settings.oidc_secret
    basic: type[httpx.BasicAuth] = import_module("httpx").BasicAuth
    return basic(quote(context.settings.oidc_client or ""), quote(secret.get_secret_value() if secret else ""))


def _nonce(context: Context, state: str) -> str:
    return context.keyed_hash("openid nonce", state)


def _verifier(context: Context, state: str) -> str:
    return context.keyed_hash("openid verifier", state)
