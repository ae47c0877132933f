"""Event logs: in the standards' form, whole, typed, and without anybody's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import rustxes
from lxml import etree
from support.fresh import Fresh
from support.world import World, model, stage

from clusterflow.domain.events import KINDS
from clusterflow.domain.terms import DecisionKind
from clusterflow.domain.text import Text
from clusterflow.errors import UnknownName
from clusterflow.reports.eventlog import _ACTIVITY, Transition
from clusterflow.reports.ocel import JsonForm, XmlForm
from clusterflow.services import gates, ledger, registry, review
from clusterflow.services.exports.event_logs import Logs

XES = "{http://www.xes-standard.org/}"
ODD = '=R&D <"x"> \x01\x0b\u202e\u2028 🦙'
NAMES = {"mona", "bruno", "gala", "Mona", "Bruno", "Gala", "bruno@firm.example", "mona@firm.example"}


@dataclass(frozen=True)
class Office:
    """An office whose initiative went back once and lost a milestone, and its logs."""

    world: World

    def log(self, form: str, *initiatives: str, language: Any = "en") -> str:
        parts: list[str] = []
        logs = Logs(self.world.context.database, self.world.now, initiatives)
        if form == "xes":
            logs.xes(parts.append, language)
        else:
            logs.ocel((JsonForm if form == "json" else XmlForm)(parts.append))
        return "".join(parts)


@pytest.fixture(scope="module")
def office(on_sqlite: tuple[Fresh, Fresh]) -> Office:
    here, _ = on_sqlite
    first = stage("a", (), need=2).model_copy(update={"title": Text(es=ODD, en=ODD)})
    world = World(here.again(), model(first, stage("b", ("a",)), stage("c", ("a",))), database=here.engine)
    world.enrol()
    world.record("organisation id=firm name=Firm size=medium helix=company from=2024-01-01")
    registry.record(
        world.context, [world.submission("initiative id=one name=x country=ES from=2024-01-10")], actor="gala"
    )
    registry.record(
        world.context, [world.submission("membership initiative=one organisation=firm from=2024-01-01")], actor="ana"
    )
    for day, decision, more in (
        ("2024-02-01", DecisionKind.RECYCLE, {"to_stage": "a"}),
        ("2024-02-02", DecisionKind.GO, {}),
    ):
        world.at(day).state_figure("a")
        world.evaluate()
        for person in ("mona", "gala"):
            world.decide("a", decision, person, reason="Mona and gala agree", **more)
    world.decide("b", DecisionKind.GO, "bruno")
    world.enrol("two")
    world.state_figure("a", initiative="two")
    review.evaluate(world.context, "two", actor="relay")
    return Office(world)


def test_every_kind_of_event_is_an_activity() -> None:
    assert set(_ACTIVITY) == set(KINDS)
    standard = {"start", "complete", "ate_abort", "pi_abort"}
    assert {t.value for t in Transition} <= standard


def test_a_log_has_the_form_of_the_standard(office: Office) -> None:
    root = etree.fromstring(office.log("xes").encode())
    order = ["extension", "global", "classifier", "string", "trace"]
    tags = [child.tag.removeprefix(XES) for child in root]
    assert tags == sorted(tags, key=order.index)
    assert float(root.get("xes.version")) == 1849.2016
    prefixes = {e.get("prefix"): e.get("uri") for e in root.iter(f"{XES}extension")}
    assert set(prefixes) == {"concept", "time", "lifecycle", "org"}
    assert all(uri == f"http://www.xes-standard.org/{prefix}.xesext" for prefix, uri in prefixes.items())
    common = {g.get("scope"): {a.get("key"): a.tag for a in g} for g in root.iter(f"{XES}global")}
    for classifier in root.iter(f"{XES}classifier"):
        assert classifier.get("name").isidentifier()
        assert set(classifier.get("keys").split()) <= set(common["event"])
    for scope, found in (("trace", root.iter(f"{XES}trace")), ("event", root.iter(f"{XES}event"))):
        for one in found:
            attributes = {a.get("key"): a for a in one if a.tag not in (f"{XES}event",)}
            assert {key: attributes[key].tag for key in common[scope]} == common[scope]
            assert len(attributes) == sum(a.tag != f"{XES}event" for a in one), "no key twice"
            for key, attribute in attributes.items():
                assert ":" not in key or key.partition(":")[0] in prefixes
                typed(attribute.tag.removeprefix(XES), attribute.get("value"))


def typed(sort: str, value: str) -> None:
    """The value is one of its type."""
    match sort:
        case "int" | "integer":
            int(value)
        case "boolean":
            assert value in ("true", "false")
        case "date" | "time":
            assert datetime.fromisoformat(value).tzinfo is not None
        case _:
            assert sort == "string"


def events(text: str) -> Iterator[dict[str, str]]:
    for event in etree.fromstring(text.encode()).iter(f"{XES}event"):
        yield {a.get("key"): a.get("value") for a in event}


def test_a_stage_is_an_activity_from_its_beginning_to_its_milestone(office: Office) -> None:
    title = ODD.replace("\x01", "\ufffd").replace("\x0b", "\ufffd")
    steps = [(e["concept:name"], e["lifecycle:transition"]) for e in events(office.log("xes", "one"))]
    once = [step for step in steps if step[0] in (title, f"Gate: {title}", f"Vote: {title}", "b", "c")]
    visit = [(title, "start"), (f"Gate: {title}", "start"), *[(f"Vote: {title}", "complete")] * 2]
    assert once == [
        *visit, (f"Gate: {title}", "complete"), (title, "ate_abort"),
        *visit, (f"Gate: {title}", "complete"), (title, "complete"), ("b", "start"), ("c", "start"),
    ]  # fmt: skip
    assert f"Puerta: {title}" in {e["concept:name"] for e in events(office.log("xes", "one", language="es"))}


def test_whoever_acted_is_a_pseudonym_a_program_or_a_number(office: Office) -> None:
    for form in ("xes", "json", "xml"):
        text = office.log(form)
        assert not [name for name in NAMES if f'"{name}"' in text or f">{name}<" in text]
        assert "agree" not in text, "reasons stay behind"
    found = {e["org:resource"] for e in events(office.log("xes"))}
    aliases = set(gates.people_of(office.world.context, [e for e in found if e.startswith("p-")]))
    assert len(aliases) == 3
    assert found == {"relay", "actor-1", "actor-2", *aliases}, "«clerk» and «ana» have no pseudonym: numbers"
    assert {e.get("org:role") for e in events(office.log("xes"))} == {None, "manager", "board-member"}


def test_objects_say_what_became_of_them(office: Office) -> None:
    log = json.loads(office.log("json"))
    things = {o["id"]: o for o in log["objects"]}
    assert len(things) == len(log["objects"])

    def attribute_values(thing: str, name: str) -> list[Any]:
        return [a["value"] for a in things[thing]["attributes"] if a["name"] == name]

    def related(thing: str) -> set[tuple[str, str]]:
        return {(r["objectId"], r["qualifier"]) for r in things[thing]["relationships"]}

    assert attribute_values("stage:one/a", "status") == ["under way", "left", "under way", "achieved"]
    assert attribute_values("stage:one/a", "round") == [1, 2]
    assert attribute_values("milestone:one/a/2", "status") == ["achieved"]
    assert related("stage:one/b") == {("initiative:one", "stage of"), ("stage:one/a", "follows")}
    assert related("milestone:one/a/2") == {("stage:one/a", "milestone of"), ("gate review:one/a-2", "decided in")}
    assert attribute_values("gate review:one/a-1", "decision") == ["recycle"]
    assert attribute_values("organisation:firm", "size") == ["small", "medium"]
    assert ("initiative:one", "organisation of") in related("organisation:firm")
    assert attribute_values("body:one/board", "kind") == ["board"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_every_event_and_object_is_of_a_declared_type(office: Office, form: str) -> None:
    text = office.log(form)
    log = json.loads(text) if form == "json" else as_json(etree.fromstring(text.encode()))
    things = {o["id"] for o in log["objects"]}
    for types, found in ((log["eventTypes"], log["events"]), (log["objectTypes"], log["objects"])):
        declared = {t["name"]: {a["name"]: a["type"] for a in t["attributes"]} for t in types}
        for one in found:
            for attribute in one["attributes"]:
                sort, value = declared[one["type"]][attribute["name"]], attribute["value"]
                typed(sort, value if isinstance(value, str) else json.dumps(value))
                if form == "json":
                    assert isinstance(value, {"integer": int, "boolean": bool}.get(sort, str))
            assert {r["objectId"] for r in one["relationships"]} <= things
            assert all(r["qualifier"] for r in one["relationships"])
    assert all(e["relationships"][0]["objectId"].startswith("initiative:") for e in log["events"])


def as_json(root: Any) -> dict[str, Any]:
    """OCEL's XML as its JSON says the same."""
    assert [part.tag for part in root] == ["object-types", "event-types", "objects", "events"], "as the schema asks"

    def types(sort: str) -> list[Any]:
        found = root.find(f"{sort}-types")
        return [{"name": t.get("name"), "attributes": [dict(a.attrib) for a in t.iter("attribute")]} for t in found]

    def ones(of: str) -> list[Any]:
        return [
            {
                **one.attrib,
                "attributes": [{"name": a.get("name"), "value": a.text or ""} for a in one.find("attributes")],
                "relationships": [
                    {"objectId": r.get("object-id"), "qualifier": r.get("qualifier")} for r in one.find("objects")
                ],
            }
            for one in root.find(of)
        ]

    return {
        "eventTypes": types("event"),
        "objectTypes": types("object"),
        "events": ones("events"),
        "objects": ones("objects"),
    }


def test_another_reader_finds_the_same_in_each_form(office: Office, tmp_path: Path) -> None:
    for form in ("xes", "json", "xml"):
        (tmp_path / f"log.{form}").write_text(office.log(form), encoding="utf-8")
    read, _ = rustxes.import_xes(str(tmp_path / "log.xes"))
    entries = [e for i in ("one", "two") for e in ledger.entries(office.world.context, i)]
    assert read["hash"].to_list() == [e.hash for e in entries]
    by_json, by_xml = (
        getattr(rustxes, f"import_ocel_{form}")(str(tmp_path / f"log.{form}")) for form in ("json", "xml")
    )
    for part, key in (("events", "ocel:eid"), ("objects", "ocel:oid"), ("o2o", "ocel:oid"), ("relations", "ocel:eid")):
        assert by_json[part][key].to_list() == by_xml[part][key].to_list()
    assert by_json["events"].height == len(entries)


def test_who_is_not_there_is_reported_with_the_nearest(office: Office) -> None:
    for form in ("xes", "json"):
        with pytest.raises(UnknownName, match="no enrolled initiative is called «onne»; the nearest: one"):
            office.log(form, "one", "onne")


def test_an_empty_database_is_an_empty_log(on_sqlite: tuple[Fresh, Fresh], tmp_path: Path) -> None:
    _, there = on_sqlite
    there.again()
    logs, parts = Logs(there.engine, datetime.fromisoformat("2024-01-01T00:00:00+00:00")), dict[str, list[str]]()
    for form in ("xes", "json", "xml"):
        parts[form] = []
    assert logs.xes(parts["xes"].append, "en") == 0
    assert logs.ocel(JsonForm(parts["json"].append)) == logs.ocel(XmlForm(parts["xml"].append)) == 0
    for form, text in parts.items():
        (tmp_path / form).write_text("".join(text), encoding="utf-8")
    assert etree.parse(tmp_path / "xes").getroot().findall(f"{XES}trace") == []
    assert json.loads((tmp_path / "json").read_text())["objects"] == []
    assert rustxes.import_ocel_json(str(tmp_path / "json"))["events"].height == 0
