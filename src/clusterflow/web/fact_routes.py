"""The addresses of the pages of facts, plots, attendance, dues and workbooks."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.routing import Route

from clusterflow.services.notifications.pages import INITIATIVE_PAGE
from clusterflow.web import attendance, dues, facts, initiative, plots, workbook
from clusterflow.web.request import post, short

WORKBOOK_PAGE = f"{INITIATIVE_PAGE}/workbook"
DUES_PAGE = f"{INITIATIVE_PAGE}/dues"
ATTENDANCE_PAGE = f"{INITIATIVE_PAGE}/meetings/{{meeting}}/attendance"


def fact_routes() -> Iterator[Route]:
    yield Route(f"{INITIATIVE_PAGE}/dossier", initiative.download_dossier)
    yield Route(f"{INITIATIVE_PAGE}/plots", plots.show)
    yield Route(f"{INITIATIVE_PAGE}/plots/{{plot}}.svg", plots.show_picture)
    yield Route(ATTENDANCE_PAGE, short(attendance.show))
    yield post(ATTENDANCE_PAGE, attendance.save)
    yield from (
        Route(DUES_PAGE, short(dues.show)),
        post(f"{DUES_PAGE}/issue", dues.issue),
        Route(f"{DUES_PAGE}/{{invoice}}", short(dues.show_invoice)),
        Route(f"{DUES_PAGE}/{{invoice}}/payment", short(dues.show_payment)),
        post(f"{DUES_PAGE}/{{invoice}}/payment", dues.pay),
    )
    yield from (
        Route(WORKBOOK_PAGE, workbook.show),
        Route(WORKBOOK_PAGE, workbook.submit, methods=["POST"]),
        Route(f"{WORKBOOK_PAGE}/download", workbook.download),
        Route(f"{WORKBOOK_PAGE}/{{ticket}}", workbook.compare),
        post(f"{WORKBOOK_PAGE}/{{ticket}}", workbook.confirm),
        Route(f"{WORKBOOK_PAGE}/{{ticket}}/marked", workbook.marked),
        Route(f"{WORKBOOK_PAGE}/{{ticket}}/done", workbook.show_done),
        post(f"{WORKBOOK_PAGE}/{{ticket}}/undo", workbook.undo),
    )
    for base in (INITIATIVE_PAGE, facts.SHARED_PLACE):
        of_type, of_fact = f"{base}/facts/{{record}}", f"{base}/facts/{{record}}/{{entry:int}}"
        yield from (
            Route(f"{base}/facts", short(facts.show_types)),
            Route(of_type, short(facts.show_list)),
            Route(f"{of_type}/new", short(facts.show_new)),
            post(f"{of_type}/new", facts.enter),
            Route(of_fact, short(facts.show_fact)),
            Route(f"{of_fact}/correct", short(facts.show_correction)),
            post(f"{of_fact}/correct", facts.correct),
            post(f"{of_fact}/end", facts.end),
            post(f"{of_fact}/withdraw", facts.withdraw),
        )
