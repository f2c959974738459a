"""Markdown into what Slack shows, and the rules of what may be posted: pure functions."""
