"""Text of PDF and office documents, read in a process of its own with bounds on memory and time."""
