"""The front of a stdio server: answers the handshake and lists from a record, before the SDK is imported.

Its modules import the standard library only, and little of it: their import is most of what a start costs
(docs/adr/0073-handshake-from-a-record.md).
"""
