"""Nothing that a person types is executed or shown as markup: on no page, in no mail, Markdown or workbook.

The forms are filled from the one declaration of record types, so a new field is tested by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from io import BytesIO

from markdown_it import MarkdownIt
from openpyxl import load_workbook
from support.hostile import HOSTILE, markup
from support.pages import PageRead
from support.web import Browser, WebWorld

from clusterflow.domain.records import RECORDS
from clusterflow.domain.term_labels import CHOICES
from clusterflow.intake.record_forms.form import FormField, fields_of
from clusterflow.intake.workbook.layout import Kind
from clusterflow.reports.diagram import mermaid
from clusterflow.reports.markdown import gate_page, initiative_page
from clusterflow.services import explanation, standing
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.web.headers import POLICY
from clusterflow.web.me import ME_PAGE
from clusterflow.web.office import OFFICE_PAGE

FACTS, SHARED = "/initiatives/one/facts", "/registry/facts"
KNOWN = {"organisation": "firm", "person": "mona", "body": "board"}
"""What a record refers to until the form of that type has recorded a hostile one."""

NAMES_OF_RULES = {"waiver": {"rule": "helix-kinds"}, "cut-off": {"rule": "indicator-01"}}
"""Texts that the declaration alone does not give: they are names in the files of an office."""


def first_value(one: FormField, shared: dict[str, str]) -> str:
    """A value that the field accepts, other than a text."""
    match one.kind:
        case Kind.ID:
            return f"x-{one.column.record}"
        case Kind.REFERENCE:
            return shared.get(str(one.reference), KNOWN.get(str(one.reference), ""))
        case Kind.CHOICE:
            return next(iter(one.choices))
        case Kind.YES_NO:
            return "true"
        case Kind.DATE:
            return "2024-01-05" if one.required else ""
        case Kind.CLOCK:
            return "09:30"
        case Kind.MONEY:
            return "5"
        case Kind.WHOLE | Kind.NUMBER if one.column.example is None:
            return "1"
    example = one.column.example
    return f"{example / one.column.per:g}" if isinstance(example, int | float) else str(example or "")


def submit_record(browser: Browser, record: str, shared: dict[str, str]) -> tuple[str, list[str]]:
    """Send the form of a type: hostile in all fields, then in those alone that take it; return the fact and those."""
    path = f"{FACTS if RECORDS[record].of_initiative else SHARED}/{record}/new"
    fields = fields_of(record)
    browser.open(path)
    refused = browser.submit(path, **{f.name: HOSTILE for f in fields})
    assert refused.status_code == 422, record
    assert markup(refused.text) == [], record
    shown = set(re.findall(r'id="([a-z0-9_]+)-mistake"', refused.text))
    texts = [f.name for f in fields if f.kind is Kind.TEXT and f.name not in shown]
    values = {f.name: HOSTILE if f.name in texts else first_value(f, shared) for f in fields}
    values |= NAMES_OF_RULES.get(record, {})
    currencies = {f"{f.name}__currency": "EUR" for f in fields if f.kind is Kind.MONEY}
    answer = browser.submit(path, **values, **currencies, confirm="yes")
    assert "/new" not in answer.url.path, (record, PageRead(answer.text).text)
    assert markup(answer.text) == [], record
    return answer.url.path, texts


def crawl(browser: Browser, *start: str) -> Iterator[tuple[str, str]]:
    """The first pages, and one of each kind that links lead to, without its query: its address and its HTML."""
    waiting, kinds = list(start), {kind_of(path) for path in start}
    while waiting:
        path = waiting.pop(0)
        answer = browser.get(path)
        if "html" in answer.headers["content-type"]:
            assert answer.status_code == 200, path
            yield path, answer.text
            links = re.findall(r'(?:href|src)="(/[^"?#]*)', answer.text)
            for link in links:
                if kind_of(link) not in kinds:
                    kinds.add(kind_of(link))
                    waiting.append(link)


def kind_of(path: str) -> str:
    return re.sub("(?<=/initiatives/)[^/]+|(?<=/)[0-9]+(?=/|$)", "*", path)


def hostile_site(make_site: Callable[..., WebWorld], **settings: object) -> WebWorld:
    """A site with a hostile initiative, in which a hostile decider has voted."""
    site = make_site(administrators="mona", web_address="http://testserver", notices_gather=0, **settings)
    site.world.record(
        f"initiative id=one name={HOSTILE} country=ES office=north from=2024-01-10 place={HOSTILE} sector={HOSTILE}",
        f"person id=mona name=Mona{HOSTILE} email=mona@firm.example from=2020-01-01 language=es",
        f"office id=north organisation=agency name={HOSTILE} from=2020-01-01",
        "representation person=mona organisation=agency from=2020-01-01",
    )
    return site


def test_markup_in_any_field_of_any_record_is_shown_as_text_everywhere(make_site: Callable[..., WebWorld]) -> None:
    site = hostile_site(make_site)
    mona = site.browser("mona", "es")
    shared: dict[str, str] = {}
    taken, facts, waiting = dict[str, list[str]](), list[str](), list(RECORDS)
    while waiting:  # a record is recorded after those that it refers to
        record = next(r for r in waiting if not {f.reference for f in fields_of(r) if f.required} & set(waiting))
        fact, taken[record] = submit_record(mona, record, shared)
        facts.append(fact)
        waiting.remove(record)
        if "id" in RECORDS[record].model_fields:
            shared[record] = f"x-{record}"
    assert {"name", "tax_id"} & set(taken["organisation"])
    assert sum(map(len, taken.values())) > 50

    site.ready()
    gate = "/initiatives/one/gates/first"
    mona.open(gate)
    mona.submit(gate, decision="go", reason=HOSTILE)

    pages = dict(crawl(mona, "/initiatives/one", gate, *facts, "/"))
    assert len(pages) > 4 * len(RECORDS)
    assert {path: found for path, html in pages.items() if (found := markup(html))} == {}
    assert [path for path, html in pages.items() if "<script>executed" in html or ">49" in html] == []
    check_words(pages)
    as_text = [path for path, html in pages.items() if HOSTILE in PageRead(html).text]
    for record in RECORDS:
        place = FACTS if RECORDS[record].of_initiative else SHARED
        if taken[record]:
            assert any(re.match(f"{place}/{record}/[0-9]+", path) for path in as_text), record
    assert {"/", ME_PAGE, OFFICE_PAGE, "/initiatives/one", gate} <= set(as_text)
    check_mails(site)
    check_markdown(site)
    check_workbook(mona)


def check_words(pages: dict[str, str]) -> None:
    """No term is shown by its English code to a reader of Spanish."""
    labels = {word: text.es for words in CHOICES.values() for word, text in words.items()}
    ids = {"management", "board"}  # of bodies
    codes = {word for word in labels if word not in labels.values()} - ids
    found = dict[str, set[str]]()
    for path, html in pages.items():
        texts = re.findall(r">([^<]+)<", re.sub("<style>.*?</style>", "", html, flags=re.DOTALL))
        words = re.findall(r"(?<![\w/.@-])[a-z][a-z-]+(?![\w/.@-])", " ".join(texts))
        found |= {path: here} if (here := codes & set(words)) else {}
    assert found == {}


def check_mails(site: WebWorld) -> None:
    """In the HTML part of a mail there is the text, and no markup of others."""
    Dispatcher(site.world.context).run()
    browser = site.browser()
    browser.open("/sign-in")
    browser.submit("/sign-in", address="mona@firm.example")
    htmls = [part.get_content() for _, m in site.box.mails if (part := m.get_body(("html",))) is not None]
    assert len(htmls) > 3
    assert [found for html in htmls if (found := markup(html))] == []
    assert any(escape("<script>executed=1</script>") in html for html in htmls)


def check_markdown(site: WebWorld) -> None:
    """A reader of Markdown, even one that accepts HTML, finds no markup in the pages for Prefect."""
    context = site.world.context
    status = standing.status(context, "one")
    gates = explanation.explain(context, "one")
    diagram = mermaid(standing.pinned_model(context, "one"), "es", {})
    pages = [initiative_page(status, gates, "es", diagram), *(gate_page(gate, "es") for gate in gates)]
    read = MarkdownIt("commonmark", {"html": True}).enable("table")
    htmls = [read.render(page) for page in pages]
    assert [found for html in htmls if (found := markup(html))] == []
    assert HOSTILE in PageRead(htmls[0]).text


def check_workbook(browser: Browser) -> None:
    """No text is a formula in the workbook that people download."""
    book = load_workbook(BytesIO(browser.get("/initiatives/one/workbook/download").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len([c for c in cells if c.value == HOSTILE]) > 10
    assert [c.coordinate for c in cells if c.data_type == "f" and "1+1" in str(c.value)] == []


def test_every_answer_forbids_scripts(site: WebWorld) -> None:
    browser = site.browser("mona")
    for path in ("/", "/nothing", "/initiatives/one", "/static/site.css", "/api/openapi.json"):
        assert browser.get(path).headers["content-security-policy"] == POLICY
    assert "script-src" not in POLICY
    assert POLICY.startswith("default-src 'none'")


OTHER_FORMS: dict[str, dict[str, str]] = {
    "/sign-in": {"address": HOSTILE, "next": HOSTILE},
    f"{ME_PAGE}/preferences": {"timezone": HOSTILE, "language": HOSTILE, "digest_day": HOSTILE},
    f"{ME_PAGE}/channels": {"channel": "mail", "channel_address": HOSTILE, "rank": HOSTILE},
    f"{ME_PAGE}/tokens": {"token_name": HOSTILE * 2},
    f"{OFFICE_PAGE}/enrolment": dict.fromkeys(
        ("name", "id", "model", "office", "country", "place", "sector", "timezone"), HOSTILE
    ),
    "/initiatives/one/gates/first": {"decision": HOSTILE, "reason": HOSTILE, "until": HOSTILE, "code": HOSTILE},
}
"""Each form that is not of a record, with hostile fields."""

SEARCHES = (f"{FACTS}/membership?q=", f"{FACTS}/membership?sort=", f"{FACTS}/membership?after=", "/office?search=",
            "/office?waits=", "/office/people?search=", "/initiatives/one/dues?q=", "/initiatives/one/dues?show=",
            "/sign-in?next=", f"{FACTS}/meeting/new?topic=", "/office/notices?days=", "/me?before=")  # fmt: skip


def test_markup_in_other_forms_and_in_searches_comes_back_as_text(make_site: Callable[..., WebWorld]) -> None:
    site = hostile_site(make_site)
    site.ready()
    mona, nobody = site.browser("mona", "es"), site.browser(None, "es")
    for path, fields in OTHER_FORMS.items():
        browser = nobody if path == "/sign-in" else mona
        browser.open(re.sub("/(preferences|channels|tokens)$", "", path))
        answer = browser.submit(path, **fields)
        assert answer.status_code == 422, path
        assert markup(answer.text) == [], path
    for address in SEARCHES:
        answer = (nobody if address.startswith("/sign-in") else mona).get(address + HOSTILE)
        assert answer.status_code == 200, address
        assert markup(answer.text) == [], address
