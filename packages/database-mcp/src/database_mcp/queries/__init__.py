"""Runs and explains a query: parameters, wrapper, pages, plans, suggestions."""
