"""Slack's Web API: every method that is used, by what it is about; answers are typed records."""

from slack_mcp.client.slack_api import SlackApi

__all__ = ["SlackApi"]
