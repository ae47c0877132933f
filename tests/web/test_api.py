"""The JSON API: the same rights and answers as pages and command line, its errors, pages and idempotency keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Mount
from starlette.testclient import TestClient
from support.web import WebWorld

from clusterflow.domain.access import RIGHTS, Capacity
from clusterflow.services import api_tokens, ledger, standing
from clusterflow.services.views import api as views
from clusterflow.web.api.handlers import OPERATIONS

FILLED = {"initiative": "one", "stage": "first", "record": "membership"}
VOTE = {"decision": "go", "reason": "It is time."}


def client(site: WebWorld, person: str | None) -> TestClient:
    headers = {}
    if person is not None:
        headers["authorization"] = f"Bearer {api_tokens.new_token(site.world.context, person, 'test')}"
    return TestClient(site.app, base_url="http://testserver/api", headers=headers, raise_server_exceptions=False)


def ask(program: TestClient, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return program.request(method, path.lstrip("/"), json=body, headers=headers)


def test_a_program_reads_what_the_command_line_prints_as_json(site: WebWorld) -> None:
    site.ready()
    program, context = client(site, "mona"), site.world.context
    assert ask(program, "GET", "/initiatives/one/status").json() == json.loads(
        standing.status(context, "one", language="en").model_dump_json()
    )
    (gate,) = ask(program, "GET", "/initiatives/one/gates").json()["items"]
    assert (gate["stage"], gate["readiness"]) == ("first", "ready")
    (mine,) = ask(program, "GET", "/initiatives").json()["items"]
    assert mine["initiative"] == "one"
    entries = ask(program, "GET", "/initiatives/one/ledger").json()["items"]
    assert entries == [json.loads(e.model_dump_json()) for e in ledger.entries(context, "one")]


def test_a_program_records_facts_once_under_a_key_and_reads_them_back(site: WebWorld) -> None:
    program = client(site, "mona")
    fact = {"record": "membership", "initiative": "one", "organisation": "firm", "from": "2024-01-05"}
    first = ask(program, "POST", "/initiatives/one/records", fact, **{"idempotency-key": "k-1"})
    again = ask(program, "POST", "/initiatives/one/records", fact, **{"idempotency-key": "k-1"})
    assert (first.status_code, first.json()["entered"]) == (200, 1)
    assert (again.json()["entered"], again.json()["unchanged"]) == (0, 1)
    other = {**fact, "from": "2024-01-06"}
    assert ask(program, "POST", "/initiatives/one/records", other, **{"idempotency-key": "k-1"}).status_code == 409
    found = ask(program, "GET", "/initiatives/one/records/membership").json()
    assert fact.items() <= found["items"][-1].items()
    both = ask(program, "POST", "/initiatives/one/records", {"records": [fact, other]})
    assert both.status_code == 200
    actors = [e.actor for e in ledger.entries(site.world.context, "one") if e.event.kind == "record.entered"]
    assert actors[-1] == "mona", "the four-eyes rule asks who recorded"


def test_two_people_with_the_same_key_do_not_get_each_others_answer(site: WebWorld) -> None:
    site.ready()
    for person in ("mona", "gala"):
        done = ask(client(site, person), "POST", "/initiatives/one/gates/first/votes", VOTE, **{"idempotency-key": "k"})
        assert done.status_code == 200, done.text
    assert site.world.kinds().count("vote.cast") == 2


def test_a_vote_is_cast_in_the_name_of_the_tokens_maker_and_a_refusal_says_why(site: WebWorld) -> None:
    site.ready()
    done = ask(client(site, "mona"), "POST", "/initiatives/one/gates/first/votes", VOTE)
    assert (done.status_code, done.json()["votes"], done.json()["need"]) == (200, 1, 2)
    hold = {"decision": "hold", "reason": "Not yet."}
    refused = ask(client(site, "gala"), "POST", "/initiatives/one/gates/first/votes", hold)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"].startswith("until:")


def test_all_mistakes_of_a_request_are_reported_together(site: WebWorld) -> None:
    program = client(site, "mona")
    wrong = ask(program, "POST", "/initiatives/one/gates/first/votes", {"decision": "maybe", "until": "soon", "x": 1})
    assert wrong.status_code == 422
    assert {m["where"] for m in wrong.json()["mistakes"]} == {"body.decision", "body.reason", "body.until", "body.x"}
    records = {"records": [{"record": "membership", "initiative": "one", "organisation": "nobody", "from": "x"}, {}]}
    assert len(ask(program, "POST", "/initiatives/one/records", records).json()["mistakes"]) >= 1
    assert (
        ask(program, "GET", "/initiatives/one/status?as-of=2024-01-01").json()["mistakes"][0]["where"] == "query.as-of"
    )


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400), (b"\xff", "application/json", 400), (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415), (b"x" * 1_100_000, "application/json", 413),
        (b'{"record": "a\\u0000b"}', "application/json", 400), (b"[]", "application/json", 422),
        (b'{"record": "person", "name": NaN}', "application/json", 422),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_a_problem_and_no_failure(
    site: WebWorld, content: bytes, kind: str, status: int
) -> None:
    found = client(site, "mona").post("initiatives/one/records", content=content, headers={"content-type": kind})
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")


def test_lists_are_read_page_by_page_without_gaps_while_they_grow(site: WebWorld) -> None:
    program = client(site, "mona")
    site.world.record(*(f"organisation id=o{n} name=O{n} from=2024-01-01" for n in range(7)))
    site.world.record(*(f"membership initiative=one organisation=o{n} from=2024-01-01" for n in range(5)))
    for path, key in (("/initiatives/one/records/membership", "organisation"), ("/initiatives/one/ledger", "version")):
        whole, after = list[Any](), 0
        while after is not None:
            found = ask(program, "GET", f"{path}?after={after}&limit=2").json()
            assert len(found["items"]) <= 2
            whole += [item[key] for item in found["items"]]
            after = found["next"]
            if len(whole) == 2:
                site.world.record(f"membership initiative=one organisation=o{5 + (key == 'version')} from=2024-01-01")
        assert len(whole) == len(set(whole)) >= 6
    assert ask(program, "GET", "/initiatives/one/ledger?limit=0").status_code == 422
    assert views.ledger_page(site.world.context, "one", 10**6, 10).items == ()


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic bW9uYTp4", "Bearer clusterflow_" + "A" * 43]
)
def test_without_a_valid_token_nothing_is_shown(site: WebWorld, authorization: str) -> None:
    program = client(site, None)
    for one in OPERATIONS:
        headers = {"authorization": authorization} if authorization else {}
        answer = ask(program, one.method, one.path.format(**FILLED), {} if one.body is not None else None, **headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_session_of_the_pages_is_no_token(site: WebWorld) -> None:
    browser = site.browser("mona")
    assert browser.get("/api/initiatives").status_code == 401
    cookie = browser.cookies["clusterflow"]
    assert browser.get("/api/initiatives", headers={"authorization": f"Bearer {cookie}"}).status_code == 401


def test_whoever_guesses_tokens_is_stopped_and_a_valid_token_still_works(site: WebWorld) -> None:
    guesser, program = client(site, None), client(site, "mona")
    codes = [guesser.get("initiatives", headers={"authorization": f"Bearer {n}"}).status_code for n in range(80)]
    assert codes == [401] * 60 + [429] * 20
    assert program.get("initiatives").status_code == 200


@pytest.mark.parametrize("capacity", Capacity)
def test_every_operation_needs_the_right_that_the_table_gives(
    site: WebWorld, everybody: dict[Capacity, str], capacity: Capacity
) -> None:
    program = client(site, everybody[capacity])
    for one in (o for o in OPERATIONS if o.right is not None):
        body = {} if one.body is not None else None
        own = ask(program, one.method, one.path.format(**FILLED), body)
        assert (own.status_code == 404) is (one.right not in RIGHTS[capacity]), (one.path, own.text)
        foreign = ask(program, one.method, one.path.format(**{**FILLED, "initiative": "two"}), body)
        missing = ask(program, one.method, one.path.format(**{**FILLED, "initiative": "missing"}), body)
        if capacity is not Capacity.ADMINISTRATOR:
            assert (foreign.status_code, foreign.text) == (404, missing.text)


def test_a_refusal_is_in_the_ledger(site: WebWorld) -> None:
    ask(client(site, "dora"), "GET", "/initiatives/one/status")
    assert site.world.kinds()[-1] == "access.refused"


def test_the_document_describes_every_operation_and_its_schemas_are_valid(site: WebWorld) -> None:
    document = client(site, None).get("openapi.json").json()
    assert {(m.upper(), p) for p, found in document["paths"].items() for m in found} == {
        (o.method, o.path) for o in OPERATIONS
    }
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    text = json.dumps(document)
    assert all(f'"{ref}"' in text for ref in ("Problem", "InitiativeStatus", "BallotResult"))
    (mount,) = [r for r in site.app.routes if isinstance(r, Mount) and r.path == "/api"]
    assert mount


def test_a_failure_of_ours_is_a_problem_without_details(site: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(standing, "status", fail)
    answer = ask(client(site, "mona"), "GET", "/initiatives/one/status")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret detail" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["..", "%2e%2e", "one%00", "ONE", "one'--", "$registry", "%F0%9F%92%A9", "x" * 65])
def test_strange_names_are_not_found(make_site: Callable[..., WebWorld], name: str) -> None:
    program = client(make_site(), "mona")
    for path in (f"/initiatives/{name}/status", f"/initiatives/one/records/{name}"):
        assert ask(program, "GET", path).status_code == 404
