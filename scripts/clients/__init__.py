"""Trials of hosts, client libraries and agent frameworks with the servers; they write docs/clients.md."""
