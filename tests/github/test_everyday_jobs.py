"""Twelve everyday jobs, two for each profile, and their tokens beside those of the official server."""

import everyday_jobs
import pytest
import services
from github_jobs import JOBS
from github_mcp.server import SERVER


def test_each_profile_has_two_jobs_that_use_its_tools_alone() -> None:
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
async def test_every_job_is_done_within_half_of_the_official_servers_list_alone() -> None:
    """Its answers come on top there, so this is less than half of what it needs."""
    services.require("npm packages")
    rows = await everyday_jobs.measured()
    most = everyday_jobs.OFFICIAL_LIST_TOKENS // 2
    assert [(row.job.title, row.total) for row in rows if row.total > most] == []
    assert everyday_jobs.filled(rows) == everyday_jobs.DOCUMENT.read_text(encoding="utf-8")
