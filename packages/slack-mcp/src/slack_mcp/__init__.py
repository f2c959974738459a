"""Slack with names in and names out."""
