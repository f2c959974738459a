"""PostgreSQL that a model can read freely and cannot hurt."""
