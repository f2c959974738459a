"""Guard that refuses statements before they run: tokens, statement, names, rules."""
