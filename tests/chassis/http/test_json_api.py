"""What goes out and what comes in, without a socket: paths, queries, bodies, pages, credentials."""

import json
import logging
from collections.abc import Callable

import httpx2
import pytest
from mcp_chassis.failures import AuthenticationFailed, Conflict, Failure, InvalidInput, OutcomeUnknown, Unavailable
from mcp_chassis.http.errors import failure_for_error, failure_for_status
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.http.retry_after import retry_after_seconds, seconds_until
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.service import Upstream

QUICK = Policy(rate=1e6, retry_base=0, retry_base_limited=0, unsent_base=0)


class Wire:
    """Remembers requests; answers each with what it was given."""

    def __init__(self) -> None:
        self.asked: list[httpx2.Request] = []
        self.reply: Callable[[httpx2.Request], httpx2.Response] = lambda _: httpx2.Response(200, json={})

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self.reply(request)

    @property
    def target(self) -> str:
        return self.asked[-1].url.raw_path.decode()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def api(wire):
    def make(**options) -> JsonApi:
        service = Upstream("Acme", policy=QUICK)
        return JsonApi("https://acme.test/v1/", upstream=service, transport=httpx2.MockTransport(wire), **options)

    return make


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("plain", "plain"),
        ("a b", "a%20b"),
        ("a/b", "a%2Fb"),
        ("../../user", "..%2F..%2Fuser"),
        ("a?b#c", "a%3Fb%23c"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("ü", "%C3%BC"),
        ("a;b=c", "a%3Bb%3Dc"),
    ],
)
async def test_a_name_stays_one_segment_of_the_path(api, wire, name, sent):
    await api().get("/users/{name}/keys", {"name": name})
    assert wire.target == f"/v1/users/{sent}/keys"


@pytest.mark.parametrize("name", ["", ".", "..", "a\nb", "a\x00", "\x7f"])
async def test_a_name_that_is_a_path_traversal_is_refused_without_a_request(api, wire, name):
    with pytest.raises(InvalidInput, match="name"):
        await api().get("/users/{name}", {"name": name})
    assert wire.asked == []


async def test_a_lone_surrogate_in_a_path_is_refused(api):
    with pytest.raises(InvalidInput, match="surrogate pair"):
        await api().get("/users/{name}", {"name": "\ud800"})


async def test_a_path_of_several_segments_keeps_its_slashes(api, wire):
    await api().get("/contents/{+path}", {"path": "src/a b/ü.py"})
    assert wire.target == "/v1/contents/src/a%20b/%C3%BC.py"


@pytest.mark.parametrize("path", ["", "/etc", "a//b", "a/../b", "a/./b", "a/", ".."])
async def test_a_path_with_traversal_segments_is_refused(api, path):
    with pytest.raises(InvalidInput):
        await api().get("/contents/{+path}", {"path": path})


async def test_the_query_leaves_out_what_is_not_set(api, wire):
    await api().get("/search", params={"q": "a&b=c d", "page": 2, "all": True, "none": None, "id": ["1", "2"]})
    assert wire.target == "/v1/search?q=a%26b%3Dc+d&page=2&all=true&id=1&id=2"


async def test_a_body_is_json_or_a_form(api, wire):
    await api().post("/things", json={"a": "ü"})
    assert json.loads(wire.asked[-1].content) == {"a": "ü"}
    assert wire.asked[-1].headers["content-type"] == "application/json"
    await api().post("/things", form={"a": "b c", "none": None, "flag": False})
    assert wire.asked[-1].content == b"a=b+c&flag=false"
    assert wire.asked[-1].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
async def test_each_method_is_the_one_that_is_sent(api, wire, method):
    await getattr(api(), method)("/things/{id}", {"id": 1})
    assert wire.asked[-1].method == method.upper()


async def test_headers_of_the_api_and_of_the_call_are_sent(api, wire):
    await api(headers=lambda: {"Authorization": "Bearer x"}).get("/a", headers={"Accept": "text/x-diff"})
    sent = wire.asked[-1].headers
    assert (sent["authorization"], sent["accept"], sent["user-agent"]) == ("Bearer x", "text/x-diff", "toolroll")


async def test_pages_follow_the_next_link_at_the_same_path(api, wire):
    def page(request: httpx2.Request) -> httpx2.Response:
        number = int(request.url.params.get("page", "1"))
        link = f'<https://evil.test/v1/things?page={number + 1}&per_page=2>; rel="next", <x>; rel="last"'
        return httpx2.Response(200, json=[number], headers={"link": link} if number < 3 else {})

    wire.reply = page
    pages = [answer.json async for answer in api().pages("/things", params={"per_page": 2})]
    assert pages == [[1], [2], [3]]
    assert {request.url.host for request in wire.asked} == {"acme.test"}
    assert wire.target == "/v1/things?page=3&per_page=2"


async def test_the_apis_own_error_body_has_precedence_over_the_status(api, wire):
    def failure_for(answer: Response) -> Failure | None:
        return None if answer.json["ok"] else Conflict("Acme says that the name is taken.")

    wire.reply = lambda _: httpx2.Response(200, json={"ok": False})
    with pytest.raises(Conflict, match="taken"):
        await api(failure_for=failure_for).post("/things")
    assert len(wire.asked) == 1


class MountedSecret:
    """A credential in a file that somebody else changes."""

    variable = "ACME_TOKEN"

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    def headers(self) -> dict[str, str]:
        return {"authorization": self.values[0]}

    async def ready(self) -> None:
        return None

    def reload(self) -> bool:
        if len(self.values) > 1:
            self.values.pop(0)
            return True
        return False


def only(good: str) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda request: httpx2.Response(200 if request.headers["authorization"] == good else 401, json={})


async def test_a_refused_credential_that_has_changed_is_tried_once_more(api, wire):
    secret, wire.reply = MountedSecret("old", "new"), only("new")
    assert (await api(headers=secret.headers, credential=secret).post("/things")).status == 200
    assert [request.headers["authorization"] for request in wire.asked] == ["old", "new"]


async def test_concurrent_calls_are_repeated_after_another_call_reloaded_the_credential(api, wire):
    secret = MountedSecret("old", "new")

    def answer(request: httpx2.Request) -> httpx2.Response:
        if len(wire.asked) == 1:
            secret.reload()
        return only("new")(request)

    wire.reply = answer
    assert (await api(headers=secret.headers, credential=secret).get("/things")).status == 200
    assert len(wire.asked) == 2


async def test_a_refused_credential_names_its_variable_and_is_not_tried_again(api, wire):
    secret, wire.reply = MountedSecret("old"), only("new")
    with pytest.raises(AuthenticationFailed, match="ACME_TOKEN"):
        await api(headers=secret.headers, credential=secret).get("/things")
    assert len(wire.asked) == 1


async def test_a_missing_credential_fails_before_any_request(api, wire):
    def headers() -> dict[str, str]:
        raise AuthenticationFailed("ACME_TOKEN is not set.")

    with pytest.raises(AuthenticationFailed):
        await api(headers=headers).post("/things")
    assert wire.asked == []


STATUSES = {
    400: "INVALID_INPUT",
    401: "AUTHENTICATION_FAILED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_NOT_FOUND",
    405: "INVALID_INPUT",
    408: "TIMEOUT",
    409: "CONFLICT",
    410: "RESOURCE_NOT_FOUND",
    412: "CONFLICT",
    413: "INVALID_INPUT",
    422: "INVALID_INPUT",
    429: "RATE_LIMITED",
    451: "PERMISSION_DENIED",
    500: "SERVICE_UNAVAILABLE",
    503: "SERVICE_UNAVAILABLE",
    599: "SERVICE_UNAVAILABLE",
    100: "UPSTREAM_ERROR",
    304: "UPSTREAM_ERROR",
}


def test_every_status_maps_to_the_failure_in_the_table():
    failures = {status: failure_for_status(Response("Acme", status, {}, b"")) for status in STATUSES}
    assert {status: failure and failure.code.value for status, failure in failures.items()} == STATUSES
    assert failure_for_status(Response("Acme", 204, {}, b"")) is None


ERRORS = {
    httpx2.ConnectError: ("SERVICE_UNAVAILABLE", "NEVER_SENT"),
    httpx2.ConnectTimeout: ("SERVICE_UNAVAILABLE", "NEVER_SENT"),
    httpx2.PoolTimeout: ("SERVICE_UNAVAILABLE", "NEVER_SENT"),
    httpx2.ProxyError: ("SERVICE_UNAVAILABLE", "NEVER_SENT"),
    httpx2.ReadError: ("SERVICE_UNAVAILABLE", "AMBIGUOUS"),
    httpx2.ReadTimeout: ("TIMEOUT", "AMBIGUOUS"),
    httpx2.WriteError: ("SERVICE_UNAVAILABLE", "AMBIGUOUS"),
    httpx2.WriteTimeout: ("TIMEOUT", "AMBIGUOUS"),
    httpx2.CloseError: ("SERVICE_UNAVAILABLE", "AMBIGUOUS"),
    httpx2.RemoteProtocolError: ("SERVICE_UNAVAILABLE", "AMBIGUOUS"),
    httpx2.LocalProtocolError: ("UPSTREAM_ERROR", "SETTLED"),
    httpx2.UnsupportedProtocol: ("UPSTREAM_ERROR", "SETTLED"),
}


def test_every_transport_error_maps_to_the_failure_in_the_table():
    failures = {
        kind: failure_for_error("Acme", kind("https://secret.test"), answering=False, proxied=False) for kind in ERRORS
    }
    assert {kind: (failure.code.value, failure.effect.name) for kind, failure in failures.items()} == ERRORS
    assert [failure for failure in failures.values() if "secret" in failure.message] == []


def test_a_connection_lost_during_the_response_is_an_incomplete_response():
    cut = failure_for_error("Acme", httpx2.ReadError("x"), answering=True, proxied=False)
    late = failure_for_error("Acme", httpx2.ReadTimeout("x"), answering=True, proxied=False)
    assert (cut.code, cut.retryable, late.code) == ("UPSTREAM_ERROR", True, "TIMEOUT")


async def test_a_write_that_times_out_without_a_socket_to_watch_may_have_happened(api, wire):
    def late(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("late", request=request)

    wire.reply = late
    with pytest.raises(OutcomeUnknown):
        await api().post("/things")


async def test_the_error_of_an_exhausted_connection_pool_says_that_it_is_this_servers(api, wire):
    def busy(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.PoolTimeout("busy", request=request)

    wire.reply = busy
    with pytest.raises(Unavailable, match="all connections to it are in use"):
        await api().get("/things")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("2", 2), ("2.5", 2.5), ("3600", 3600), ("9999999999999", 604_800), ("0", None), ("-5", None), ("soon", None)],
)
def test_retry_after_in_seconds_is_parsed_and_malformed_values_give_none(told, seconds):
    assert retry_after_seconds({"retry-after": told}) == seconds


def test_retry_after_as_a_date_is_relative_to_the_responses_date():
    dates = {"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}
    assert retry_after_seconds(dates, now=5.0) == 30
    assert retry_after_seconds({"retry-after": dates["retry-after"]}, now=1_795_168_800.0) == 30
    assert retry_after_seconds(dates | {"date": "Fri, 20 Nov 2026 10:01:00 GMT"}, now=5.0) is None


def test_the_time_until_a_reset_is_relative_to_the_responses_date():
    assert seconds_until(1_795_168_830, {"date": "Fri, 20 Nov 2026 10:00:00 GMT"}, now=0.0) == 30
    assert seconds_until(130.0, {"date": "junk"}, now=100.0) == 30
    assert seconds_until(100.0, {}, now=100.0) is None


@pytest.mark.parametrize(("body", "status"), [(b"", 204), (b"", 202)])
def test_the_json_of_a_response_without_a_body_is_none(body, status):
    assert Response("Acme", status, {}, body).json is None


def test_a_byte_order_mark_is_removed_from_the_text():
    assert Response("Acme", 200, {}, b'\xef\xbb\xbf{"a": 1}').json == {"a": 1}


async def test_the_tail_of_a_response_of_any_length_is_returned(wire, api):
    wire.reply = lambda _: httpx2.Response(200, content=b"a" * 5000 + b"end")
    answer = await api().get("/log", tail_bytes=10)
    assert answer.body == b"aaaaaaaend"
    assert answer.skipped_bytes == 4993


async def test_a_response_shorter_than_the_requested_tail_is_returned_whole(wire, api):
    wire.reply = lambda _: httpx2.Response(200, content=b"short")
    answer = await api().get("/log", tail_bytes=10)
    assert (answer.body, answer.skipped_bytes) == (b"short", 0)


async def test_a_redirect_within_the_origin_can_be_returned_instead_of_followed(wire, api):
    wire.reply = lambda _: httpx2.Response(301, headers={"location": "/v1/other"})
    seen: list[int] = []

    def failure_for(answer: Response) -> Failure | None:
        seen.append(answer.status)
        return Conflict("moved")

    with pytest.raises(Conflict, match="moved"):
        await api(failure_for=failure_for).get("/thing", follow_same_origin=False)
    assert seen == [301]
    assert len(wire.asked) == 1


async def test_a_request_is_logged_for_debugging_without_its_query(api, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG, logger="mcp_chassis.http")
    await api().get("/things/{id}", {"id": 7}, params={"q": "private"})
    (line,) = [record for record in caplog.records if record.getMessage() == "upstream request"]
    fields = line.__dict__["fields"]
    assert fields.pop("duration_ms") >= 0
    assert fields == {"upstream": "Acme", "method": "GET", "path": "/v1/things/7", "status": 200}


class ClosedTransport(httpx2.MockTransport):
    """Remembers how often it was closed."""

    closed = 0

    async def aclose(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("requests", [0, 1, 2])
async def test_a_pool_is_closed_once_and_only_if_it_was_opened(wire, requests):
    transport = ClosedTransport(wire)
    service = Upstream("Acme", policy=QUICK)
    async with JsonApi("https://acme.test/v1/", upstream=service, transport=transport) as api:
        for _ in range(requests):
            await api.get("/things")
    assert transport.closed == min(requests, 1)
