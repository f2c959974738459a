"""Answers of Slack's Web API as typed records, by what they are about."""
