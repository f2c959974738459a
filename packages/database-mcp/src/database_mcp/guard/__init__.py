"""Guard that checks statements before they run: tokens, names, functions, rules."""
