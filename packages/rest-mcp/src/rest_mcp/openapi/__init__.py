"""OpenAPI documents, 3.0 and 3.1: what a bridge takes from them, and what they propose."""
