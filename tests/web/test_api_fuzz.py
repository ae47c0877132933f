"""The JSON API under a fuzzer that reads its OpenAPI document: no failure, and only answers that it declares."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from support.web import WebWorld

from clusterflow.services import api_tokens
from clusterflow.web.api.handlers import OPERATIONS
from clusterflow.web.api.operation import Operation

EXAMPLES = 12
"""For each operation, and each way to make requests: few enough to last seconds."""

NAMES = {"initiative": "one", "stage": "first", "record": "membership"}
"""What exists. A request with another name ends before it reaches a use case."""

CHECKS = [
    not_a_server_error,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.handler.__name__)
def test_no_request_makes_the_api_fail(site: WebWorld, operation: Operation) -> None:
    site.ready()
    headers = {"Authorization": f"Bearer {api_tokens.new_token(site.world.context, 'mona', 'fuzz')}"}
    found = schemathesis.openapi.from_asgi("/api/openapi.json", site.app)[operation.path][operation.method]
    named = {part[1:-1]: NAMES[part[1:-1]] for part in operation.path.split("/") if part.startswith("{")}
    fitting = found.as_strategy(path_parameters=named or None)
    wrong = found.as_strategy(GenerationMode.NEGATIVE, path_parameters=named or None)
    statuses = set[int]()
    for strategy in (fitting, wrong, found.as_strategy()):

        @given(strategy)
        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def run(case: Case) -> None:
            answer = case.call(base_url="http://testserver/api", headers=headers)
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        run()
    assert statuses & {200, 409, 422}, "requests reach the use case"
