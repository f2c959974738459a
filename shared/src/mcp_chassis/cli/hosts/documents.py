"""Configuration files in JSON with comments, TOML or YAML: functions that change one member and keep the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_chassis.cli.hosts import jsonc, toml_file, yaml_file


@dataclass(frozen=True)
class Format:
    """Functions over the text of a document in one format. Each raises ValueError for text that is not in the format.

    Args:
        empty: the text of an empty document.
        parse: returns the members of a text as plain values.
        with_member: returns the text with the member at a path set; missing objects on the path are created.
        without_member: returns the text without the member at a path, which must exist.
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
