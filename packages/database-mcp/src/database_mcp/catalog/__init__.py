"""Reads the system catalogue: tables, columns, keys, joins, profiles, single rows."""
