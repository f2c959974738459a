"""Sign-in of a person on this machine: the commands `login`, `logout` and `accounts`."""
