"""Working hours, days off, and meeting times of several people."""
