"""Changes of rows: preview, confirmation, commit."""
