"""Conversion of Markdown to Slack's blocks, and rules about posts; functions without I/O."""
