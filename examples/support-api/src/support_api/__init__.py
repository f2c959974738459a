"""A small support desk: users, tickets, and everything an API does that makes a client's life hard."""
