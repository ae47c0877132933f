"""The rules of notices: those of the office's file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from clusterflow.configs.notices import load_notices
from clusterflow.domain.notice import NoticeRule
from clusterflow.services.catalogue.files import Stamp, stamp
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.context import Context


def notices_of(context: Context) -> tuple[NoticeRule, ...]:
    """Return the rules of notices as their file is now.

    Raises:
        Mistakes: all mistakes in the file, and templates that are missing.
    """
    configs = context.settings.configs
    templates = sorted((configs / "messages").glob("*"))
    return _notices(configs, stamp(configs / "notices.yaml", configs / "metrics.yaml", *templates))


@lru_cache(maxsize=8)
def _notices(configs: Path, written: Stamp) -> tuple[NoticeRule, ...]:
    return load_notices(configs / "notices.yaml", metrics_in(configs))
