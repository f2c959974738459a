"""What every endpoint of the scripted GitHub stands on: the state, the shapes, and who may see what."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from github_issue_shapes import IssueShapes
from github_limits import Limits
from github_shapes import Shapes
from github_wire import Answer, Refusal, Request
from github_world import Issue, Repository, World

SSO_HEADER = "required; url=https://github.com/orgs/acme/sso?authorization_request=AB12"


class Site:
    def __init__(self, world: World, base: str, limits: Limits) -> None:
        self.world = world
        self.base = base
        self.limits = limits
        self.shapes = Shapes(base)
        self.issues = IssueShapes(self.shapes)

    def repository(self, request: Request, owner: str, name: str) -> Repository:
        """The repository, or the answer GitHub gives where it is renamed, hidden or behind single sign-on."""
        full_name = f"{unquote(owner)}/{unquote(name)}".lower()
        if full_name in self.world.renamed:
            raise self._moved(request, self.world.renamed[full_name])
        found = self.world.repositories.get(full_name)
        return self.readable(request, found)

    def readable(self, request: Request, found: Repository | None) -> Repository:
        if found is None or not self.world.visible(found, request.login):
            raise Refusal(404, "Not Found")
        if found.sso:
            message = "Resource protected by organization SAML enforcement. You must grant your token access."
            raise Refusal(403, message, headers={"X-GitHub-SSO": SSO_HEADER})
        return found

    def by_id(self, request: Request, number: str) -> Repository:
        found = next((each for each in self.world.repositories.values() if each.id == int(number)), None)
        return self.readable(request, found)

    def _moved(self, request: Request, number: int) -> Refusal:
        tail = "".join(request.path.split("/", 4)[4:])
        query = "&".join(f"{key}={value}" for key, value in request.query)
        target = f"{self.base}/repositories/{number}" + (f"/{tail}" if tail else "") + (f"?{query}" if query else "")
        status = 301 if request.method == "GET" else 307
        return Refusal(status, "Moved Permanently", headers={"Location": target}, url=target)

    def issue(self, repository: Repository, number: str) -> Issue:
        if int(number) not in repository.issues:
            raise Refusal(404, "Not Found")
        return repository.issues[int(number)]

    def pull(self, repository: Repository, number: str) -> Issue:
        issue = self.issue(repository, number)
        if issue.pull is None:
            raise Refusal(404, "Not Found")
        return issue

    def writer(self, request: Request) -> str:
        if request.login is None:
            raise Refusal(401, "Requires authentication")
        return request.login

    def may_write(self, request: Request, permission: str) -> None:
        """A fine-grained token lacks a permission when its name ends in `-reader`."""
        if self.writer(request).endswith("-reader"):
            message = "Resource not accessible by personal access token"
            raise Refusal(403, message, headers={"X-Accepted-GitHub-Permissions": permission})


Endpoint = Callable[..., Answer]
ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = []
REPOSITORY = r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)"


def route(method: str, pattern: str) -> Callable[[Endpoint], Endpoint]:
    """Serve `method` and `pattern`; the endpoint of a repository gets it in place of owner and name."""

    def register(endpoint: Endpoint) -> Endpoint:
        ROUTES.append((method, re.compile(pattern), endpoint))
        return endpoint

    return register


def of_repository(method: str, tail: str) -> Callable[[Endpoint], Endpoint]:
    def register(endpoint: Endpoint) -> Endpoint:
        def by_name(site: Site, request: Request, owner: str, name: str, **variables: str) -> Answer:
            return endpoint(site, request, site.repository(request, owner, name), **variables)

        def by_number(site: Site, request: Request, id: str, **variables: str) -> Answer:
            return endpoint(site, request, site.by_id(request, id), **variables)

        ROUTES.append((method, re.compile(REPOSITORY + tail), by_name))
        ROUTES.append((method, re.compile(r"/repositories/(?P<id>\d+)" + tail), by_number))
        return endpoint

    return register


def found(endpoint_variables: dict[str, Any]) -> dict[str, str]:
    return {name: unquote(value) for name, value in endpoint_variables.items() if value is not None}
