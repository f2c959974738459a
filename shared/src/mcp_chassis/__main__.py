"""`python -m mcp_chassis` is `toolroll`."""

from mcp_chassis.cli import main

raise SystemExit(main())
