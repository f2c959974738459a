"""Text extraction from PDF and office documents in a child process with memory and time limits."""
