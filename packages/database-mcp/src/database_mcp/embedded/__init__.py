"""A PostgreSQL of this server's own, with a sample shop: for a start without any database at hand.

It is made on first use in the user's data folder, kept between runs, shared by every server that runs at once, and
reached as the least-privilege role that is shipped, never as its superuser.
"""
