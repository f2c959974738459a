"""Servers over streamable HTTP. Nothing here is imported on stdio."""
