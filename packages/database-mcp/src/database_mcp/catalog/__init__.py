"""Queries of PostgreSQL's system catalogue: tables, columns, keys, joins, profiles, single rows."""
