"""The days and lengths of time of rulebooks in words."""

from __future__ import annotations

from datetime import date

from clusterflow.domain.rulebook import Anchor, Offset, Window, WindowDay
from clusterflow.domain.text import Language, Text

_UNIT = {
    "days": (Text(es="{} día", en="{} day"), Text(es="{} días", en="{} days")),
    "months": (Text(es="{} mes", en="{} month"), Text(es="{} meses", en="{} months")),
    "years": (Text(es="{} año", en="{} year"), Text(es="{} años", en="{} years")),
}
_ANCHOR = {
    Anchor.AWARD: Text(es="la concesión", en="the award"),
    Anchor.END: Text(es="el último día de vigencia", en="the last valid day"),
}
_YEAR_OF = {
    Anchor.AWARD: Text(es="el {} del año de la concesión", en="{} in the year of the award"),
    Anchor.END: Text(es="el {} del año en que termina la vigencia", en="{} in the year in which it ends"),
}
_BETWEEN = Text(es="del {} al {}", en="from {} to {}")
_FROM = Text(es="desde el {}", en="from {} on")
_TO = Text(es="hasta el {}", en="until {}")
_ALWAYS = Text(es="sin límite de fechas", en="without limit of dates")
_AFTER = Text(es="{} después de {}", en="{} after {}")
_BEFORE = Text(es="{} antes de {}", en="{} before {}")
_AWARDED = Text(es="concesiones del {} al {}", en="awards from {} to {}")
_OPENS = Text(es="abre: {}", en="opens: {}")
_CLOSES = Text(es="cierra: {}", en="closes: {}")


def days_between_text(first: date | None, last: date | None, language: Language) -> str:
    """Return «from 2024-01-01 to 2024-03-31», or what is known of it."""
    if first is not None and last is not None:
        return _BETWEEN.to(language).format(first, last)
    if first is not None:
        return _FROM.to(language).format(first)
    return _TO.to(language).format(last) if last is not None else _ALWAYS.to(language)


def length_text(offset: Offset, language: Language) -> str:
    """Return «2 years», «18 months» or «90 days», without a sign."""
    months, days = abs(offset.months), abs(offset.days)
    years = months // 12 if months and months % 12 == 0 else 0
    parts = (("years", years), ("months", 0 if years else months), ("days", days))
    return ", ".join(_UNIT[unit][n != 1].to(language).format(n) for unit, n in parts if n)


def window_text(window: Window, language: Language) -> str:
    """Return when a window opens and closes, and for which awards."""
    parts = []
    if window.awarded is not None:
        parts.append(_AWARDED.to(language).format(window.awarded.first, window.awarded.last))
    if window.opens is not None:
        parts.append(_OPENS.to(language).format(_day_text(window.opens, language)))
    if window.closes is not None:
        parts.append(_CLOSES.to(language).format(_day_text(window.closes, language)))
    return "; ".join(parts) or _ALWAYS.to(language)


def _day_text(spec: WindowDay, language: Language) -> str:
    if spec.on is not None:
        return str(spec.on)
    anchor = spec.anchor or Anchor.END
    if spec.month_day is not None:
        return _YEAR_OF[anchor].to(language).format(spec.month_day)
    name = _ANCHOR[anchor].to(language)
    length = length_text(spec.offset, language)
    if not length:
        return name
    back = spec.offset.months < 0 or spec.offset.days < 0
    return (_BEFORE if back else _AFTER).to(language).format(length, name)
