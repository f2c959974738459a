"""Typed records of GitHub's answers: only the fields that are used, tolerant of absent and null ones."""
