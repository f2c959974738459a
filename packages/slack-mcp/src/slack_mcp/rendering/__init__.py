"""Slack's messages as people read them: pure functions from what the API gives to text."""
