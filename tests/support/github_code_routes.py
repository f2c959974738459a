"""Contents, blobs, readme, and the diffs and files of pull requests."""

import base64
from typing import Any

import github_diffs
from github_site import Site, of_repository
from github_wire import Answer, Refusal, Request, pages
from github_world import Commit, Repository, blob_sha

INLINE_LIMIT = 1_048_576
BLOB_LIMIT = 104_857_600
DIRECTORY_LIMIT = 1000
RAW = "application/vnd.github.raw+json; charset=utf-8"


def encoded(content: bytes) -> str:
    """Base64 in lines of 60, as GitHub writes it."""
    text = base64.b64encode(content).decode()
    return "".join(text[at : at + 60] + "\n" for at in range(0, len(text), 60))


def entry(site: Site, repo: Repository, path: str, content: bytes | None, ref: str) -> dict[str, Any]:
    """One file, or a folder where there is no content."""
    kind = "dir" if content is None else "file"
    content = content or b""
    base = site.shapes.repository_url(repo)
    sha = blob_sha(content) if kind == "file" else blob_sha(path.encode())
    url = f"{base}/contents/{path}?ref={ref}"
    git = f"{base}/git/{'blobs' if kind == 'file' else 'trees'}/{sha}"
    page = f"https://github.com/{repo.full_name}/{'blob' if kind == 'file' else 'tree'}/{ref}/{path}"
    raw = f"https://raw.githubusercontent.com/{repo.full_name}/{ref}/{path}" if kind == "file" else None
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(content) if kind == "file" else 0,
        "url": url,
        "html_url": page,
        "git_url": git,
        "download_url": raw,
        "type": kind,
        "_links": {"self": url, "git": git, "html": page},
    }


def _commit(repo: Repository, request: Request) -> Commit:
    ref = request.value("ref") or None
    commit = repo.resolve(ref)
    if commit is None:
        message = f"No commit found for the ref {ref}" if ref else "This repository is empty."
        raise Refusal(404, message)
    return commit


@of_repository("GET", "/contents/?(?P<path>.*)")
def contents(site: Site, request: Request, repo: Repository, path: str = "") -> Answer:
    commit, path = _commit(repo, request), path.strip("/")
    ref = request.value("ref") or repo.default_branch
    if path in commit.files:
        return _file(site, request, repo, path, commit.files[path])
    below = {
        each.removeprefix(path + "/" if path else "")
        for each in commit.files
        if not path or each.startswith(path + "/")
    }
    if not below:
        raise Refusal(404, "Not Found")
    names = sorted({each.split("/")[0] for each in below})[:DIRECTORY_LIMIT]
    listing = []
    for name in names:
        full = f"{path}/{name}" if path else name
        listing.append(entry(site, repo, full, commit.files.get(full), ref))
    if request.wants("object"):
        folder = entry(site, repo, path or "/", None, ref)
        body = {**folder, "path": path, "sha": tree_sha(commit.files, path), "entries": listing}
        return Answer(200, body, media_type="application/vnd.github.object+json; charset=utf-8")
    return Answer(200, listing)


@of_repository("GET", "/git/trees/(?P<sha>[0-9a-f]+)")
def tree(site: Site, request: Request, repo: Repository, sha: str) -> Answer:
    found = _trees(repo).get(sha)
    if found is None:
        raise Refusal(404, "Not Found")
    url = f"{site.shapes.repository_url(repo)}/git/trees/{sha}"
    return Answer(200, {"sha": sha, "url": url, "tree": found, "truncated": False})


def tree_sha(files: dict[str, bytes], path: str) -> str:
    below = {name: blob_sha(content) for name, content in files.items() if _inside(name, path)}
    return blob_sha(repr((path, sorted(below.items()))).encode())


def _inside(name: str, path: str) -> bool:
    return not path or name.startswith(path + "/")


def _trees(repo: Repository) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for commit in repo.commits.values():
        for folder in {"", *(parent for name in commit.files for parent in _parents(name))}:
            found[tree_sha(commit.files, folder)] = _tree_entries(commit.files, folder)
    return found


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _tree_entries(files: dict[str, bytes], folder: str) -> list[dict[str, Any]]:
    start = len(folder) + 1 if folder else 0
    names = sorted({name[start:].split("/")[0] for name in files if _inside(name, folder)})
    entries: list[dict[str, Any]] = []
    for name in names:
        full = f"{folder}/{name}" if folder else name
        content = files.get(full)
        if content is None:
            entries.append({"path": name, "mode": "040000", "type": "tree", "sha": tree_sha(files, full)})
        else:
            facts = {"sha": blob_sha(content), "size": len(content)}
            entries.append({"path": name, "mode": "100644", "type": "blob", **facts})
    return entries


def _file(site: Site, request: Request, repo: Repository, path: str, content: bytes) -> Answer:
    ref = request.value("ref") or repo.default_branch
    if len(content) > BLOB_LIMIT:
        raise Refusal(403, "This API returns blobs up to 100 MB in size.", errors=[{"code": "too_large"}])
    if request.wants("raw"):
        return Answer(200, content, media_type=RAW)
    inline = len(content) <= INLINE_LIMIT
    text = {"content": encoded(content), "encoding": "base64"} if inline else {"content": "", "encoding": "none"}
    return Answer(200, {**entry(site, repo, path, content, ref), **text})


@of_repository("GET", "/readme")
def readme(site: Site, request: Request, repo: Repository) -> Answer:
    commit = _commit(repo, request)
    name = next((path for path in sorted(commit.files) if path.lower().startswith("readme")), None)
    if name is None:
        raise Refusal(404, "Not Found")
    return _file(site, request, repo, name, commit.files[name])


@of_repository("GET", "/git/blobs/(?P<sha>[0-9a-f]+)")
def blob(site: Site, request: Request, repo: Repository, sha: str) -> Answer:
    content = _blobs(repo).get(sha)
    if content is None:
        raise Refusal(404, "Not Found")
    if request.wants("raw"):
        return Answer(200, content, media_type=RAW)
    url = f"{site.shapes.repository_url(repo)}/git/blobs/{sha}"
    facts = {"sha": sha, "node_id": "B", "size": len(content), "url": url}
    return Answer(200, {**facts, "content": encoded(content), "encoding": "base64"})


def _blobs(repo: Repository) -> dict[str, bytes]:
    return {blob_sha(content): content for commit in repo.commits.values() for content in commit.files.values()}


@of_repository("GET", r"/pulls/(?P<number>\d+)")
def pull(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    issue = site.pull(repo, number)
    assert issue.pull is not None
    files = github_diffs.changes(repo, issue.pull.base, issue.pull.head)
    if request.wants("diff"):
        return _whole(files, "PullRequest")
    counts = (len(files), sum(f.additions for f in files), sum(f.deletions for f in files))
    return Answer(200, site.issues.pull(repo, issue, issue.pull, counts))


def _whole(files: list[github_diffs.ChangedFile], resource: str) -> Answer:
    text = github_diffs.whole(files)
    if text is None:
        message = (
            "Sorry, the diff exceeded the maximum number of files (300) or lines (20000). "
            "Consider using 'List pull requests files' API instead."
        )
        raise Refusal(406, message, errors=[{"resource": resource, "field": "diff", "code": "too_large"}])
    return Answer(200, text.encode(), media_type="application/vnd.github.diff; charset=utf-8")


@of_repository("GET", r"/compare/(?P<basehead>.+)")
def compare(site: Site, request: Request, repo: Repository, basehead: str) -> Answer:
    base, _, head = basehead.partition("...")
    old, new = repo.resolve(base), repo.resolve(head)
    if old is None or new is None:
        raise Refusal(404, "Not Found")
    start = next((each for each in repo.history(new) if each in repo.history(old)), old)
    if request.wants("diff"):
        return _whole(github_diffs.changes(repo, start.sha, new.sha), "Comparison")
    url = f"{site.shapes.repository_url(repo)}/compare/{basehead}"
    ahead = [each for each in repo.history(new) if each not in repo.history(old)]
    links = dict.fromkeys(("url", "html_url", "permalink_url", "diff_url", "patch_url"), url)
    page, headers = pages(request, site.base, [site.shapes.commit(repo, each) for each in reversed(ahead)])
    counts = {"status": "ahead", "ahead_by": len(ahead), "behind_by": 0, "total_commits": len(ahead)}
    both = {"base_commit": site.shapes.commit(repo, old), "merge_base_commit": site.shapes.commit(repo, start)}
    return Answer(200, {**links, **counts, **both, "commits": page, "files": []}, headers)


@of_repository("GET", r"/pulls/(?P<number>\d+)/files")
def pull_files(site: Site, request: Request, repo: Repository, number: str) -> Answer:
    issue = site.pull(repo, number)
    assert issue.pull is not None
    files = github_diffs.changes(repo, issue.pull.base, issue.pull.head)
    page, headers = pages(request, site.base, files[:3000])
    return Answer(200, [_changed(site, repo, issue.pull.head, each) for each in page], headers)


def _changed(site: Site, repo: Repository, head: str, file: github_diffs.ChangedFile) -> dict[str, Any]:
    page = f"https://github.com/{repo.full_name}"
    shape = {
        "sha": file.sha,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{page}/blob/{head}/{file.path}",
        "raw_url": f"{page}/raw/{head}/{file.path}",
        "contents_url": f"{site.shapes.repository_url(repo)}/contents/{file.path}?ref={head}",
    }
    return shape if file.binary or file.too_large else {**shape, "patch": file.patch}
