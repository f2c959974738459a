"""Client of Slack's Web API: one class per subject, one function per method, responses as typed records."""

from slack_mcp.client.slack_api import SlackApi

__all__ = ["SlackApi"]
