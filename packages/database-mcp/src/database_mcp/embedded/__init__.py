"""Embedded PostgreSQL with a sample shop, for trying the server without a database.

It is created on first use in the user's data folder, persists between runs, is shared by all running servers, and is
used with the shipped least-privilege role, never as superuser.
"""
