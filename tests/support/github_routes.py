"""Repositories, people, limits, commits, releases and checks; the way from a request to its endpoint."""

from typing import Any

import github_code_routes
import github_git_routes
import github_issue_routes
import github_organizing_routes
import github_review_routes
import github_search
import github_suites
from github_site import ROUTES, Site, found, of_repository, route
from github_wire import Answer, Refusal, Request, pages
from github_world import Check, Repository

ELSEWHERE = (
    github_code_routes,
    github_git_routes,
    github_issue_routes,
    github_organizing_routes,
    github_review_routes,
    github_suites,
    github_search,
)


def answered(site: Site, request: Request) -> Answer:
    """The answer of the endpoint that serves this request."""
    for method, pattern, endpoint in ROUTES:
        if method == request.method and (match := pattern.fullmatch(request.path)):
            variables = match.groupdict()
            kept = {name: variables.pop(name) for name in ("owner", "name", "id") if name in variables}
            return endpoint(site, request, **kept, **found(variables))
    raise NotScripted


class NotScripted(Exception):
    """No endpoint of the scripted GitHub serves this request."""


def listed(site: Site, request: Request, things: list[Any]) -> Answer:
    page, headers = pages(request, site.base, things)
    return Answer(200, page, headers)


@route("GET", "/user")
def signed_in(site: Site, request: Request) -> Answer:
    return Answer(200, site.shapes.signed_in(site.world.user(site.writer(request))))


@route("GET", "/user/repos")
def own_repositories(site: Site, request: Request) -> Answer:
    login = site.writer(request)
    chosen = request.value("affiliation", "owner,collaborator,organization_member").split(",")
    own = [each for each in site.world.repositories.values() if site.world.affiliation(each, login) in chosen]
    key = {"pushed": "updated", "updated": "updated", "created": "created"}.get(request.value("sort"), "full_name")
    descending = request.value("direction", "asc" if key == "full_name" else "desc") == "desc"
    own.sort(key=lambda each: getattr(each, key), reverse=descending)
    return listed(site, request, [site.shapes.repository(each) for each in own])


@route("GET", "/rate_limit")
def rate_limit(site: Site, request: Request) -> Answer:
    site.limits.give_back(request.login, "core")
    resources = {name: site.limits.bucket(request.login, name).shape() for name in ("core", "search", "code_search")}
    return Answer(200, {"resources": resources, "rate": resources["core"]})


@of_repository("GET", "")
def repository(site: Site, request: Request, repo: Repository) -> Answer:
    return Answer(200, site.shapes.full_repository(repo))


@of_repository("GET", "/languages")
def languages(site: Site, request: Request, repo: Repository) -> Answer:
    return Answer(200, repo.languages)


@of_repository("GET", "/releases/latest")
def latest_release(site: Site, request: Request, repo: Repository) -> Answer:
    if not repo.releases:
        raise Refusal(404, "Not Found")
    return Answer(200, site.shapes.release(repo, repo.releases[-1]))


@of_repository("GET", "/releases")
def releases(site: Site, request: Request, repo: Repository) -> Answer:
    return listed(site, request, [site.shapes.release(repo, each) for each in reversed(repo.releases)])


@of_repository("GET", "/commits")
def commits(site: Site, request: Request, repo: Repository) -> Answer:
    if not repo.commits:
        raise Refusal(409, "Git Repository is empty.")
    start = repo.resolve(request.value("sha") or None)
    if start is None:
        raise Refusal(404, "Not Found")
    history = [commit for commit in repo.history(start) if _since(commit.at, request.value("since"))]
    return listed(site, request, [site.shapes.commit(repo, commit) for commit in history])


def _since(at: float, since: str) -> bool:
    from github_world import stamp

    return not since or stamp(at) >= since


@of_repository("GET", "/commits/(?P<ref>.+)/check-runs")
def check_runs(site: Site, request: Request, repo: Repository, ref: str) -> Answer:
    commit = repo.resolve(ref)
    if commit is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    checks = [each for each in repo.checks if each.head_sha == commit.sha]
    page, headers = pages(request, site.base, checks)
    return Answer(
        200, {"total_count": len(checks), "check_runs": [site.shapes.check(repo, each) for each in page]}, headers
    )


@of_repository("GET", "/commits/(?P<ref>.+)/status")
def status(site: Site, request: Request, repo: Repository, ref: str) -> Answer:
    url = f"{site.shapes.repository_url(repo)}/commits/{ref}"
    told = [site.shapes.status(repo, each) for each in repo.statuses if each.head_sha == ref]
    counts = {"state": "pending", "statuses": told, "total_count": len(told)}
    body = {**counts, "sha": ref, "repository": site.shapes.minimal_repository(repo)}
    return Answer(200, {**body, "commit_url": url, "url": f"{url}/status"})


@of_repository("GET", r"/commits/(?P<ref>[^/]+)")
def commit(site: Site, request: Request, repo: Repository, ref: str) -> Answer:
    there = repo.resolve(ref)
    if there is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    if request.wants("sha"):
        return Answer(200, there.sha.encode(), media_type="application/vnd.github.sha; charset=utf-8")
    return Answer(200, site.shapes.commit(repo, there))


@of_repository("GET", r"/actions/jobs/(?P<job_id>\d+)")
def job(site: Site, request: Request, repo: Repository, job_id: str) -> Answer:
    return Answer(200, site.shapes.job(repo, _job(repo, job_id)))


@of_repository("GET", r"/actions/runs/(?P<run_id>\d+)/jobs")
def jobs(site: Site, request: Request, repo: Repository, run_id: str) -> Answer:
    of_run = [each for each in repo.checks if each.id == int(run_id)]
    page, headers = pages(request, site.base, of_run)
    return Answer(200, {"total_count": len(of_run), "jobs": [site.shapes.job(repo, each) for each in page]}, headers)


@of_repository("GET", r"/actions/jobs/(?P<job_id>\d+)/logs")
def job_log(site: Site, request: Request, repo: Repository, job_id: str) -> Answer:
    _job(repo, job_id)
    elsewhere = site.base.replace("127.0.0.1", "localhost")
    return Answer(302, None, {"Location": f"{elsewhere}/raw-logs/{repo.id}/{job_id}?sig=abc"})


@route("GET", r"/raw-logs/(?P<repo>\d+)/(?P<job_id>\d+)")
def raw_log(site: Site, request: Request, repo: str, job_id: str) -> Answer:
    holder = next(each for each in site.world.repositories.values() if each.id == int(repo))
    return Answer(200, _job(holder, job_id).log.encode(), media_type="text/plain")


def _job(repo: Repository, job_id: str) -> Check:
    check = next((each for each in repo.checks if each.id == int(job_id)), None)
    if check is None:
        raise Refusal(404, "Not Found")
    return check


@of_repository("GET", r"/collaborators/(?P<login>[\w.\[\]-]+)/permission")
def permission(site: Site, request: Request, repo: Repository, login: str) -> Answer:
    if not repo.push:
        raise Refusal(403, "Must have push access to view collaborator permission.")
    may = "admin" if login == repo.owner.login else repo.permissions.get(login, "read")
    return Answer(200, {"permission": may, "role_name": may, "user": None})


@of_repository("GET", "/collaborators")
def collaborators(site: Site, request: Request, repo: Repository) -> Answer:
    if not repo.push:
        raise Refusal(403, "Must have push access to view repository collaborators.")
    roles = {repo.owner.login: "admin", **repo.permissions}
    people = [_collaborator(site, name, role) for name, role in roles.items()]
    page, headers = pages(request, site.base, people)
    return Answer(200, page, headers)


def _collaborator(site: Site, login: str, role: str) -> dict[str, Any]:
    push = role in ("admin", "maintain", "write")
    rights = {"pull": True, "triage": push, "push": push, "maintain": push, "admin": role == "admin"}
    return {**site.shapes.user(site.world.user(login)), "permissions": rights, "role_name": role}
