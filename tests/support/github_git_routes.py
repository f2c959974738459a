"""Git's objects and refs: blobs, trees and commits that nothing points to until a branch is moved."""

import base64
import hashlib
from typing import Any

from github_code_routes import tree_sha
from github_site import Site, of_repository
from github_wire import Answer, Refusal, Request
from github_world import Commit, Repository, blob_sha, stamp


def _not_empty(repo: Repository) -> None:
    if not repo.commits:
        raise Refusal(409, "Git Repository is empty.")


def _ref(site: Site, repo: Repository, branch: str) -> dict[str, Any]:
    base = site.shapes.repository_url(repo)
    sha = repo.branches[branch]
    target = {"type": "commit", "sha": sha, "url": f"{base}/git/commits/{sha}"}
    name = f"refs/heads/{branch}"
    return {"ref": name, "node_id": "REF", "url": f"{base}/git/{name}", "object": target}


@of_repository("GET", r"/git/ref/heads/(?P<branch>.+)")
def ref(site: Site, request: Request, repo: Repository, branch: str) -> Answer:
    _not_empty(repo)
    if branch not in repo.branches:
        raise Refusal(404, "Not Found")
    return Answer(200, _ref(site, repo, branch))


@of_repository("POST", "/git/refs")
def create_ref(site: Site, request: Request, repo: Repository) -> Answer:
    branch = request.sent["ref"].removeprefix("refs/heads/")
    if branch in repo.branches:
        raise Refusal(422, "Reference already exists")
    repo.branches[branch] = request.sent["sha"]
    return Answer(201, _ref(site, repo, branch))


@of_repository("PATCH", r"/git/refs/heads/(?P<branch>.+)")
def move_ref(site: Site, request: Request, repo: Repository, branch: str) -> Answer:
    there, wanted = repo.commits[repo.branches[branch]], repo.commits[request.sent["sha"]]
    if there not in repo.history(wanted):
        raise Refusal(422, "Update is not a fast forward")
    repo.branches[branch] = wanted.sha
    return Answer(200, _ref(site, repo, branch))


@of_repository("GET", "/git/commits/(?P<sha>[0-9a-f]+)")
def commit(site: Site, request: Request, repo: Repository, sha: str) -> Answer:
    if sha not in repo.commits:
        raise Refusal(404, "Not Found")
    return Answer(200, _commit(site, repo, repo.commits[sha]))


def _commit(site: Site, repo: Repository, made: Commit) -> dict[str, Any]:
    base = site.shapes.repository_url(repo)
    url, page = f"{base}/git/commits/{made.sha}", f"https://github.com/{repo.full_name}/commit/{made.sha}"
    person = {"name": made.author.login, "email": "someone@example.com", "date": stamp(made.at)}
    tree = tree_sha(made.files, "")
    unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    return {
        "sha": made.sha,
        "node_id": f"C_{made.sha}",
        "url": url,
        "html_url": page,
        "author": person,
        "committer": person,
        "message": made.message,
        "tree": {"sha": tree, "url": f"{base}/git/trees/{tree}"},
        "parents": [{"sha": each, "url": url, "html_url": page} for each in made.parents],
        "verification": unsigned,
    }


@of_repository("POST", "/git/blobs")
def create_blob(site: Site, request: Request, repo: Repository) -> Answer:
    content = base64.b64decode(request.sent["content"])
    sha = blob_sha(content)
    repo.loose_blobs[sha] = content
    return Answer(201, {"url": f"{site.shapes.repository_url(repo)}/git/blobs/{sha}", "sha": sha})


@of_repository("POST", "/git/trees")
def create_tree(site: Site, request: Request, repo: Repository) -> Answer:
    files = dict(_files_of_tree(repo, request.sent["base_tree"]))
    for entry in request.sent["tree"]:
        files.pop(entry["path"], None)
        if entry["sha"] is not None:
            files[entry["path"]] = _content(repo, entry["sha"])
    sha = tree_sha(files, "")
    repo.loose_trees[sha] = files
    return Answer(201, {"sha": sha, "url": f"{site.shapes.repository_url(repo)}/git/trees/{sha}", **NO_ENTRIES})


NO_ENTRIES: dict[str, Any] = {"tree": [], "truncated": False}


@of_repository("POST", "/git/commits")
def create_commit(site: Site, request: Request, repo: Repository) -> Answer:
    sent = request.sent
    seed = f"{sent}{len(repo.commits)}".encode()
    sha = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
    parents, author = tuple(sent["parents"]), site.world.user(site.writer(request))
    at = max([site.world.clock(), *(repo.commits[each].at + 1 for each in parents)])
    made = Commit(sha, dict(_files_of_tree(repo, sent["tree"])), sent["message"], author, at, parents)
    repo.commits[sha] = made
    return Answer(201, _commit(site, repo, made))


def _files_of_tree(repo: Repository, sha: str) -> dict[str, bytes]:
    known = {tree_sha(each.files, ""): each.files for each in repo.commits.values()} | repo.loose_trees
    if sha not in known:
        raise Refusal(422, "tree.sha is not a valid tree")
    return known[sha]


def _content(repo: Repository, sha: str) -> bytes:
    stored = {blob_sha(content): content for made in repo.commits.values() for content in made.files.values()}
    return (stored | repo.loose_blobs)[sha]
