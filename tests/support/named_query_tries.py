"""Forty tries of one caller to read the rows of another through named queries, and through every other tool."""

from typing import Any

SECRET = "the-note-of-alice"
_INJECTIONS = (
    "0 OR true", "0; SELECT * FROM notes", "0) OR owner = 'key:alice' --", "0/**/OR/**/1=1", "'||owner||'", "0\x00",
    "1e1", "-1", "100", "NaN", "null", "$1", "0 UNION SELECT id, text FROM notes",
)  # fmt: skip
TRIES: list[tuple[str, dict[str, Any]]] = [
    *(("run_named_query", {"name": "my_notes", "arguments": {"since": text}}) for text in _INJECTIONS),
    ("run_named_query", {"name": "my_notes", "arguments": {"caller": "key:alice"}}),
    ("run_named_query", {"name": "my_notes", "arguments": {"$1": "key:alice"}}),
    ("run_named_query", {"name": "my_notes", "arguments": {"1": "key:alice", "since": 0}}),
    ("run_named_query", {"name": "my_notes", "arguments": {"principal": "key:alice"}}),
    ("run_named_query", {"name": "my_notes", "arguments": {"CALLER": "key:alice"}}),
    ("run_named_query", {"name": "my_notes", "arguments": {"since": {"caller": "key:alice"}}}),
    ("run_named_query", {"name": "my_notes", "arguments": {"since": ["key:alice"]}}),
    ("run_named_query", {"name": "my_notes", "caller": "key:alice"}),
    ("run_named_query", {"name": "my_notes", "params": ["key:alice", 0]}),
    ("run_named_query", {"name": "my_notes", "cursor": "of another page"}),
    ("run_named_query", {"name": "my_notes; SELECT * FROM notes"}),
    ("run_named_query", {"name": "count_by_kind", "arguments": {"kinds": ["work') OR true --"]}}),
    ("run_named_query", {"name": "count_by_kind", "arguments": {"kinds": ["work"], "before": "2027-01-01' --"}}),
    ("run_named_query", {"name": "broken"}),
    ("run_named_query", {"name": "acting"}),
    ("execute_query", {"query": "SELECT * FROM notes"}),
    ("execute_query", {"query": "SELECT 1", "more_queries": ["TABLE notes"]}),
    ("query_database", {"query": "SELECT * FROM notes"}),
    ("execute_write", {"statement": "UPDATE notes SET id = id RETURNING text", "database": "default"}),
    ("profile_table", {"table": "notes"}),
    ("profile_table", {"table": "notes", "sample_rows": 20}),
    ("describe_table", {"table": "notes"}),
    ("search_schema", {"text": "alice"}),
    ("list_tables", {"detail": "columns"}),
    ("top_queries", {}),
    ("check_health", {}),
    ("list_named_queries", {}),
]
