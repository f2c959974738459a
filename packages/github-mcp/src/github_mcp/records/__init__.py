"""Typed records of GitHub's responses, with only the fields that are used; absent and null fields are allowed."""
