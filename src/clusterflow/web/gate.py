"""The page of a gate: findings, votes, and the decision as a form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.access import Right
from clusterflow.domain.terms import Answer, DecisionKind, Stance
from clusterflow.services import gates
from clusterflow.services.views.gate import GatePage, gate_page
from clusterflow.web.decision_form import REFUSED_AT, answers_of, changed_since, read_ballot
from clusterflow.web.render import page
from clusterflow.web.request import (
    CODES_PER_PERSON,
    Form,
    rights_of_visitor,
    signed_in,
    site_of,
    view_of,
    visible_initiative,
    visitor_of,
)

ACTOR = "web"
"""Who commands, for the ledger. It holds pseudonyms: the vote itself names the decider by theirs."""

DECISIONS: tuple[DecisionKind | Stance, ...] = (*DecisionKind, Stance.ABSTAIN, Stance.RECUSE)
_KEY = re.compile("[0-9a-f]{32}")


def show(request: Request) -> Response:
    initiative = visible_initiative(request)
    return _page(request, initiative, _gathered(request, initiative))


def vote(request: Request, form: Form) -> Response:
    """Take a vote. A refusal shows the form again, with all that was typed; the engine writes it to the ledger."""
    initiative, site, person = visible_initiative(request), site_of(request), signed_in(request)
    found = _gathered(request, initiative)
    reading = read_ballot(form, found)
    if reading.ballot is None:
        return _page(request, initiative, found, form, reading.mistakes)
    key = form.get("key", "")
    done = gates.decide(
        site.context, initiative, person.id, reading.ballot, f"web-{key}" if _KEY.fullmatch(key) else None, ACTOR
    )
    if done.refused is None:
        return RedirectResponse(f"{request.url.path}#answer", 303)
    # The engine may just have measured anew: what is shown now is what it judged.
    found = _gathered(request, initiative)
    mistakes = {REFUSED_AT.get(done.refused, "form"): f"refused_{done.refused.replace('-', '_')}"}
    if found.review is None:
        mistakes = {"form": next(iter(mistakes.values()))}  # there is no form any more to show a field of
    return _page(request, initiative, found, form, mistakes)


def request_review(request: Request, _: Form) -> Response:
    """Open the gate review by hand, in the name of the person who asks for it."""
    initiative, stage = visible_initiative(request, Right.REQUEST_REVIEW), request.path_params["stage"]
    gates.open_gate(site_of(request).context, initiative, stage, ACTOR, asked_by=signed_in(request).id)
    return RedirectResponse(f"/initiatives/{initiative}/gates/{stage}", 303)


def send_code(request: Request, _: Form) -> Response:
    """Send the reader a new one-time code with the next notices."""
    initiative, stage = visible_initiative(request, Right.VOTE), request.path_params["stage"]
    site, person = site_of(request), signed_in(request)
    site.check_rate(CODES_PER_PERSON, "codes", person.id)
    gates.renew_code(site.context, initiative, stage, person.id, ACTOR)
    return page(request, "code_sent", initiative=initiative, stage=stage)


def _gathered(request: Request, initiative: str) -> GatePage:
    context, person = site_of(request).context, signed_in(request)
    stage, language = request.path_params["stage"], visitor_of(request).language
    what = ("gate", stage, person.id, language)
    return view_of(request, initiative, what, lambda: gate_page(context, initiative, stage, person.id, language))


def _page(
    request: Request,
    initiative: str,
    found: GatePage,
    form: Form | None = None,
    mistakes: Mapping[str, str] | None = None,
) -> Response:
    context = site_of(request).context
    rights = rights_of_visitor(request)
    decisions: list[DecisionKind | Stance] = list(DECISIONS)
    if found.may_veto:
        decisions.append(Stance.VETO)
    if any(voice.voted for voice in found.voices):
        decisions.append(Stance.WITHDRAW)
    return page(
        request,
        "gate",
        422 if mistakes else 200,
        found=found,
        gate=found.gate,
        met=sum(unit.answer is Answer.MET for unit in found.gate.units),
        units=len(found.gate.units),
        form=form or {},
        mistakes=mistakes or {},
        decisions=decisions,
        may_vote=Right.VOTE in rights and bool(found.voices) and found.review is not None,
        may_record=Right.RECORD in rights,
        may_request=Right.REQUEST_REVIEW in rights and found.review is None and found.at_gate,
        asks_for_code=context.code_key is not None,
        answers=answers_of(found),
        changed=changed_since(form or {}, found),
        key=secrets.token_hex(16),
    )
