"""Probes of GitHub for `check` and the diagnostics: whether it responds and accepts the credential."""

from collections.abc import Sequence

from mcp_chassis.accounts.signed_in_secret import on_behalf_of
from mcp_chassis.failures import Failure, NotFound
from mcp_chassis.server import Probe

from github_mcp.client import GitHubClient
from github_mcp.client.apps import Apps
from github_mcp.records.apps import InstallationRecord

MAX_INSTALLATIONS = 5


async def probe(github: GitHubClient) -> Sequence[Probe]:
    """Check that GitHub responds and accepts the credential. The request used does not count against a rate limit."""
    if github.apps is not None:
        return await _probe_app(github, github.apps)
    return [await _probe_limits(github)]


async def _probe_limits(github: GitHubClient) -> Probe:
    try:
        core = (await github.accounts.rate_limits()).get("core")
    except NotFound:
        return await _probe_without_limits(github)
    except Failure as failure:
        return Probe("GitHub", "failed", failure.message)
    if core is None:
        return Probe("GitHub", "ok", "GitHub responds, but does not report its rate limits.")
    left = f"{core.remaining} of {core.limit} requests are left this hour."
    if github.anonymous:
        return Probe(
            "GitHub", "not configured", f"GitHub responds. Without GITHUB_TOKEN only public data is read; {left}"
        )
    return Probe("GitHub", "ok", left)


async def _probe_without_limits(github: GitHubClient) -> Probe:
    """Probe an Enterprise Server whose rate limits are switched off, by reading the signed-in account."""
    try:
        account = await github.accounts.signed_in()
    except NotFound:
        hint = "GITHUB_API_URL is not the address of the REST API: an Enterprise Server's ends in /api/v3."
        return Probe("GitHub", "failed", hint)
    except Failure as failure:
        return Probe("GitHub", "failed", failure.message)
    return Probe(
        "GitHub", "ok", f"GitHub accepts the token of {account.login}; rate limits are switched off on this server."
    )


async def _probe_app(github: GitHubClient, apps: Apps) -> Sequence[Probe]:
    """Probe the GitHub App: its name, the permissions of each installation, and a token of each."""
    try:
        app = await apps.app()
        installations = await _installations(apps)
    except NotFound:
        reason = "GITHUB_APP_INSTALLATION_ID names no installation of this app. Without it, check lists all there are."
        return [Probe("GitHub App", "failed", reason)]
    except Failure as failure:
        return [Probe("GitHub App", "failed", failure.message)]
    if not installations:
        reason = f"No account has installed {app.login}, or all installations are suspended. Install it at GitHub."
        return [Probe("GitHub App", "failed", reason)]
    names = ", ".join(each.owner for each in installations[:MAX_INSTALLATIONS])
    more = f" and {len(installations) - MAX_INSTALLATIONS} more" if len(installations) > MAX_INSTALLATIONS else ""
    found = [Probe("GitHub App", "ok", f"{app.login}, installed for {names}{more}.")]
    for each in installations[:MAX_INSTALLATIONS]:
        with on_behalf_of(each.owner):
            limits = await _probe_limits(github)
        found.append(Probe(f"GitHub for {each.owner}", limits.status, f"{limits.message} {_permissions(each)}"))
    return found


async def _installations(apps: Apps) -> Sequence[InstallationRecord]:
    """The installation of the settings, else all.

    Raises:
        NotFound: when the one of the settings does not exist.
    """
    chosen = apps.installation_id
    return await apps.installations() if chosen is None else [await apps.installation(chosen)]


def _permissions(installation: InstallationRecord) -> str:
    granted = ", ".join(f"{name}={level}" for name, level in sorted((installation.permissions or {}).items()))
    return f"Permissions: {granted or 'none reported'}."
