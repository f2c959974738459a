"""Questions to a person before a workflow run is cancelled, or run again if its commit was deployed."""

from mcp_chassis.failures import Failure

from github_mcp.tools.parameters import GitHub, Owner, Repo, RunId


async def cancel_question(github: GitHub, owner: Owner, repo: Repo, run_id: RunId) -> str:
    """The question to a person before a workflow run is cancelled."""
    run = await github.actions.run(owner, repo, run_id)
    state = run.status or "in an unknown state"
    return f"Cancel run {run_id} {run.display_title!r} of {run.name or 'a workflow'}, which is {state}?"


async def rerun_question(github: GitHub, owner: Owner, repo: Repo, run_id: RunId) -> str | None:
    """The question to a person before a workflow run is repeated; None if its commit was not deployed."""
    run = await github.actions.run(owner, repo, run_id)
    text = f"Run {run_id} {run.display_title!r} of {run.name or 'a workflow'} again?"
    if not run.head_sha:
        return f"{text} GitHub does not report its commit, so it is unknown whether it was deployed."
    try:
        environments = await github.workflows.environments_of(owner, repo, run.head_sha)
    except Failure as failure:
        return f"{text} The deployments of its commit could not be read: {failure.message}"
    return f"{text} Its commit was deployed to {', '.join(environments)}." if environments else None
