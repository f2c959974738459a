"""Execution of queries: parameters, wrapper query, pages, plans, suggestions for failed queries."""
