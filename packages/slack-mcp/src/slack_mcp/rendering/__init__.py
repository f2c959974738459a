"""Rendering of Slack's messages as Markdown text; functions without I/O."""
