"""Builder of the documentation site: `make site`."""
