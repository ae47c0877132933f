"""The office's files: models, metrics, dues schemes, notices, schedules, holidays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized

from clusterflow.configs.holidays import load_holidays
from clusterflow.configs.notices import load_notices
from clusterflow.configs.schedules import load_schedules
from clusterflow.domain.text import Text
from clusterflow.errors import Mistakes
from clusterflow.services.catalogue.dues import schemes_in
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.catalogue.models import models_in
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, plain, trouble


def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Every mistake of every file."""
    configs = surroundings.settings.configs
    yield from _file(_METRICS, lambda: metrics_in(configs))
    yield from _file(_MODELS, lambda: models_in(configs))
    yield from _file(_SCHEMES, lambda: schemes_in(configs))
    yield from _file(_NOTICES, lambda: load_notices(configs / "notices.yaml"))
    yield from _file(_SCHEDULES, lambda: load_schedules(configs / "schedules.yaml"))
    yield from _file(_HOLIDAYS, lambda: load_holidays(configs / "holidays.yaml"))


def _file(what: Text, load: Callable[[], Sized]) -> Iterator[CheckResult]:
    try:
        yield ok(what, plain(str(len(load()))))
    except Mistakes as wrong:
        for mistake in wrong.mistakes:
            found = both(
                _MISTAKE if mistake.accepted else plain("{found}"), found=mistake.found, accepted=mistake.accepted
            )
            cure = advise("correct-entry", cure=mistake.cure) if mistake.cure else advise("correct-file")
            yield trouble(plain(mistake.where), found, cure)


_METRICS = Text(es="indicadores", en="metrics")
_MODELS = Text(es="modelos", en="models")
_SCHEMES = Text(es="cuotas", en="dues schemes")
_NOTICES = Text(es="avisos", en="notices")
_SCHEDULES = Text(es="horarios", en="schedules")
_HOLIDAYS = Text(es="festivos corregidos", en="corrected holidays")
_MISTAKE = Text(es="{found}; se admite: {accepted}", en="{found}; accepted: {accepted}")
