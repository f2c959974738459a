"""Client of GitHub's REST and GraphQL APIs, with one module for each kind of object and all endpoint paths."""

from typing import TypeVar

from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.output.warnings import warn
from mcp_chassis.results import Result

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.client.accounts import Accounts
from github_mcp.client.actions import Actions
from github_mcp.client.alerts import Alerts
from github_mcp.client.apps import Apps
from github_mcp.client.comments import Comments
from github_mcp.client.commits import Commits
from github_mcp.client.contents import Contents
from github_mcp.client.discussions import Discussions
from github_mcp.client.graphql import GraphQL
from github_mcp.client.history import History
from github_mcp.client.issue_batch import IssueBatch
from github_mcp.client.issues import Issues
from github_mcp.client.merge_queues import MergeQueues
from github_mcp.client.milestones import Milestones
from github_mcp.client.notifications import Notifications
from github_mcp.client.projects import Projects
from github_mcp.client.pull_request_changes import PullRequestChanges
from github_mcp.client.pull_requests import PullRequests
from github_mcp.client.releases import Releases
from github_mcp.client.repositories import Repositories
from github_mcp.client.repository_batch import RepositoryBatch
from github_mcp.client.reviews import Reviews
from github_mcp.client.searches import Searches
from github_mcp.client.session import Session
from github_mcp.client.sub_issues import SubIssues
from github_mcp.client.workflows import Workflows
from github_mcp.lockdown import Lockdown
from github_mcp.rate_limit_notices import ANONYMOUS_NOTICE, RateLimitNotices
from github_mcp.token_scopes import TokenScopes

AnyResult = TypeVar("AnyResult", bound=Result)


class GitHubClient:
    """GitHub's APIs with one credential; each attribute groups the requests for one kind of object.

    Args:
        http, graphql_http: clients of the REST and the GraphQL API, whose addresses differ on an Enterprise Server.
        page_chars: number of characters of text that fit into one result.
        apps: requests of the GitHub App that the server acts as; None for a token.
        enterprise: whether GitHub is an Enterprise Server, whose API lacks the newest parameters.
        token_scopes: scopes of the token, recorded from response headers.
        batch, issue_batch: read several repositories or issues with one request.
        lockdown: whether to withhold texts of authors without push access in public repositories.
    """

    def __init__(
        self,
        http: JsonApi,
        graphql_http: JsonApi,
        allowed: AllowedRepositories,
        notices: RateLimitNotices,
        *,
        page_chars: int,
        token_scopes: TokenScopes,
        batch: RepositoryBatch,
        issue_batch: IssueBatch,
        apps: Apps | None = None,
        enterprise: bool = False,
        lockdown: bool = False,
    ) -> None:
        session, graphql = Session(http, allowed, notices), GraphQL(graphql_http, notices)
        self.allowed, self.batch, self.issue_batch = allowed, batch, issue_batch
        self.page_chars, self.token_scopes, self.apps = page_chars, token_scopes, apps
        self.accounts = Accounts(session, apps)
        self.actions = Actions(session)
        self.alerts = Alerts(session)
        self.comments = Comments(session)
        self.commits = Commits(session)
        self.contents = Contents(session)
        self.discussions, self.merge_queues = Discussions(session, graphql), MergeQueues(session, graphql)
        self.history = History(session)
        self.issues = Issues(session)
        self.milestones = Milestones(session)
        self.notifications = Notifications(session)
        self.pull_request_changes = PullRequestChanges(session, graphql)
        self.pull_requests = PullRequests(session)
        self.releases = Releases(session)
        self.repositories = Repositories(session)
        self.projects, self.reviews = Projects(graphql, allowed), Reviews(session, graphql)
        self.searches = Searches(session)
        self.sub_issues = SubIssues(session, enterprise=enterprise)
        self.workflows = Workflows(session, enterprise=enterprise)
        self.lockdown = Lockdown(self.repositories, on=lockdown)
        self._notices = notices

    @property
    def anonymous(self) -> bool:
        """Whether requests are sent without a token."""
        return self._notices.anonymous

    def with_notices(self, result: AnyResult) -> AnyResult:
        """Add warnings to a result: that no token is set, and which rate limits are nearly used up."""
        # Rate limits change within minutes: as warnings of the call they prevent that the result is cached.
        for notice in self._notices.current():
            warn(notice)
        if not self.anonymous:
            return result
        known: list[str] = getattr(result, "warnings", None) or []
        return result.model_copy(update={"warnings": [*known, ANONYMOUS_NOTICE]})
