"""Near misses of settings: of safety they stop the start, others are named, and what CI exports is left alone."""

import logging

import pytest
from github_mcp.settings import GitHubSettings
from mcp_chassis.settings import BadSettings
from slack_mcp.settings import SlackSettings

# What GitHub Actions exports, as its documentation lists it, and further names of runners and forges that copy it.
CI_VARIABLES = """
GITHUB_ACTION GITHUB_ACTION_PATH GITHUB_ACTION_REF GITHUB_ACTION_REPOSITORY GITHUB_ACTION_STATUS GITHUB_ACTIONS
GITHUB_ACTOR GITHUB_ACTOR_ID GITHUB_API_URL GITHUB_BASE_REF GITHUB_ENV GITHUB_EVENT_NAME GITHUB_EVENT_PATH
GITHUB_GRAPHQL_URL GITHUB_HEAD_REF GITHUB_JOB GITHUB_OUTPUT GITHUB_PATH GITHUB_REF GITHUB_REF_NAME GITHUB_REF_PROTECTED
GITHUB_REF_TYPE GITHUB_REPOSITORY GITHUB_REPOSITORY_ID GITHUB_REPOSITORY_OWNER GITHUB_REPOSITORY_OWNER_ID
GITHUB_RETENTION_DAYS GITHUB_RUN_ATTEMPT GITHUB_RUN_ID GITHUB_RUN_NUMBER GITHUB_SERVER_URL GITHUB_SHA GITHUB_STATE
GITHUB_STEP_SUMMARY GITHUB_TRIGGERING_ACTOR GITHUB_WORKFLOW GITHUB_WORKFLOW_REF GITHUB_WORKFLOW_SHA GITHUB_WORKSPACE
GITHUB_TOKEN GITHUB_USER GITHUB_USERNAME GITHUB_EMAIL GITHUB_CODESPACE_TOKEN GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN
GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET GITHUB_ORG GITHUB_ORGANIZATION GITHUB_HOST
GITHUB_ENTERPRISE_URL GITHUB_WEBHOOK_SECRET GITHUB_PAGES GITHUB_COPILOT_TOKEN GITHUB_OAUTH_TOKEN GITHUB_ACCESS_TOKEN
"""


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GITHUB_READONLY", "GITHUB_READ_ONLY"),
        ("GITHUB_READ_ONLYY", "GITHUB_READ_ONLY"),
        ("GITHUB_REDA_ONLY", "GITHUB_READ_ONLY"),
        ("GITHUB_ALOWED_REPOS", "GITHUB_ALLOWED_REPOS"),
        ("GITHUB_ALLOWED_REPOSITORIES", "GITHUB_ALLOWED_REPOS"),
        ("GITHUB_ALLOWED_REPO", "GITHUB_ALLOWED_REPOS"),
        ("MCP_POLICYFILE", "MCP_POLICY_FILE"),
        ("MCP_POLICY", "MCP_POLICY_FILE"),
        ("MCP_FLOWS", "MCP_FLOW"),
    ],
)
def test_a_misspelt_restricting_setting_stops_the_start(name: str, meant: str) -> None:
    with pytest.raises(BadSettings) as stopped:
        GitHubSettings.load({name: "secret-value"})
    assert f"{name}: there is no such setting; did you mean {meant}?" in str(stopped.value)
    assert "secret-value" not in str(stopped.value)


def test_another_misspelt_setting_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    GitHubSettings.load({"GITHUB_WRITES_PER_SECONDS": "1"})
    assert "did you mean GITHUB_WRITES_PER_SECOND?" in caplog.text


def test_slacks_lists_of_channels_are_restricting_settings_too() -> None:
    for name in ("SLACK_ALLOWED_CHANELS", "SLACK_WRITE_CHANNEL", "SLACK_ALLOW_DM", "SLACK_READONLY"):
        with pytest.raises(BadSettings):
            SlackSettings.load({name: "x"})


def test_what_ci_systems_export_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    values = {name: "https://api.github.com" if name.endswith("_URL") else "x" for name in CI_VARIABLES.split()}
    GitHubSettings.load(values)
    assert caplog.text == ""


def test_an_empty_variable_and_the_forms_of_secrets_are_no_misspellings(
    caplog: pytest.LogCaptureFixture, tmp_path
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "token").write_text("x" * 20)
    GitHubSettings.load({"GITHUB_READONLY": "", "GITHUB_TOKEN_FILE": str(tmp_path / "token")})
    assert caplog.text == ""
