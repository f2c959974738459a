"""Ranking of a document's operations for a proposal: operations on its main nouns first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.purposes import Purpose, noun, purpose, segments, singular, words

MAX_EXAMINED_OPERATIONS = 200
SLOTS = (
    (Purpose.SEARCH, Purpose.LIST),
    (Purpose.GET,),
    (Purpose.CREATE, Purpose.UPDATE),
    (Purpose.UPDATE, Purpose.CREATE),
    (Purpose.LIST, Purpose.SEARCH),
)
"""Slots of one noun, in order: each takes one unused operation, of its first purpose if there is one."""
SLOTS_OF_LATER_NOUNS = 4
RARELY_WANTED = ("admin", "audit", "billing", "enterprise", "internal", "legacy", "meta", "oauth", "policy", "webhook")
WEIGHT_OF_METHOD = {"GET": 6.0, "POST": 4.0, "PATCH": 3.0, "PUT": 1.0, "DELETE": -4.0}
WEIGHT_OF_PURPOSE = {
    Purpose.SEARCH: 1.0,
    Purpose.LIST: 3.0,
    Purpose.GET: 3.0,
    Purpose.CREATE: 2.5,
    Purpose.UPDATE: 1.5,
    Purpose.DELETE: 0.5,
    Purpose.OTHER: 0.0,
}


@dataclass(frozen=True)
class Subject:
    """A noun of an API with its operations by purpose, those with the highest score first."""

    name: str
    operations: dict[Purpose, list[Operation]]
    weight: float


def ranked(document: Document, most: int, can_offer: Callable[[Operation], bool]) -> Iterator[Operation]:
    """Yield the operations to propose, best first, without duplicates.

    Args:
        can_offer: whether an operation can be a tool; called only for operations that are considered.
    """
    subjects = sorted(_subjects(document), key=lambda each: (-each.weight, each.name))
    taken: set[str] = set()
    for number, subject in enumerate(subjects):
        slots = SLOTS if number == 0 else SLOTS[:SLOTS_OF_LATER_NOUNS]
        for operation in _chosen(subject, slots, can_offer):
            taken.add(operation.identifier)
            yield operation
        if len(taken) >= most:
            break
    rest = [each for subject in subjects for found in subject.operations.values() for each in found]
    rest.sort(key=lambda each: (-score(each), each.path, each.method))
    for operation in rest[:MAX_EXAMINED_OPERATIONS]:
        if operation.identifier not in taken and can_offer(operation):
            yield operation


def score(operation: Operation) -> float:
    """Score an operation: higher for one that is described, near the root and has few required parameters."""
    required = [each for each in operation.parameters if each.get("required") is True]
    text = f"{operation.path} {operation.identifier}".lower()
    return (
        WEIGHT_OF_METHOD[operation.method]
        + (3.0 if operation.words else -3.0)
        + (1.5 if operation.answer is not None else 0.0)
        - 1.2 * max(0, _depth(operation) - 2)
        - 0.4 * len(required)
        - 3.0 * sum(word in text for word in RARELY_WANTED)
    )


def _subjects(document: Document) -> list[Subject]:
    found: dict[str, dict[Purpose, list[Operation]]] = {}
    every = list(document.operations.values())
    for operation in [each for each in every if each.node.get("deprecated") is not True] or every:
        by_purpose = found.setdefault(noun(operation), {})
        by_purpose.setdefault(purpose(document, operation), []).append(operation)
    for by_purpose in found.values():
        for operations in by_purpose.values():
            operations.sort(key=lambda each: (-score(each), len(each.path), each.path))
    title = {part for word in words(document.title) for part in (word, singular(word))}
    return [Subject(name, each, _weight(name, each, document, title)) for name, each in found.items()]


def _weight(name: str, found: dict[Purpose, list[Operation]], document: Document, title: set[str]) -> float:
    """The weight of a noun: from its purposes, its depth in the paths, and the number of paths below it."""
    every = [operation for operations in found.values() for operation in operations]
    shallow = min(_depth(operation) for operation in every)
    below = sum(f"/{part}/" in f"{path}/" for path in document.paths for part in {_collection(each) for each in every})
    return (
        sum(WEIGHT_OF_PURPOSE[each] for each in found)
        + min(below, 12) * 0.25
        - 1.5 * max(0, shallow - 1)
        + (2.0 if name.rsplit("_", maxsplit=1)[-1] in title else 0.0)
        - 4.0 * any(word in RARELY_WANTED for word in name.split("_"))
        + max(map(score, every)) * 0.2
    )


def _collection(operation: Operation) -> str:
    """The last segment of a path that is not a variable."""
    return next((part for part in reversed(segments(operation.path)) if "{" not in part), "")


def _chosen(
    subject: Subject, slots: Sequence[Sequence[Purpose]], can_offer: Callable[[Operation], bool]
) -> Iterator[Operation]:
    taken: set[str] = set()
    for purposes in slots:
        candidates = (each for wanted in purposes for each in subject.operations.get(wanted, [])[:5])
        best = next((each for each in candidates if each.identifier not in taken and can_offer(each)), None)
        if best is not None:
            taken.add(best.identifier)
            yield best


def _depth(operation: Operation) -> int:
    return len([part for part in segments(operation.path) if "{" not in part])
