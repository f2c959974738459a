"""Decides before a statement runs whether it only reads: tokens, names, rules."""
