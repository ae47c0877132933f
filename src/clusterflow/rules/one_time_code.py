"""One-time codes. They are computed from a grant and a key, so they are never stored."""

from __future__ import annotations

import hashlib
import hmac

from clusterflow.domain.vote_grant import Grant

ATTEMPTS = 5
"""Wrong codes that somebody may show at a review before only a new one helps."""

WRONG_CODE = "code"
"""The refusal code of a decision with a wrong one-time code."""

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two signs that nobody mistakes for one another; eight of them are forty bits."""


def code_of(key: bytes, grant: Grant) -> str:
    """The code of a grant, in two groups of four, as in ``K7QM-2XPD``.

    Somebody who knows the database but not the key cannot compute a code. Other findings, another gate or
    another person make another code.
    """
    digest = hmac.new(key, grant.model_dump_json().encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:5])
    signs = [_SIGNS[number >> shift & 31] for shift in range(35, -1, -5)]
    return "".join(signs[:4]) + "-" + "".join(signs[4:])


def is_valid_code(key: bytes, grant: Grant, entered: str | None) -> bool:
    """Whether somebody showed the code of the grant; blanks, hyphens and small letters are forgiven."""
    plain = "".join(c for c in (entered or "").upper() if c.isalnum())
    return hmac.compare_digest(plain.encode(), code_of(key, grant).replace("-", "").encode())
