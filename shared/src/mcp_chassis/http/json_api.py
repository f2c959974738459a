"""Client of a JSON API over HTTP: encodes requests, turns responses into failures, retries through `Upstream`."""

import json as jsonlib
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlencode

import anyio.to_thread
import httpx2

from mcp_chassis.failures import AuthenticationFailed, Effect, Failure, OutcomeUnknown
from mcp_chassis.http.connection import ApiRequest, Connection
from mcp_chassis.http.errors import failure_for_status
from mcp_chassis.http.paths import fill
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import InvalidResponse, Response
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.sent_writes import write_sent
from mcp_chassis.upstream.service import Upstream

Values = Mapping[str, object]
LookUp = Callable[[], Awaitable[Mapping[str, Any] | None]]

USUAL_REPEAT: Mapping[str, Repeat] = {
    "GET": Repeat.READ,
    "HEAD": Repeat.READ,
    "PUT": Repeat.ONCE,
    "PATCH": Repeat.ONCE,
    "DELETE": Repeat.ONCE,
    "POST": Repeat.NEVER,
}

NOTHING_THERE = {404, 405, 410}


class Reloadable(Protocol):
    """A credential that may have changed since it was read; see `settings.Credential`."""

    variable: str

    async def ready(self) -> None:
        """Load the value before it is revealed, also after `reload`; what blocks runs off the event loop."""
        ...

    def reload(self) -> bool:
        """Load the value again after a 401; return whether it changed. Runs in a thread."""
        ...


class JsonApi:
    """Client of one HTTP API. The first request opens the connection pool.

    Args:
        base_url: prefix of every path.
        headers: returns the headers of each request, including the credential; may raise `AuthenticationFailed`.
        credential: loaded again after a 401, once a request.
        failure_for: returns the failure that the API's own error body describes, else None; called for every response
            below 500, before the status is mapped.
        transport: instead of the network, for tests.
        one_origin: refuse redirects to another origin instead of following them without the credential.
        any_success: take a write with a success status as done, even if its body is not valid JSON.
    """

    def __init__(
        self,
        base_url: str,
        *,
        upstream: Upstream,
        headers: Callable[[], Mapping[str, str]] = dict,
        credential: Reloadable | None = None,
        failure_for: Callable[[Response], Failure | None] = lambda _: None,
        transport: httpx2.AsyncBaseTransport | None = None,
        one_origin: bool = False,
        any_success: bool = False,
    ) -> None:
        self._any_success = any_success
        self.upstream = upstream
        self._base_url = base_url.rstrip("/")
        self._headers = headers
        self._credential = credential
        self._failure_for = failure_for
        self._connection = Connection(upstream.name, upstream.policy, transport, one_origin=one_origin)

    async def get(
        self,
        path: str,
        values: Values | None = None,
        *,
        params: Values | None = None,
        headers: Mapping[str, str] | None = None,
        rate_limit: str | None = None,
        tail_bytes: int | None = None,
        follow_same_origin: bool = True,
    ) -> Response:
        """Send a GET request. `path` is a template: `{name}` takes a segment of `values`, `{+name}` a path of several.

        Args:
            tail_bytes, follow_same_origin: see `ApiRequest`.
        """
        return await self.request(
            "GET",
            path,
            values,
            params=params,
            headers=headers,
            rate_limit=rate_limit,
            tail_bytes=tail_bytes,
            follow_same_origin=follow_same_origin,
        )

    async def post(self, path: str, values: Values | None = None, **how: Any) -> Response:
        """Send a POST request; not repeated once it may have had an effect, unless `repeat=` allows it."""
        return await self.request("POST", path, values, **how)

    async def put(self, path: str, values: Values | None = None, **how: Any) -> Response:
        """Send a PUT request; takes the arguments of `request`."""
        return await self.request("PUT", path, values, **how)

    async def patch(self, path: str, values: Values | None = None, **how: Any) -> Response:
        """Send a PATCH request; takes the arguments of `request`."""
        return await self.request("PATCH", path, values, **how)

    async def delete(self, path: str, values: Values | None = None, **how: Any) -> Response:
        """Send a DELETE request; takes the arguments of `request`."""
        return await self.request("DELETE", path, values, **how)

    async def pages(
        self, path: str, values: Values | None = None, *, params: Values | None = None, rate_limit: str | None = None
    ) -> AsyncIterator[Response]:
        """Yield the pages of a list by the `Link` header, one request each."""
        following: Values | None = params or {}
        while following is not None:
            answer = await self.get(path, values, params=following, rate_limit=rate_limit)
            yield answer
            following = answer.page("next")

    async def request(
        self,
        method: str,
        path: str,
        values: Values | None = None,
        *,
        params: Values | None = None,
        json: object = None,
        form: Values | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat | None = None,
        rate_limit: str | None = None,
        recover: LookUp | None = None,
        check: str = "",
        proof: type[Record] | None = None,
        tail_bytes: int | None = None,
        follow_same_origin: bool = True,
    ) -> Response:
        """Send a request with the retries, limits and look-up of `Upstream.call`.

        Args:
            params: the query; None is left out, true and false are in lower case. content: the body as it is.
            repeat: whether it may be sent again; by the method when left out (POST never, PUT, PATCH, DELETE once).
            rate_limit, check: see `Upstream.call`; tail_bytes, follow_same_origin: see `ApiRequest`.
            recover: looks up the effect of a write whose response was lost; it becomes the `json` of a response with
                `recovered` set.
            proof: the record that the response to a write must contain; otherwise its outcome is unknown.

        Raises:
            Failure: of the response, its status or the connection; `InvalidInput` for an invalid path.
        """
        self._connection.prepare()
        address, body = self._address(path, values, params), _body(json, form, content)
        question = ApiRequest(method, address, *body, tail_bytes, follow_same_origin)
        how, look = repeat or USUAL_REPEAT[method], self._looking_up(recover)
        attempt = partial(self._attempt, question, headers or {}, how, proof)
        call = partial(self.upstream.call, repeat=how, rate_limit=rate_limit, recover=look, check=check)
        with _noting_write(self.upstream.name, how, question):
            return await call(attempt, sent=question.was_sent)

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _looking_up(self, recover: LookUp | None) -> Callable[[], Awaitable[Response | None]] | None:
        if recover is None:
            return None

        async def look() -> Response | None:
            found = await recover()
            return None if found is None else Response.looked_up(self.upstream.name, found)

        return look

    def _address(self, path: str, values: Values | None, params: Values | None) -> str:
        query = urlencode({name: _plain(value) for name, value in (params or {}).items() if value is not None}, True)
        return self._base_url + fill(path, values or {}) + (f"?{query}" if query else "")

    async def _attempt(
        self, question: ApiRequest, headers: Mapping[str, str], repeat: Repeat, proof: type[Record] | None
    ) -> Response:
        try:
            return self._judged(await self._answer(question, headers), repeat, proof)
        except InvalidResponse as unreadable:
            if repeat is Repeat.READ:
                unreadable.effect = Effect.SETTLED
            raise

    async def _answer(self, question: ApiRequest, extra: Mapping[str, str]) -> Response:
        if self._credential is not None:
            await self._credential.ready()
        used = self._headers()
        answer = await self._connection.ask(question, {**used, **extra})
        if answer.status == 401 and self._credential is not None and answer.redirected_by is None:
            await anyio.to_thread.run_sync(self._credential.reload)
            await self._credential.ready()
            # Another call may have reloaded it meanwhile: compare with the headers that this one sent.
            if (fresh := self._headers()) != used:
                return await self._connection.ask(question, {**fresh, **extra})
        return answer

    def _judged(self, answer: Response, repeat: Repeat, proof: type[Record] | None) -> Response:
        """Return a successful response, raise any other. A write's body is parsed: an unreadable one is ambiguous."""
        own = self._failure_for(answer) if answer.status < 500 else None
        failure = own or self._refused(answer) or failure_for_status(answer)
        if failure is not None:
            if repeat is not Repeat.READ and _is_unclear(answer, failure):
                failure.effect = Effect.AMBIGUOUS
            raise failure
        if proof is not None:
            answer.record(proof, operation="confirm the change")
        elif repeat is not Repeat.READ and not self._any_success and (answer.is_json or answer.is_html):
            _ = answer.json
        return answer

    def _refused(self, answer: Response) -> Failure | None:
        if answer.status != 401 or self._credential is None:
            return None
        return AuthenticationFailed(f"{self.upstream.name} refuses the credential in {self._credential.variable}.")


@contextmanager
def _noting_write(upstream: str, repeat: Repeat, question: ApiRequest) -> Generator[None]:
    """Record that the block sent a write, unless the write was certainly refused; see `sent_writes`."""
    unclear = True
    try:
        yield
    except Failure as failure:
        unclear = isinstance(failure, OutcomeUnknown)
        raise
    except BaseException:
        unclear = question.sent
        raise
    finally:
        if unclear and repeat is not Repeat.READ:
            write_sent(upstream, repeatable=repeat is Repeat.ONCE)


def _is_unclear(answer: Response, failure: Failure) -> bool:
    """Whether a redirected write may have had its effect although the request to the redirect's target failed.

    After 303 it had (RFC 9110): the target only shows the result. After other redirects a refusal by the target is a
    refusal of the write, unless the target does not exist or the failure is not definite.
    """
    if answer.redirected_by is None:
        return answer.status == 303
    return answer.redirected_by == 303 or answer.status in NOTHING_THERE or failure.effect is not Effect.SETTLED


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _body(json: object, form: Values | None, content: bytes | None) -> tuple[bytes | None, str]:
    if content is not None:
        return content, "application/octet-stream"
    if form is not None:
        fields = {name: _plain(value) for name, value in form.items() if value is not None}
        return urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"
    if json is not None:
        return jsonlib.dumps(json, ensure_ascii=False, separators=(",", ":")).encode(), "application/json"
    return None, ""
