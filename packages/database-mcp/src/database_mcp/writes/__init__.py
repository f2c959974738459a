"""Changes rows: preview, confirmation, commit."""
