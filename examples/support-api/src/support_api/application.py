"""The API: routes, authentication, RFC 9457 errors, ETags, and faults on request."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from support_api.requests import Changes, Fault, Identifier, Key, Known, NewTicket, Nothing, TicketQuery, UserQuery
from support_api.store import KeyUsed, Missing, Store

Asked = TypeVar("Asked", bound=Known)
Answers = Callable[[Request], Any]

OPENAPI = Path(__file__).with_name("openapi.json")
LARGEST_BODY = 64 * 1024
NEWEST = 10**9
READS = {"GET", "HEAD"}


class Desk:
    """The API of a support desk over one store.

    Args:
        token: the bearer token that callers must send.
        faults: whether to offer `POST /faults`.
    """

    def __init__(self, store: Store, token: str, *, faults: bool = False) -> None:
        self._store = store
        self._token = token
        self._faults: list[Fault] = []
        routes = [
            Route("/openapi.json", self._document, methods=["GET"]),
            self._route("/users", GET=self._users),
            self._route("/users/{user_id:int}", GET=self._user),
            self._route("/tickets", GET=self._tickets, POST=self._open),
            self._route("/tickets/counts", GET=self._counts),
            self._route("/tickets/{ticket_id:int}", GET=self._ticket, PATCH=self._change),
        ]
        if faults:
            routes.append(self._route("/faults", POST=self._fail))
        handlers = {HTTPException: _refused, Missing: _missing, KeyUsed: _key_used, ValidationError: _wrong}
        self.application = Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]

    def _route(self, path: str, **answers: Answers) -> Route:
        async def endpoint(request: Request) -> Response:
            self._admit(request)
            fault = self._due(f"{request.method} {request.url.path}")
            if fault and not fault.after:
                return problem(fault.status, "This fault was asked for.")
            request.state.body = await _body(request)
            answer = answers["GET" if request.method == "HEAD" else request.method]
            status, found = await run_in_threadpool(answer, request)
            if fault:
                return problem(fault.status, "This fault was asked for, after the request was carried out.")
            return _answered(request, status, found)

        return Route(path, endpoint, methods=list(answers))

    def _admit(self, request: Request) -> None:
        brought = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(brought, f"Bearer {self._token}".encode()):
            raise HTTPException(401, "A valid bearer token is needed.", {"www-authenticate": "Bearer"})

    def _due(self, route: str) -> Fault | None:
        for fault in self._faults:
            if fault.route == route and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    async def _document(self, request: Request) -> Response:
        return Response(OPENAPI.read_bytes(), media_type="application/json")

    def _users(self, request: Request) -> tuple[int, Any]:
        query = UserQuery.model_validate(dict(request.query_params))
        rows, total = self._store.users(query.status, int(query.cursor or 0), query.limit + 1)
        return 200, _page("users", rows, query.limit, total)

    def _user(self, request: Request) -> tuple[int, Any]:
        _plain(request)
        return 200, self._store.user(_identifier(request, "user_id"))

    def _tickets(self, request: Request) -> tuple[int, Any]:
        query = TicketQuery.model_validate(dict(request.query_params))
        rows, total = self._store.tickets(query.status, query.user_id, int(query.cursor or NEWEST), query.limit + 1)
        short = [{name: value for name, value in row.items() if name != "description"} for row in rows]
        return 200, _page("tickets", short, query.limit, total)

    def _counts(self, request: Request) -> tuple[int, Any]:
        _plain(request)
        return 200, self._store.counts()

    def _ticket(self, request: Request) -> tuple[int, Any]:
        _plain(request)
        return 200, self._store.ticket(_identifier(request, "ticket_id"))

    def _open(self, request: Request) -> tuple[int, Any]:
        _plain(request)
        key = Key.model_validate({"key": request.headers.get("idempotency-key")}).key
        ticket = _read(NewTicket, request).model_dump()
        asked = hashlib.sha256(json.dumps(ticket, sort_keys=True).encode()).hexdigest()
        made = self._store.open_ticket(ticket, key, asked)
        message = f"Ticket {made['id']} is open for {made['user']}."
        return 201, {"status": "open", "message": message, "ticket_id": made["id"]}

    def _change(self, request: Request) -> tuple[int, Any]:
        _plain(request)
        changes = _read(Changes, request).model_dump(exclude_unset=True)
        return 200, self._store.change(_identifier(request, "ticket_id"), changes)

    def _fail(self, request: Request) -> tuple[int, Any]:
        self._faults.append(_read(Fault, request))
        return 201, {"faults": len(self._faults)}


def _plain(request: Request) -> None:
    Nothing.model_validate(dict(request.query_params))


def _identifier(request: Request, name: str) -> int:
    class Path(Known):
        value: Identifier

    return Path(value=request.path_params[name]).value


def _read(kind: type[Asked], request: Request) -> Asked:
    return kind.model_validate(request.state.body)


async def _body(request: Request) -> Any:
    """Parse the request's JSON body; None for GET and HEAD."""
    if request.method in READS:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "The body must be application/json.")
    raw = await request.body()
    if len(raw) > LARGEST_BODY:
        raise HTTPException(413, "The body is too large.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise HTTPException(400, "The body is no JSON.") from exc


def _page(name: str, rows: list[dict[str, Any]], limit: int, total: int) -> dict[str, Any]:
    shown = rows[:limit]
    return {name: shown, "next": str(shown[-1]["id"]) if len(rows) > limit else None, "total": total}


def _answered(request: Request, status: int, found: Any) -> Response:
    response = JSONResponse(found, status)
    if request.method in READS:
        etag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        response.headers["etag"] = etag
    return response


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Build an error response by RFC 9457."""
    from http import HTTPStatus

    known = {each.value: each.phrase for each in HTTPStatus}
    body = {"title": known.get(status, "Problem"), "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _refused(_: Request, error: HTTPException) -> Response:
    return problem(error.status_code, str(error.detail), error.headers)


async def _missing(_: Request, error: Missing) -> Response:
    return problem(404, str(error))


async def _key_used(_: Request, error: KeyUsed) -> Response:
    return problem(409, "This Idempotency-Key was used for another ticket.")


async def _wrong(_: Request, error: ValidationError) -> Response:
    entries = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, entry['loc'])) or 'body'}: {entry['msg']}" for entry in entries[:3]]
    return problem(422, "; ".join(told))
