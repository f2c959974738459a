"""pytest plugin of recordings and trials: property tests try fewer examples, the same at each run."""

from typing import Any

import pytest
from hypothesis import settings

MAX_EXAMPLES = 25
SETTINGS = "_hypothesis_internal_use_settings"  # where `@settings` leaves what a test's own run reads


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        test: Any = getattr(item, "obj", None)
        if hasattr(test, "hypothesis"):
            own: settings = getattr(test, SETTINGS, settings())
            count = min(own.max_examples, MAX_EXAMPLES)
            setattr(test, SETTINGS, settings(own, max_examples=count, derandomize=True, database=None, deadline=None))
