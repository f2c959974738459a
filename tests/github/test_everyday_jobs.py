"""Token counts of everyday jobs, two for each profile, compared with those of GitHub's official server."""

import everyday_jobs
import pytest
import services
from github_jobs import JOBS
from github_mcp.server import SERVER


def test_each_profile_has_two_jobs_that_use_only_its_tools() -> None:
    profiles = [job.profile for job in JOBS]
    assert {name: profiles.count(name) for name in SERVER.profiles} == dict.fromkeys(SERVER.profiles, 2)
    strange = [
        (job.title, tool)
        for job in JOBS
        for tool, _ in job.steps
        if tool not in {each.__name__ for each in SERVER.profiles[job.profile]}
    ]
    assert strange == []


@pytest.mark.slow
async def test_every_job_takes_at_most_half_the_tokens_of_the_official_servers_tool_list() -> None:
    """The official server also needs tokens for results, so this is less than half of its total."""
    services.require("npm packages")
    rows = await everyday_jobs.measured()
    most = everyday_jobs.OFFICIAL_LIST_TOKENS // 2
    assert [(row.job.title, row.total) for row in rows if row.total > most] == []
    assert everyday_jobs.filled(rows) == everyday_jobs.DOCUMENT.read_text(encoding="utf-8")
