"""A small support desk API with users and tickets, and with typical difficulties for its clients."""
