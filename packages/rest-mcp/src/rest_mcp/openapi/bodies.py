"""Parameter tables for the fields of a request body in a document, and the body's alternatives."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_mcp.names import RESERVED, path_of
from rest_mcp.openapi.alternatives import Alternative, alternatives, common_table
from rest_mcp.openapi.document import Document, Operation
from rest_mcp.openapi.schemas import Inexpressible, Table, described, merged, snake, table_of, without_default
from rest_mcp.openapi.styles import CANNOT, styled, without_null


def add_body(document: Document, operation: Operation, tables: dict[str, Table]) -> list[Table]:
    """Add the fields of a body to the parameters of an operation.

    Returns:
        The alternatives of the body as tables of `Shape`; empty if it has no alternatives.
    """
    schema = merged(document, operation.body)
    found = alternatives(document, schema)
    names = list(dict.fromkeys(name for each in found for name in each.properties))
    if not names and schema:
        tables["body"] = {CANNOT: "is a body that is not an object of named fields", "in": "body"}
    called: dict[str, str] = {}
    values: dict[str, list[Table]] = {}
    for name in names:
        having = [each.properties[name] for each in found if name in each.properties]
        values[name] = [_field(document, operation, name, prop) for prop in having]
        needed = all(name in each.required for each in found)
        path = name if operation.form else path_of(name)
        called[name] = add_parameter(tables, path, "body", needed, common_table(values[name]))
    return [_shape(document, operation, each, called) for each in found] if len(found) > 1 else []


def _field(document: Document, operation: Operation, name: str, prop: Any) -> Table:
    found = described_table(document, prop, prop)
    if not operation.form:
        return found
    if document.resolved(prop).get("format") == "binary":
        return {CANNOT: "is a file, which a form of fields cannot carry"}
    encoding = document.resolved(operation.encoding.get(name))
    return without_null(styled(found, {"style": "form", **encoding}, "form field"))


def _shape(document: Document, operation: Operation, each: Alternative, called: Mapping[str, str]) -> Table:
    tables = {called[name]: _field(document, operation, name, prop) for name, prop in each.properties.items()}
    required = [called[name] for name in each.properties if name in each.required]
    values = {name: table["enum"] for name, table in tables.items() if name in required and "enum" in table}
    optional = [name for name in tables if name not in required]
    optional += [name for field, name in called.items() if field in each.others]
    return {"required": required, "optional": optional, "values": values}


def shapes_of(shapes: Iterable[Table], parameters: Mapping[str, Table]) -> list[Table]:
    """The alternatives whose required parameters are all offered, with only the offered ones of the optional."""
    return [
        {
            "required": each["required"],
            "optional": [name for name in each["optional"] if name in parameters],
            "values": each["values"],
        }
        for each in shapes
        if parameters.keys() >= set(each["required"])
    ]


def described_table(document: Document, schema: Any, node: Any) -> Table:
    """The parameter table of a schema with its description, or a table with the reason why there is none."""
    try:
        return {**table_of(document, schema), **described(document, node)}
    except Inexpressible as exc:
        return {CANNOT: str(exc)}


def add_parameter(tables: dict[str, Table], name: str, place: str, needed: bool, found: Table) -> str:
    """Add one parameter under an unused name; return the name."""
    called = snake(name)
    number = 2
    while called in tables or called in RESERVED:
        called, number = f"{snake(name)}_{number}", number + 1
    field = {"field": name} if called != name else {}
    values = found.get("enum", ())
    if place != "body":
        found = without_null(found)
    known = {"fixed": values[0]} if needed and len(values) == 1 else {}
    tables[called] = {
        **without_default(found),
        "in": place,
        **field,
        **({} if needed else {"required": False}),
        **known,
    }
    return called
