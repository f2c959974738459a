"""Validation of a workflow's inputs against its file, before a run is started."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from mcp_chassis.failures import Failure, InvalidInput
from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.records.actions import WorkflowRecord

TRIGGER = "workflow_dispatch"
MAX_NAMED = 20
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


async def check_inputs(
    github: GitHubClient, owner: str, repo: str, workflow: WorkflowRecord, ref: str, given: Mapping[str, str]
) -> None:
    """Check inputs against the workflow's file on a branch or tag; warn if the file cannot be read.

    Raises:
        InvalidInput: if an input is missing, unknown or of the wrong type; its message names each of them.
    """
    try:
        content = await github.contents.raw(owner, repo, workflow.path, ref)
        triggers = _triggers(content.decode())
    except (Failure, ValueError):
        if given:
            warn(f"The inputs were not checked: {workflow.path or 'the workflow file'} could not be read.")
        return
    if TRIGGER not in triggers:
        raise InvalidInput(
            f"{workflow.path} on {ref} has no {TRIGGER}, so it cannot be started.",
            remedy="Nothing was sent. Choose another workflow, or a ref whose file has this trigger.",
        )
    declared = _mapping(_mapping(triggers[TRIGGER]).get("inputs"))
    if faults := list(_faults(declared, given)):
        raise InvalidInput(f"{workflow.file} does not accept these inputs: {'; '.join(faults)}. Nothing was sent.")


def _triggers(text: str) -> dict[str, Any]:
    """The triggers of a workflow file with their settings; `on` may be a text, a list or a mapping.

    Raises:
        ValueError: if the file is not a workflow.
    """
    from ruamel.yaml import YAML, YAMLError

    try:
        # Scalars are kept as text: the option 1.10 must not become the number 1.1.
        file: Any = YAML(typ="base", pure=True).load(text)  # pyright: ignore[reportUnknownMemberType]
    except (YAMLError, RecursionError) as exc:
        raise ValueError("not YAML") from exc
    on = cast("dict[Any, Any]", file).get("on") if isinstance(file, dict) else None
    if isinstance(on, str):
        return {on: None}
    if isinstance(on, list):
        return {str(each): None for each in cast("list[Any]", on)}
    if isinstance(on, dict):
        return _mapping(on)
    raise ValueError("no triggers")


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): each for key, each in cast("dict[Any, Any]", value).items()} if isinstance(value, dict) else {}


def _faults(declared: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    for name in given.keys() - declared.keys():
        there = ", ".join(list(declared)[:MAX_NAMED]) or "none"
        yield f"{name!r} is not declared (declared inputs: {there})"
    for name, value in declared.items():
        facts = _mapping(value)
        if name not in given:
            if str(facts.get("required")).lower() == "true" and "default" not in facts:
                yield f"{name!r} is required"
        elif fault := _fault(facts, given[name]):
            yield f"{name!r} {fault}"


def _fault(facts: Mapping[str, Any], value: str) -> str:
    """The rule of an input that a value breaks; empty if it breaks none."""
    kind, options = facts.get("type"), facts.get("options")
    if kind == "boolean" and value not in ("true", "false"):
        return "must be true or false"
    if kind == "number" and not _NUMBER.fullmatch(value):
        return "must be a number"
    if kind == "choice" and isinstance(options, list) and value not in cast("list[Any]", options):
        return f"must be one of {', '.join(map(str, cast('list[Any]', options)))}"
    return ""
