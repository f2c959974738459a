"""Which few of a document's many operations are worth a tool: what is asked of its main nouns."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.entries import CANNOT, parameters
from rest_mcp.openapi.schemas import snake

MAX_EXAMINED_OPERATIONS = 60
VERSION = re.compile(r"(api|rest|v[0-9][a-z0-9.]*)")
OF_ONE_NOUN = 4
RARELY_WANTED = ("admin", "audit", "billing", "enterprise", "internal", "legacy", "meta", "oauth", "policy", "webhook")
WEIGHT_OF_METHOD = {"GET": 6.0, "POST": 4.0, "PATCH": 3.0, "PUT": 1.0, "DELETE": -4.0}


def ranked(document: Document, most: int) -> list[Operation]:
    """The operations to propose, best first; at most four of one noun, so that several nouns have their turn."""
    operations = [each for each in document.operations.values() if each.node.get("deprecated") is not True]
    sizes = Counter(noun(each) for each in operations)
    by_score = sorted(operations, key=lambda each: (-score(each, sizes), each.path, each.method))
    return list(_varied(_expressible(document, by_score[:MAX_EXAMINED_OPERATIONS]), most))


def noun(operation: Operation) -> str:
    """What an operation is about: the last fixed part of its path."""
    fixed = [part for part in operation.path.split("/") if part and "{" not in part]
    return snake(fixed[-1]).rstrip("s") if fixed else ""


def score(operation: Operation, sizes: Counter[str]) -> float:
    """Higher is better: a described, shallow, simple request to a noun that the API has much to say about."""
    fixed = [part for part in operation.path.split("/") if part and "{" not in part and not VERSION.fullmatch(part)]
    required = [each for each in operation.parameters if each.get("required") is True]
    text = f"{operation.path} {operation.identifier}".lower()
    return (
        WEIGHT_OF_METHOD[operation.method]
        + min(sizes[noun(operation)], 6) * 0.7
        + (3.0 if operation.words else -3.0)
        + (1.5 if operation.answer is not None else 0.0)
        - 1.2 * max(0, len(fixed) - 2)
        - 0.4 * len(required)
        - 3.0 * sum(word in text for word in RARELY_WANTED)
    )


def _expressible(document: Document, operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        found = parameters(document, operation, {})
        if not any(CANNOT in said and said.get("required") is not False for said in found.values()):
            yield operation


def _varied(operations: Iterator[Operation], most: int) -> Iterator[Operation]:
    taken = Counter[str]()
    chosen = 0
    for operation in operations:
        if taken[noun(operation)] < OF_ONE_NOUN and chosen < most:
            taken[noun(operation)] += 1
            chosen += 1
            yield operation
