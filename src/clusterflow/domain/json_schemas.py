"""Makes the JSON Schemas that Pydantic writes readable for validators and editors of every language."""

from __future__ import annotations

import re
from typing import Any

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that validators and editors of every language read without an option."""

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def portable(part: Any) -> Any:
    """Rewrite what only some validators read: formats, escapes in Python's patterns, numbers that are not finite."""
    if isinstance(part, list):
        return [portable(item) for item in part]
    if not isinstance(part, dict):
        return part
    rewritten = {key: portable(value) for key, value in part.items() if key != "format"}
    if part.get("format") == "date":
        rewritten["pattern"] = DAY
    if isinstance(pattern := part.get("pattern"), str):
        # Unicode patterns of JavaScript refuse an escape that is not needed.
        rewritten["pattern"] = re.sub(r"\\(?=[\"',;:<>@])", "", pattern)
    if part.get("type") == "number" and not {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} & set(part):
        about = {key: rewritten.pop(key) for key in ("description", "title", "default") if key in rewritten}
        return {**about, "anyOf": [rewritten, {"enum": ["inf", "-inf", "nan"]}]}
    return rewritten
