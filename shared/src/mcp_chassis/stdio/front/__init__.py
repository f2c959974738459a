"""The front of a stdio server: responds to the handshake and lists from a record, before the SDK is imported.

Its modules import only the standard library, and little of it, because imports are most of the cost of a start
(docs/adr/0073-handshake-from-a-record.md).
"""
