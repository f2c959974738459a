"""`python -m support_api`."""

from support_api.serving import main

main()
