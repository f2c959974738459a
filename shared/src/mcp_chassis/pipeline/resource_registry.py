"""Registry of a server's resources: the function and the arguments for a URI."""

from collections.abc import Sequence
from typing import Any

from mcp.server.mcpserver.resources import DEFAULT_RESOURCE_SECURITY
from mcp.shared.uri_template import UriTemplate
from mcp_types import Resource as WireResource
from mcp_types import ResourceTemplate as WireTemplate

from mcp_chassis.failures import NotFound
from mcp_chassis.pipeline.bound_function import BoundFunction, Function, InvalidDefinition
from mcp_chassis.tools import ResourceDefinition

MAX_URI_CHARS = 4096


class ResourceRegistry:
    """Resources by URI and templates by pattern, in the order they were declared."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self._fixed: dict[str, BoundFunction[ResourceDefinition]] = {}
        self._templates: dict[str, tuple[UriTemplate, BoundFunction[ResourceDefinition]]] = {}
        for function in functions:
            self._add(BoundFunction(function, ResourceDefinition))

    def _add(self, resource: BoundFunction[ResourceDefinition]) -> None:
        uri = resource.definition.uri
        template = UriTemplate.parse(uri)
        if uri in self._fixed or uri in self._templates:
            raise InvalidDefinition(f"two resources are called {uri}")
        if set(template.variable_names) != set(resource.parameters):
            raise InvalidDefinition(f"{resource.name}: its parameters must be the variables of {uri}")
        if template.variable_names:
            self._templates[uri] = (template, resource)
        else:
            self._fixed[uri] = resource

    def find(self, uri: str) -> tuple[BoundFunction[ResourceDefinition], dict[str, Any]]:
        """The resource for `uri`, and the values of the variables in it.

        Raises:
            NotFound: when there is none, or a variable contains a path traversal.
        """
        if len(uri) <= MAX_URI_CHARS:
            if fixed := self._fixed.get(uri):
                return fixed, {}
            for template, resource in self._templates.values():
                variables = template.match(uri)
                if variables is not None and DEFAULT_RESOURCE_SECURITY.validate(variables) is None:
                    return resource, dict(variables)
        raise NotFound("No resource has this URI.", remedy="Choose one of resources/list or resources/templates/list.")

    def template(self, uri: str) -> BoundFunction[ResourceDefinition]:
        """The template of exactly this pattern, for completion.

        Raises:
            NotFound: when there is none.
        """
        if uri not in self._templates:
            raise NotFound("No resource template has this URI.", remedy="Choose one of resources/templates/list.")
        return self._templates[uri][1]

    def listed_templates(self) -> list[BoundFunction[ResourceDefinition]]:
        """The templates that list their own entries."""
        return [resource for _, resource in self._templates.values() if resource.definition.entries is not None]

    @property
    def lists_entries_first(self) -> bool:
        """Whether the first page of the list of resources has entries of a template, which may change at any time."""
        listings = [resource.definition.entries for resource in self.listed_templates()[:1]]
        return any(listing is not None and not listing.asks_upstream for listing in listings)

    def wire_resources(self) -> list[WireResource]:
        listed = [(uri, resource) for _, resource in self._templates.values() for uri in resource.definition.listed]
        return [
            WireResource(
                uri=uri,
                name=resource.name,
                title=resource.definition.title,
                description=resource.description,
                mime_type=resource.definition.mime_type,
            )
            for uri, resource in [*self._fixed.items(), *listed]
        ]

    def wire_templates(self) -> list[WireTemplate]:
        return [
            WireTemplate(
                uri_template=uri,
                name=resource.name,
                title=resource.definition.title,
                description=resource.description,
                mime_type=resource.definition.mime_type,
            )
            for uri, (_, resource) in self._templates.items()
        ]
