"""Tools of the Slack server, one module per subject."""
