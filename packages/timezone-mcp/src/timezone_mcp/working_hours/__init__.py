"""Working hours, days off, and the times at which several people can meet."""
