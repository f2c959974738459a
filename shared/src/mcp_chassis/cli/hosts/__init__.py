"""Configuration of the hosts that start these servers or connect to them: entries, their forms and the hosts' files."""
