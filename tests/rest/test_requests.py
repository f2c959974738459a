"""What the bridge sends, judged by the desk's own description and a validator that is not ours."""

import json
from urllib.parse import parse_qsl

import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from support_api.application import OPENAPI
from support_api_desk import Running, Seen
from werkzeug.datastructures import Headers, ImmutableMultiDict

CALLS = [
    ("list_users", {}),
    ("list_users", {"status": "active"}),
    ("get_user", {"user_id": 1}),
    ("get_user", {"user_id": 999_999}),
    ("list_tickets", {}),
    ("list_tickets", {"status": "in_progress", "user_id": 4}),
    ("get_ticket", {"ticket_id": 2}),
    ("count_tickets", {}),
    ("create_support_ticket", {"user_id": 1, "subject": "ü & <b>", "description": "a\nb \N{SNOWMAN}"}),
    ("create_support_ticket", {"user_id": 1, "subject": "s", "description": "d", "priority": "critical"}),
    ("create_support_ticket", {"user_id": 1, "subject": "s", "description": "d", "idempotency_key": "\N{SNOWMAN}\n"}),
    ("update_ticket_status", {"ticket_id": 1, "status": "in_progress"}),
]


class AsSent:
    """A request as the validator wants to read it."""

    def __init__(self, seen: Seen) -> None:
        self.method = seen.method.lower()
        self.host_url = "http://127.0.0.1:8400"
        self.path = seen.path
        self.body = seen.body or None
        self.content_type = seen.headers.get("content-type", "").partition(";")[0]
        query = ImmutableMultiDict(parse_qsl(seen.query, keep_blank_values=True))
        self.parameters = RequestParameters(query=query, header=Headers(seen.headers))


@pytest.fixture(scope="module")
def description() -> OpenAPI:
    return OpenAPI.from_dict(json.loads(OPENAPI.read_text()))


async def test_every_request_is_one_that_the_description_allows(call, desk: Running, description: OpenAPI) -> None:
    for tool, arguments in CALLS:
        await call(tool, **arguments)
    assert len(desk.seen) == len(CALLS)
    for seen in desk.seen:
        description.validate_request(AsSent(seen))


async def test_the_validator_finds_what_is_wrong(description: OpenAPI) -> None:
    token = {"authorization": "Bearer x"}
    with pytest.raises(Exception, match=r"(?i)parameter"):
        description.validate_request(AsSent(Seen("GET", "/users", "status=asleep", token)))
    sent = {**token, "content-type": "application/json"}
    with pytest.raises(Exception, match=r"(?i)body"):
        description.validate_request(AsSent(Seen("POST", "/tickets", "", sent, b'{"user_id": 1}')))
