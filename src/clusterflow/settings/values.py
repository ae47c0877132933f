"""The texts that settings accept: ids and addresses. Each function returns the text, or says what is accepted."""

from __future__ import annotations

import re
from ipaddress import ip_network
from urllib.parse import urlsplit


def valid_id(text: str) -> str:
    """Return the id if it is valid. The ledger is never erased, so it holds ids and no names.

    Raises:
        ValueError: the text is not an id.
    """
    if not re.fullmatch("[a-z0-9][a-z0-9._-]{0,63}", text):
        raise ValueError("is not an id; accepted: 1 to 64 lower case letters, digits, points, hyphens and underscores")
    return text


def valid_web_address(text: str) -> str:
    """Return the address of a server if it is valid.

    Raises:
        ValueError: the text is not a web address.
    """
    try:
        split = urlsplit(text)
        known = split.scheme in ("http", "https") and bool(split.hostname) and split.port != 0
    except ValueError:
        known = False
    if not known:
        raise ValueError("is not a web address; accepted: http://HOST:PORT/api")
    return text


def valid_public_address(text: str) -> str:
    """Return the address of the pages, without a slash at its end and without what the pages add themselves.

    Raises:
        ValueError: the text is not a web address.
    """
    try:
        address = valid_web_address(text)
    except ValueError:
        raise ValueError("is not a web address; accepted: https://HOST") from None
    for end in ("/", "/api", "/v2"):
        address = address.removesuffix(end)
    return address.removesuffix("/")


def valid_site_address(text: str) -> str:
    """Return the address of a site, without the slash at its end, if it is valid.

    Raises:
        ValueError: the text is not a web address, or names a folder, a query or a user.
    """
    try:
        split = urlsplit(text)
        known = split.scheme in ("http", "https") and bool(split.hostname) and split.port != 0
        known = known and split.path in ("", "/") and not (split.query or split.fragment or split.username)
    except ValueError:
        known = False
    if not known:
        raise ValueError("is not the address of a site; accepted: https://HOST or http://HOST:PORT")
    return text.rstrip("/")


def valid_ids(text: str) -> str:
    """Return ids that are separated by commas, if all are valid.

    Raises:
        ValueError: one of them is not an id.
    """
    for one in filter(None, (part.strip() for part in text.split(","))):
        valid_id(one)
    return text


def valid_networks(text: str) -> str:
    """Return network addresses that are separated by commas, if all are valid.

    Raises:
        ValueError: one of them is not a network address.
    """
    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            ip_network(one)
        except ValueError:
            raise ValueError("names no network addresses; accepted: 10.0.0.2, 192.168.1.0/24, fd00::/8") from None
    return text
