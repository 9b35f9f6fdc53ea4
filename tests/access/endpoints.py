"""Every address of the desk, from the URLconf itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from supportdesk.lib.access import Policy, policy_of


@dataclass(frozen=True)
class Endpoint:
    name: str
    route: str
    view: Callable[..., Any]
    parameters: tuple[str, ...]

    @property
    def policy(self) -> Policy | None:
        return policy_of(self.view, self.name.rpartition(":")[2])


def endpoints(
    resolver: URLResolver | None = None, namespaces: tuple[str, ...] = (), prefix: str = ""
) -> Iterator[Endpoint]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from endpoints(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            name = ":".join((*namespaces, pattern.name or route))
            yield Endpoint(name, route, pattern.callback, _parameters(pattern))


def _parameters(pattern: URLPattern) -> tuple[str, ...]:
    if isinstance(pattern.pattern, RoutePattern):
        return tuple(pattern.pattern.converters)
    return tuple(pattern.pattern.regex.groupindex)
