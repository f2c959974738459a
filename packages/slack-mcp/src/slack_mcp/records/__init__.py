"""Typed records of the responses of Slack's Web API, one module per subject."""
