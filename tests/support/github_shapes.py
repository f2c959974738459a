"""People and repositories as GitHub writes them; the other shapes stand on these."""

from typing import Any

from github_world import Check, Commit, Release, Repository, User, stamp

Json = dict[str, Any]
HTML = "https://github.com"

USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


class Shapes:
    """Everything is written with addresses under one API base, as GitHub does."""

    def __init__(self, base: str) -> None:
        self.base = base

    def user(self, user: User) -> Json:
        url = f"{self.base}/users/{user.login}"
        return {
            "login": user.login,
            "id": user.id,
            "node_id": f"U_{user.id}",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{user.id}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{HTML}/{user.login}",
            **{name: url + tail for name, tail in USER_LINKS.items()},
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def signed_in(self, user: User) -> Json:
        counts = ("private_gists", "total_private_repos", "owned_private_repos", "disk_usage", "collaborators")
        return {
            **self.user(user),
            **dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"), None),
            "user_view_type": "private",
            "blog": "",
            **dict.fromkeys(("public_repos", "public_gists", "followers", "following", *counts), 0),
            "created_at": stamp(0),
            "updated_at": stamp(0),
            "two_factor_authentication": True,
        }

    def repository_url(self, repository: Repository) -> str:
        return f"{self.base}/repos/{repository.full_name}"

    def minimal_repository(self, repository: Repository) -> Json:
        url = self.repository_url(repository)
        return {
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": self.user(repository.owner),
            "html_url": f"{HTML}/{repository.full_name}",
            "description": repository.description,
            "fork": False,
            "url": url,
            **{name: url + tail for name, tail in REPOSITORY_LINKS.items()},
        }

    def repository(self, repository: Repository) -> Json:
        page = f"{HTML}/{repository.full_name}"
        return {
            **self.minimal_repository(repository),
            "created_at": stamp(repository.created),
            "updated_at": stamp(repository.updated),
            "pushed_at": stamp(repository.updated),
            "git_url": f"git://github.com/{repository.full_name}.git",
            "ssh_url": f"git@github.com:{repository.full_name}.git",
            "clone_url": f"{page}.git",
            "svn_url": page,
            "homepage": None,
            "mirror_url": None,
            "size": 108,
            **dict.fromkeys(("stargazers_count", "watchers_count", "watchers"), repository.stars),
            **dict.fromkeys(("forks_count", "forks"), repository.forks),
            **dict.fromkeys(("open_issues_count", "open_issues"), repository.open_issues),
            "language": repository.language,
            **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
            **dict.fromkeys(("has_pages", "has_discussions", "disabled"), False),
            "archived": repository.archived,
            "license": self.licence(repository.licence),
            "allow_forking": True,
            "is_template": False,
            "topics": repository.topics,
            "visibility": "private" if repository.private else "public",
            "default_branch": repository.default_branch,
            "permissions": {"admin": False, "push": repository.push, "pull": True},
        }

    def full_repository(self, repository: Repository) -> Json:
        return {**self.repository(repository), "network_count": repository.forks, "subscribers_count": 42}

    def found_repository(self, repository: Repository) -> Json:
        return {**self.repository(repository), "score": 1.0}

    def licence(self, spdx: str | None) -> Json | None:
        if spdx is None:
            return None
        key = spdx.lower()
        return {
            "key": key,
            "name": f"{spdx} License",
            "spdx_id": spdx,
            "url": f"{self.base}/licenses/{key}",
            "node_id": "L",
        }

    def commit(self, repository: Repository, commit: Commit) -> Json:
        url = f"{self.repository_url(repository)}/commits/{commit.sha}"
        page = f"{HTML}/{repository.full_name}/commit/{commit.sha}"
        git_user = {"name": commit.author.login, "email": "someone@example.com", "date": stamp(commit.at)}
        unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
        tree = {"sha": commit.sha[::-1], "url": f"{self.repository_url(repository)}/git/trees/{commit.sha[::-1]}"}
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha}",
            "commit": {
                "author": git_user,
                "committer": git_user,
                "message": commit.message,
                "tree": tree,
                "url": url,
                "comment_count": 0,
                "verification": unsigned,
            },
            "url": url,
            "html_url": page,
            "comments_url": f"{url}/comments",
            "author": self.user(commit.author),
            "committer": self.user(commit.author),
            "parents": [{"sha": parent, "url": url, "html_url": page} for parent in commit.parents],
        }

    def release(self, repository: Repository, release: Release) -> Json:
        url = f"{self.repository_url(repository)}/releases/{release.id}"
        return {
            "url": url,
            "assets_url": f"{url}/assets",
            "upload_url": f"{url}/assets{{?name,label}}",
            "html_url": f"{HTML}/{repository.full_name}/releases/tag/{release.tag}",
            "id": release.id,
            "author": self.user(release.author),
            "node_id": f"RE_{release.id}",
            "tag_name": release.tag,
            "target_commitish": repository.default_branch,
            "name": release.name,
            "draft": False,
            "prerelease": False,
            "created_at": stamp(release.at),
            "published_at": stamp(release.at),
            "assets": [],
            "tarball_url": f"{self.repository_url(repository)}/tarball/{release.tag}",
            "zipball_url": f"{self.repository_url(repository)}/zipball/{release.tag}",
            "body": release.body,
        }

    def check(self, repository: Repository, check: Check) -> Json:
        url = f"{self.repository_url(repository)}/check-runs/{check.id}"
        output = {"title": check.title, "summary": check.summary, "text": None, "annotations_count": 0}
        return {
            "id": check.id,
            "head_sha": check.head_sha,
            "node_id": f"CR_{check.id}",
            "external_id": "",
            "url": url,
            "html_url": f"{HTML}/{repository.full_name}/runs/{check.id}",
            "details_url": f"{HTML}/{repository.full_name}/actions/runs/{check.id}/job/{check.id}",
            "status": check.status,
            "conclusion": check.conclusion,
            "started_at": stamp(0),
            "completed_at": stamp(60),
            "output": {**output, "annotations_url": f"{url}/annotations"},
            "name": check.name,
            "check_suite": {"id": 5},
            "app": None,
            "pull_requests": [],
        }

    def status(self, repository: Repository, status: Check) -> Json:
        """A commit status, the older kind of check; its state is what a check calls its conclusion."""
        return {
            "url": f"{self.repository_url(repository)}/statuses/{status.head_sha}",
            "avatar_url": None,
            "id": status.id,
            "node_id": f"SC_{status.id}",
            "state": status.conclusion,
            "description": status.summary,
            "target_url": None,
            "context": status.name,
            "created_at": stamp(0),
            "updated_at": stamp(60),
        }

    def job(self, repository: Repository, check: Check) -> Json:
        run = f"{self.repository_url(repository)}/actions/runs/{check.id}"
        nothing = ("runner_id", "runner_name", "runner_group_id", "runner_group_name")
        step = {"name": "Run tests", "status": "completed", "conclusion": check.conclusion, "number": 1}
        return {
            "id": check.id,
            "run_id": check.id,
            "workflow_name": "CI",
            "head_branch": repository.default_branch,
            "run_url": run,
            "node_id": f"J_{check.id}",
            "head_sha": check.head_sha,
            "url": f"{self.repository_url(repository)}/actions/jobs/{check.id}",
            "html_url": f"{HTML}/{repository.full_name}/actions/runs/{check.id}/job/{check.id}",
            "status": check.status,
            "conclusion": check.conclusion,
            **dict.fromkeys(("created_at", "started_at", "completed_at"), stamp(60)),
            "name": check.name,
            "steps": [step],
            "check_run_url": f"{self.repository_url(repository)}/check-runs/{check.id}",
            "labels": ["ubuntu-latest"],
            **dict.fromkeys(nothing),
        }
