"""GitHub's three searches: words, quoted phrases and the qualifiers that decide where is searched."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from github_code_routes import entry
from github_issue_routes import sort_key
from github_site import Site, route
from github_wire import Answer, Refusal, Request, pages
from github_world import Issue, Repository, stamp

PART = re.compile(r'(-?)(?:([a-z-]+):)?("[^"]*"|[^\s()]+)', re.IGNORECASE)
RESULTS_LIMIT = 1000


class Query:
    """A parsed query. Several `repo:`, `org:` or `user:` widen the search, as they do on GitHub."""

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise Refusal(422, "Validation Failed", errors=[{"resource": "Search", "field": "q", "code": "missing"}])
        self.words: list[str] = []
        self.says_all = any if " OR " in text else all
        self.qualifiers: dict[str, list[str]] = {}
        self.negated: dict[str, list[str]] = {}
        for minus, name, value in PART.findall(text):
            plain = value.strip('"')
            if not name:
                if plain.upper() not in ("OR", "AND", "NOT"):
                    self.words.append(plain.lower())
            else:
                chosen = self.negated if minus else self.qualifiers
                chosen.setdefault(name.lower(), []).append(plain.lower())

    def one(self, name: str) -> str | None:
        values = self.qualifiers.get(name)
        return values[-1] if values else None

    def covers(self, repository: Repository) -> bool:
        scopes = [
            *(full == repository.full_name.lower() for full in self.qualifiers.get("repo", [])),
            *(
                name == repository.owner.login.lower()
                for key in ("org", "user")
                for name in self.qualifiers.get(key, [])
            ),
        ]
        return any(scopes) if scopes else True

    def says(self, text: str) -> bool:
        return self.says_all(word in text.lower() for word in self.words)


def _result(site: Site, request: Request, found: list[Any], shape: Callable[[Any], Any], **more: str) -> Answer:
    page = max(request.number("page", 1), 1)
    size = min(max(request.number("per_page", 30), 1), 100)
    if (page - 1) * size >= RESULTS_LIMIT:
        raise Refusal(422, "Only the first 1000 search results are available")
    kept, headers = pages(request, site.base, found[:RESULTS_LIMIT])
    body = {"total_count": len(found), "incomplete_results": False, "items": [shape(each) for each in kept]}
    return Answer(200, {**body, **more}, headers)


def _searched(site: Site, request: Request, query: Query) -> list[Repository]:
    chosen = [each for each in site.world.all_visible(request.login) if query.covers(each)]
    if not chosen and ("repo" in query.qualifiers or "user" in query.qualifiers or "org" in query.qualifiers):
        message = (
            "The listed users and repositories cannot be searched either because the resources do not exist "
            "or you do not have permission to view them."
        )
        raise Refusal(
            422,
            "Validation Failed",
            errors=[{"message": message, "resource": "Search", "field": "q", "code": "invalid"}],
        )
    return chosen


@route("GET", "/search/repositories")
def repositories(site: Site, request: Request) -> Answer:
    query = Query(request.value("q"))
    found = [each for each in _searched(site, request, query) if _repository_matches(query, each)]
    keys: dict[str, Callable[[Repository], Any]] = {
        "stars": lambda each: each.stars,
        "forks": lambda each: each.forks,
        "updated": lambda each: each.updated,
    }
    found.sort(key=keys.get(request.value("sort"), lambda each: each.stars), reverse=request.value("order") != "asc")
    return _result(site, request, found, site.shapes.found_repository)


def _repository_matches(query: Query, repository: Repository) -> bool:
    language, topic = query.one("language"), query.one("topic")
    text = f"{repository.full_name} {repository.description} {' '.join(repository.topics)}"
    return (
        query.says(text)
        and (language is None or (repository.language or "").lower() == language)
        and (topic is None or topic in repository.topics)
        and (query.one("archived") in (None, str(repository.archived).lower()))
        and (query.one("is") in (None, "private" if repository.private else "public"))
    )


@route("GET", "/search/issues")
def issues(site: Site, request: Request) -> Answer:
    query = Query(request.value("q"))
    found = [(r, i) for r in _searched(site, request, query) for i in r.issues.values() if _issue_matches(query, i)]
    sort = sort_key(request.value("sort", "created"))
    found.sort(key=lambda pair: sort(pair[1]), reverse=request.value("order", "desc") == "desc")
    return _result(site, request, found, lambda pair: site.issues.found_issue(*pair), search_type="lexical")


def _issue_matches(query: Query, issue: Issue) -> bool:
    kinds = [*query.qualifiers.get("is", []), *query.qualifiers.get("type", []), *query.qualifiers.get("state", [])]
    facts = {"issue": issue.pull is None, "pr": issue.pull is not None, "pull-request": issue.pull is not None}
    facts |= {"open": issue.state == "open", "closed": issue.state == "closed"}
    facts |= {"merged": bool(issue.pull and issue.pull.merged_at)}
    labels = {name.lower() for name in issue.labels}
    merged = query.one("merged")
    return (
        all(facts.get(kind, True) for kind in kinds)
        and all(label in labels for label in query.qualifiers.get("label", []))
        and all(label not in labels for label in query.negated.get("label", []))
        and query.one("author") in (None, issue.user.login.lower() if issue.user else "ghost")
        and (merged is None or _merged(issue, merged))
        and query.says(f"{issue.title} {issue.body or ''}")
    )


def _merged(issue: Issue, condition: str) -> bool:
    if issue.pull is None or issue.pull.merged_at is None:
        return False
    return stamp(issue.pull.merged_at) >= condition.lstrip(">=").upper()


@route("GET", "/search/code")
def code(site: Site, request: Request) -> Answer:
    if request.login is None:
        raise Refusal(401, "Requires authentication")
    query = Query(request.value("q"))
    if not query.words:
        message = "ERROR_TYPE_QUERY_PARSING_FATAL unable to parse query!"
        raise Refusal(422, message, errors=[{"resource": "Search", "field": "q", "code": "invalid"}])
    found = [each for repo in _searched(site, request, query) for each in _files(query, repo)]
    fragments = request.wants("text-match")
    return _result(site, request, found, lambda hit: _code(site, query, hit, fragments=fragments))


def _files(query: Query, repo: Repository) -> Iterable[tuple[Repository, str, bytes]]:
    commit = repo.resolve(None)
    extension, path = query.one("extension"), query.one("path")
    for name, content in commit.files.items() if commit else ():
        wanted = (extension is None or name.lower().endswith("." + extension)) and (
            path is None or path in name.lower()
        )
        if wanted and b"\0" not in content and query.says(content.decode()):
            yield repo, name, content


def _code(site: Site, query: Query, found: tuple[Repository, str, bytes], *, fragments: bool) -> dict[str, Any]:
    repo, path, content = found
    shape = entry(site, repo, path, content, repo.default_branch)
    kept = {key: shape[key] for key in ("name", "path", "sha", "url", "git_url", "html_url")}
    hit = {**kept, "repository": site.shapes.minimal_repository(repo), "score": 1.0}
    if not fragments:
        return hit
    text, word = content.decode(), query.words[0]
    at = max(0, text.lower().find(word))
    start = max(0, at - 80)
    fragment = text[start : at + 120]
    match = {"text": word, "indices": [at - start, at - start + len(word)]}
    return {**hit, "text_matches": [{**_matched(shape["url"]), "fragment": fragment, "matches": [match]}]}


def _matched(url: str) -> dict[str, str]:
    return {"object_url": url, "object_type": "FileContent", "property": "content"}
