"""Two callers over HTTP who act at GitHub with accounts of their own: neither gets what the other's account sees."""

import asyncio
import contextlib
import json
import random
from pathlib import Path
from typing import Any

import httpx2
from github_mcp.server import SERVER as GITHUB
from mcp_chassis.remote.accounts.file_store import FileGrantStore
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from remote_acting import GRANT_KEY, House, house, sign_in
from remote_http import answer, post, served
from volume import in_volume, volume

CALLERS, PEOPLE = ("alice", "bob"), ("person-0", "person-1")
CALLS_BETWEEN_SIGN_INS = 5


def environment(upstream: House, folder: Path) -> dict[str, str]:
    (folder / "keys").write_text("".join(f"tr_{caller}=*\n" for caller in CALLERS))
    url = upstream.upstream.url
    return {
        "MCP_PUBLIC_URL": "http://localhost:8080",
        "MCP_API_KEYS_FILE": str(folder / "keys"),
        "MCP_GRANT_KEYS": GRANT_KEY,
        "MCP_GRANTS_FILE": str(folder / "grants.sqlite3"),
        "MCP_OUTBOUND_RATE": "1000",
        "GITHUB_API_URL": url,
        "GITHUB_CLIENT_ID": "toolroll",
        "GITHUB_CLIENT_SECRET": "github-secret",
        "GITHUB_AUTHORIZE_URL": f"{url}/authorize",
        "GITHUB_TOKEN_URL": f"{url}/token",
    }


def with_repository(upstream: House) -> None:
    """One repository, whose stars tell the account it was asked with."""

    def repository(request: Request) -> Reply:
        person = upstream.person_of(request)
        return Reply(json={"full_name": "acme/one", "stargazers_count": PEOPLE.index(person)})

    upstream.upstream.answers("GET /repos/acme/one", repository)
    upstream.upstream.answers("GET /repos/acme/one/languages", Reply(json={}))


async def ask(http: httpx2.AsyncClient, caller: str, *, fresh: bool = False) -> dict[str, Any]:
    arguments = {"owner": "acme", "repo": "one", "commits": 0, "fresh": fresh}
    call = {"name": "get_repository_info", "arguments": arguments}
    result = answer(await post(http, "modern", "tools/call", call, {"x-api-key": f"tr_{caller}"}))["result"]
    return json.loads(result["content"][0]["text"])


async def sign_in_anew(http: httpx2.AsyncClient, folder: Path, accounts: dict[str, str]) -> None:
    """Every grant is forgotten, then each caller signs in with the account that is named."""
    async with contextlib.aclosing(FileGrantStore(folder / "grants.sqlite3")) as store:
        for name in await store.all():
            await store.drop(name)
    for caller, person in accounts.items():
        asked = await ask(http, caller)
        page = await sign_in(http, asked["error"]["details"]["authorize_url"], person)
        assert "You are signed in" in page.text


@in_volume
async def test_two_callers_with_two_accounts_in_any_order_never_get_the_result_of_the_other(tmp_path: Path) -> None:
    choose, crossed, reused, asked = random.Random(7), list[str](), 0, 0
    async with house() as upstream, served({"": GITHUB}, environment(upstream, tmp_path)) as http:
        with_repository(upstream)
        while asked < volume(1_000):
            accounts = dict(zip(CALLERS, choose.sample(PEOPLE, 2), strict=True))
            await sign_in_anew(http, tmp_path, accounts)
            for _ in range(CALLS_BETWEEN_SIGN_INS):
                order = choose.sample(CALLERS, 2)
                fresh = choose.random() < 0.2
                found = await asyncio.gather(*(ask(http, caller, fresh=fresh) for caller in order))
                own = [PEOPLE.index(accounts[caller]) for caller in order]
                crossed += [f"{order}: {found}"] if [each["stars"] for each in found] != own else []
                reused += sum("as_of" in each for each in found)
                asked += len(found)
    assert crossed == []
    assert asked == volume(1_000)
    assert reused > asked / 3
