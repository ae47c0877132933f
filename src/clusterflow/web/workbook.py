"""The workbook of an initiative: download, submit, compare, answer the questions, confirm, and undo."""

from __future__ import annotations

import secrets
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clusterflow.domain.access import Right
from clusterflow.errors import Mistakes, NotPossible
from clusterflow.intake.workbook.limits import LARGEST_FILE
from clusterflow.reports.translations import lines_of, translated
from clusterflow.services.intake.workbook import hand_in, workbooks
from clusterflow.services.intake.workbook.plan import Answers
from clusterflow.services.intake.workbook.summary import summarize
from clusterflow.services.views.initiative import name_of
from clusterflow.web.render import page
from clusterflow.web.request import Form, check_token, signed_in, site_of, visible_initiative, visitor_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROOM = 64 * 1024
"""What a form may hold beside its file, in bytes."""


def show(request: Request) -> Response:
    return _page(request, visible_initiative(request, Right.RECORD))


def download(request: Request) -> Response:
    """Answer the workbook with everything that is recorded, in the reader's language."""
    initiative = visible_initiative(request, Right.RECORD)
    content = workbooks.write_template(site_of(request).context, initiative, visitor_of(request).language)
    return _file(content, f"{initiative}.xlsx")


def _file(content: bytes, name: str) -> Response:
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def submit(request: Request) -> Response:
    """Store an uploaded workbook, and lead to its comparison. A file that is too large is not read to its end."""
    initiative = await run_in_threadpool(visible_initiative, request, Right.RECORD)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FILE + _ROOM:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return await run_in_threadpool(_submitted, request, initiative, bytes(body))


def _submitted(request: Request, initiative: str, body: bytes) -> Response:
    fields = _parts(request.headers.get("content-type", ""), body)
    check_token(request, fields.get("token", ("", b""))[1].decode(errors="replace"))
    name, content = fields.get("file", ("", b""))
    if not name or not content:
        return _page(request, initiative, problem="no_file")
    safe = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())[-100:]
    context, person = site_of(request).context, signed_in(request).id
    ticket = hand_in.store_upload(context, person, initiative, safe, content)
    return RedirectResponse(f"/initiatives/{initiative}/workbook/{ticket}", 303)


def _parts(content_type: str, body: bytes) -> dict[str, tuple[str, bytes]]:
    """Read a form with files (RFC 7578): the name of the file and the content, by field."""
    if not content_type.startswith("multipart/form-data") or "\n" in content_type:
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    found: dict[str, tuple[str, bytes]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts() if body else ():
        message = cast(Message, part)
        name = message.get_param("name", header="content-disposition")
        content = message.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = (message.get_filename() or "", content)
    return found


def compare(request: Request) -> Response:
    return _compared(request, {})


def confirm(request: Request, form: Form) -> Response:
    """Record the workbook once every question has its answer and the comparison is the one that was shown."""
    return _compared(request, form)


def _compared(request: Request, form: Form) -> Response:
    initiative, context = visible_initiative(request, Right.RECORD), site_of(request).context
    person, language = signed_in(request).id, visitor_of(request).language
    upload = hand_in.upload_of(context, person, initiative, request.path_params["ticket"])
    answers = _answers(form)
    shown: dict[str, Any] = {"upload": upload, "form": form, "key": secrets.token_hex(16)}
    try:
        opened, plan = hand_in.open_upload(context, person, initiative, upload, answers, language)
    except Mistakes as problem:
        return _page(request, initiative, status=422, refused=lines_of(problem, language), **shown)
    if opened.mistakes:
        lines = [str(m.mistake) for m in opened.mistakes]
        return _page(request, initiative, status=422, refused=lines, marked=True, **shown)
    digest, problem_text = hand_in.digest_of(plan), None
    questions = plan.open_questions(answers)
    if form.get("do") == "confirm" and not questions:
        if form.get("digest") == digest:
            try:
                done = hand_in.confirm(context, person, initiative, upload, plan)
            except Mistakes as problem:
                return _page(request, initiative, status=422, refused=lines_of(problem, language), **shown)
            return RedirectResponse(f"{request.url.path}/done?n={done.entered + done.corrected + done.retracted}", 303)
        problem_text = "workbook_changed"
    return _page(
        request, initiative, summary=summarize(plan), plan=plan, questions=questions, digest=digest,
        problem=problem_text, answers=answers, **shown,
    )  # fmt: skip


def marked(request: Request) -> Response:
    """Answer a copy of the workbook in which the mistakes are marked in their cells."""
    initiative, context = visible_initiative(request, Right.RECORD), site_of(request).context
    person, language = signed_in(request).id, visitor_of(request).language
    upload = hand_in.upload_of(context, person, initiative, request.path_params["ticket"])
    opened, _ = hand_in.open_upload(context, person, initiative, upload, Answers(), language)
    return _file(opened.marked_copy(), f"{initiative}.marked.xlsx")


def show_done(request: Request) -> Response:
    initiative, context = visible_initiative(request, Right.RECORD), site_of(request).context
    upload = hand_in.upload_of(context, signed_in(request).id, initiative, request.path_params["ticket"])
    return _page(request, initiative, upload=upload, recorded=True)


def undo(request: Request, _: Form) -> Response:
    """Take back a whole workbook."""
    initiative, context = visible_initiative(request, Right.RECORD), site_of(request).context
    person, language = signed_in(request).id, visitor_of(request).language
    upload = hand_in.upload_of(context, person, initiative, request.path_params["ticket"])
    try:
        hand_in.undo(context, person, initiative, upload)
    except NotPossible as problem:
        return _page(request, initiative, status=409, upload=upload, refused=[translated(str(problem), language)])
    except Mistakes as problem:
        return _page(request, initiative, status=422, upload=upload, refused=lines_of(problem, language))
    return _page(request, initiative, upload=upload, undone=True)


def _answers(form: Form) -> Answers:
    doubles = {n.removeprefix("double."): v for n, v in form.items() if n.startswith("double.") and v}
    removed, emptied = form.get("removed"), form.get("emptied")
    return Answers(
        doubles=doubles,
        removed=cast(Any, removed) if removed in ("keep", "end", "withdraw") else None,
        emptied=cast(Any, emptied) if emptied in ("keep", "clear") else None,
        odd="keep" if form.get("odd") == "keep" else None,
    )


def _page(request: Request, initiative: str, status: int = 200, **facts: Any) -> Response:
    names = ("upload", "form", "refused", "marked", "summary", "plan", "questions", "digest", "problem", "answers",
             "recorded", "undone", "key")  # fmt: skip
    return page(
        request, "workbook", status, base=f"/initiatives/{initiative}",
        whose=name_of(site_of(request).context, initiative), megabytes=LARGEST_FILE // 2**20,
        **{name: facts.get(name) for name in names},
    )  # fmt: skip
