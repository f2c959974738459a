"""Configuration files in JSON with comments, TOML or YAML: one member is changed, everything else stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_chassis.cli.hosts import jsonc, toml_file, yaml_file


@dataclass(frozen=True)
class Format:
    """One format: functions over the text of a document. Each raises ValueError where the text is not of the format.

    Args:
        empty: the text of an empty document.
        parse: the members of a text as plain values.
        with_member: the text with the member at a path set to a value; objects on the way are made.
        without_member: the text without the member at a path, which is there.
    """

    empty: str
    parse: Callable[[str], dict[str, Any]]
    with_member: Callable[[str, Sequence[str], Any], str]
    without_member: Callable[[str, Sequence[str]], str]


FORMATS: Mapping[str, Format] = {
    "jsonc": Format("{}\n", jsonc.parse, jsonc.with_member, jsonc.without_member),
    "toml": Format("", toml_file.parse, toml_file.with_member, toml_file.without_member),
    "yaml": Format("", yaml_file.parse, yaml_file.with_member, yaml_file.without_member),
}
