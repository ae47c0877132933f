"""Chooses the language of a page from what the browser asks for."""

from __future__ import annotations

import re

from clusterflow.domain.text import NOTICE_LANGUAGES, NoticeLanguage

_RANGE = re.compile(r"\s*([a-zA-Z]{2,8})(?:-[a-zA-Z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")


def preferred_language(header: str, otherwise: NoticeLanguage) -> NoticeLanguage:
    """The best of our languages by an Accept-Language header (RFC 9110, section 12.5.4)."""
    preferences: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        if (found := _RANGE.fullmatch(part)) is not None:
            preferences.append((-float(found[2] or 1), place, found[1].lower()))
    for quality, _, language in sorted(preferences):
        for known in NOTICE_LANGUAGES:
            if known == language and quality < 0:
                return known
    return otherwise
