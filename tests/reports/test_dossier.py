"""The dossier: whole, the same each time, readable by programs, and silent about people unless it may speak of them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import PageRead
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.criterion import AnyOf
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Person
from clusterflow.domain.text import Language
from clusterflow.errors import NotPossible
from clusterflow.reports.dossier.compose import compose
from clusterflow.reports.dossier.data import ObjectiveFacts
from clusterflow.reports.dossier.texts import WORDS
from clusterflow.reports.html_page import FRAME
from clusterflow.reports.labels import WORDS as SHARED
from clusterflow.services.context import Context
from clusterflow.services.reports.dossier import dossier
from clusterflow.services.reports.dossier_data import gather
from clusterflow.store.registry import current

from .conftest import BRANCHED, STRAIGHT

Pages = Callable[[str], str]
GOLDEN = Path(__file__).parent / "golden"
HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>", '"><img src=x onerror=y>', "{{ 7*7 }}", "{% raw %}", "</style><b>", "a & b",
        "\u202egnp", "\x00\x07", "𝔘 ñ é", "x" * 190, "=1+1", "]]>", "&lt;b&gt;",
    ]
)  # fmt: skip


@pytest.mark.parametrize(("initiative", "language"), [(STRAIGHT, "es"), (BRANCHED, "en")])
def test_a_dossier_as_a_board_reads_it(
    lived: Context, initiative: str, language: Language, request: pytest.FixtureRequest
) -> None:
    """The page as somebody last approved it; write it anew with: pytest --golden."""
    found = PageRead(dossier(lived, initiative, language=language).html).outline()
    # The ledger's numbers depend on the order in which a story is played.
    proofs = re.compile(r"^(.*\| (?:Asiento|Entry)\n)((?:.+\n)+)", re.MULTILINE)
    found = proofs.sub(lambda table: table[1] + re.sub(r"\| [^|\n]*$", "| #", table[2], flags=re.MULTILINE), found)
    file = GOLDEN / f"{initiative}.{language}.txt"
    if request.config.getoption("--golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("initiative", [STRAIGHT, BRANCHED])
def test_a_dossier_is_read_by_programs(page_of: Pages, initiative: str) -> None:
    read = PageRead(page_of(initiative))
    assert ("html", "lang", "es") in read.attributes
    levels = [level for level, _ in read.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels)), "no level is left out"
    assert all(text.strip() for _, text in read.headings)
    assert len(read.ids) == len(set(read.ids))
    links = [str(value) for tag, name, value in read.attributes if (tag, name) == ("a", "href")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(read.ids)
    for table in read.tables:
        assert table.caption.strip()
        assert None not in table.scopes
        assert all(len(row) == len(table.heads) for row in table.rows), table


@pytest.mark.parametrize("initiative", [STRAIGHT, BRANCHED])
def test_no_picture_stands_without_its_numbers_nor_without_words(page_of: Pages, initiative: str) -> None:
    read = PageRead(page_of(initiative))
    assert len(read.figures) >= 5
    for inside in read.figures:
        assert inside.count("svg") == 1
        assert inside.count("table") == 1
        assert "figcaption" in inside
        assert "title" in inside


def test_a_dossier_stands_for_itself(page_of: Pages) -> None:
    html = page_of(STRAIGHT)
    read = PageRead(html)
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(read.tags)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    addresses = set(re.findall(r"""(?:https?:)?//[^\s"'<>)]+""", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in html
    assert "url(" not in html.replace("url(#", "")


def test_the_same_facts_give_the_same_bytes(lived: Context, page_of: Pages) -> None:
    assert dossier(lived, STRAIGHT).html == page_of(STRAIGHT)
    later = Context(lived.settings, lived.database, lived.clock).at(date(2026, 12, 1))
    day = date(2026, 6, 30)
    assert dossier(lived, STRAIGHT, day).html == dossier(later, STRAIGHT, day).html


def test_people_are_shown_by_their_roles_alone_unless_a_setting_says_otherwise(
    lived: Context, naming: Context, page_of: Pages
) -> None:
    with lived.database.connect() as connection:
        people = current(connection, Person, REGISTRY, lived.clock().date())
    text = page_of(STRAIGHT)
    assert not [p.name for p in people if p.name in text or re.search(rf"[>/]\s*{p.id}\s*<", text)]
    named = dossier(naming, STRAIGHT).html
    assert len([p.name for p in people if p.name in named]) > 3
    assert PageRead(named).text.count("consejo") >= PageRead(text).text.count("consejo") > 0


def test_where_nothing_is_recorded_everything_is_unknown_and_nothing_is_nought(sqlite_url: str) -> None:
    world = World(sqlite_url)
    world.context.settings = world.context.settings.model_copy(update={"configs": CONFIGS})
    world.enrol("one", "cordoba")
    read = PageRead(dossier(world.context, "one", language="es").html)
    for phrase in (
        "members_unknown",
        "dues_unknown",
        "trust_unknown",
        "objectives_none",
        "decisions_none",
    ):
        assert WORDS[phrase].es in read.text
    assert read.text.count("desconocido") >= 4
    assert len(read.figures) == 1, "the line of stages; there is nothing else to draw"


def test_every_day_of_a_mexican_dossier_is_written_day_first(sqlite_url: str) -> None:
    world = World(sqlite_url)
    world.context.settings = world.context.settings.model_copy(update={"configs": CONFIGS})
    world.enrol("one", "nuevo-leon")
    world.record("initiative id=one name=One country=MX timezone=America/Monterrey from=2024-01-10")
    world.record("survey-wave initiative=one topic=trust on=2024-01-10 invited=20 answers=15 mean_milli=3850")
    world.at("2026-03-04").evaluate()
    text = PageRead(dossier(world.context, "one", language="es").html).text
    assert "La cifra más reciente es del 10/01/2024" in text.replace("\u2011", "-")
    assert re.findall(r"\d{4}[-\u2011]\d\d[-\u2011]\d\d", text) == []


def test_a_day_before_it_began_has_no_dossier(lived: Context) -> None:
    with pytest.raises(NotPossible, match="not yet enrolled"):
        dossier(lived, STRAIGHT, date(2020, 1, 1))


def test_many_members_with_long_names_find_their_place(sqlite_url: str) -> None:
    world = World(sqlite_url)
    world.context.settings = world.context.settings.model_copy(update={"configs": CONFIGS})
    world.enrol("one", "cordoba")
    long = "_".join(["Sociedad_Cooperativa"] * 8)
    facts = []
    for n in range(120):
        size = ("micro", "small", "medium", "large")[n % 4]
        facts.append(f"organisation id=m{n} name={n}_{long} helix=company size={size} from=2020-01-01")
        facts.append(f"membership initiative=one organisation=m{n} commitment=signed-agreement from=2024-01-01")
    for n in range(16):
        facts.append(f"body initiative=one id=b{n} kind=committee name={n:02}_{long} from=2024-01-01")
        facts.append(f"meeting initiative=one id=t{n} body=b{n} on=2024-01-05")
        facts.append(f"attendance initiative=one meeting=t{n} person=mona organisation=firm present=true on=2024-01-05")
        facts.append(f"objective initiative=one id=o{n} title={n:02}_{long} baseline=0 target=50 from=2024-01-01")
        facts.append(f"reading initiative=one objective=o{n} value={n} on=2024-01-05")
    world.record(*facts)
    read = PageRead(dossier(world.context, "one").html)
    (members,) = [t for t in read.tables if t.caption == WORDS["members_caption"].es]
    assert members.rows[-1] == ["Total", "30", "30", "30", "30", "120"]
    (objectives,) = [t for t in read.tables if t.caption == WORDS["objectives_caption"].es]
    assert [row[-1] for row in objectives.rows[:3]] == [
        "0\N{NO-BREAK SPACE}%",
        "2\N{NO-BREAK SPACE}%",
        "4\N{NO-BREAK SPACE}%",
    ]
    assert len(objectives.rows) == 16
    assert WORDS["most_bars"].es.format(number=15) in read.text


@settings(max_examples=5)
@given(name=HOSTILE, title=HOSTILE, reason=HOSTILE, body=HOSTILE)
def test_what_people_wrote_is_never_markup(lived: Context, name: str, title: str, reason: str, body: str) -> None:
    facts = gather(lived, STRAIGHT, None, "es")
    tidy = PageRead(compose(facts).html)
    decisions = tuple(
        dataclasses.replace(d, votes=tuple(dataclasses.replace(v, reason=reason, name=name) for v in d.votes))
        for d in facts.decisions
    )
    hostile = dataclasses.replace(
        facts,
        status=facts.status.model_copy(update={"name": name}),
        objectives=tuple(dataclasses.replace(o, title=title, owner=o.owner and name) for o in facts.objectives),
        bodies=tuple(dataclasses.replace(b, name=body) for b in facts.bodies),
        decisions=decisions,
        office=name,
    )
    read = PageRead(compose(hostile).html)
    ignored = {"text", "tspan", "path", "g", "use", "br", "defs", "rect"}
    assert [t for t in read.tags if t not in ignored] == [t for t in tidy.tags if t not in ignored]
    assert not [n for _, n, _ in read.attributes if n.startswith("on")]


@given(st.lists(st.none() | st.floats(), min_size=3, max_size=3))
def test_progress_is_a_share_or_unknown(numbers: list[float | None]) -> None:
    baseline, target, value = numbers
    one = ObjectiveFacts("x", "", None, baseline, target, None, value, None)
    assert one.progress is None or math.isfinite(one.progress)


def test_a_number_that_is_none_is_unknown(sqlite_url: str) -> None:
    world = World(sqlite_url)
    world.context.settings = world.context.settings.model_copy(update={"configs": CONFIGS})
    world.enrol("one", "cordoba")
    world.record(
        "objective initiative=one id=o title=Odd baseline=nan target=inf from=2024-01-01",
        "reading initiative=one objective=o value=1e308 on=2024-01-02",
    )
    (table,) = [t for t in PageRead(dossier(world.context, "one", language="en").html).tables if "Baseline" in t.heads]
    assert table.rows[0][2] == table.rows[0][4] == table.rows[0][6] == "unknown"


def test_every_word_of_a_dossier_is_said_in_both_languages_and_by_one_name() -> None:
    assert all(text.es.strip() and text.en.strip() for text in WORDS.values())
    assert not set(WORDS) & set(FRAME)
    for name, text in WORDS.items():
        assert set(re.findall(r"\{\w+\}", text.es)) == set(re.findall(r"\{\w+\}", text.en)), name
        if name in SHARED:
            assert text == SHARED[name], f"{name} says two things"


def test_an_any_of_is_one_row_above_its_parts(sqlite_url: str) -> None:
    either = AnyOf(id="either", any_of=(stated("a"), stated("b")))
    world = World(sqlite_url, model(stage("first", (), either, stated("c")), stage("second", ("first",))))
    world.enrol()
    read = PageRead(dossier(world.context, "one", language="en").html)
    (gate,) = [table for table in read.tables if table.caption.startswith("Gate 1")]
    assert [row[0] for row in gate.rows] == ["one of: a or b", "a", "b", "c"]
    assert [row[4] for row in gate.rows] == ["blocks", "", "", "blocks"], "the parts have the severity of their group"
    (mend,) = [table for table in read.tables if table.caption == WORDS["mend"].en]
    ends = ("a (one of: a or b)", "b (one of: a or b)", "c")
    assert all(row[0].endswith(end) for row, end in zip(mend.rows, ends, strict=True))
