"""The OpenAPI document, made from the types and resources with which the API works."""

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from webapp.api_answers import Resource
from webapp.api_documents import Name, Problem

REFERENCE = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"<(\w+)>")
# What can go wrong at any address, and what it means
PROBLEMS = {
    "401": "The token is missing, unknown or withdrawn.",
    "404": "There is no such thing, it has not been released, or there is nothing to compare.",
    "422": "A parameter is none that there is, or is malformed.",
    "429": "Too many requests; wait as many seconds as Retry-After says.",
    "503": "The database cannot be used right now.",
}


def document(resources: Sequence[Resource], server: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of some resources at a server."""
    adapters = [(resource.path, "serialization", resource.adapter) for resource in resources]
    problem = ("problem", "serialization", TypeAdapter(Problem))
    known, shared = TypeAdapter.json_schemas(
        [*adapters, problem],  # type: ignore[list-item]
        ref_template=REFERENCE,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "philos",
            "version": version("philos"),
            "description": (
                "Released results of a campaign, read-only. What could tell of single persons is "
                "hidden: null. Answers are voluntary and self-selected; they say nothing about "
                "all residents."
            ),
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": {
            _VARIABLE.sub(r"{\1}", each.path): {
                "get": _operation(
                    each,
                    known[each.path, "serialization"],
                    known["problem", "serialization"],
                )
            }
            for each in resources
        },
        "components": {
            "schemas": shared.get("$defs", {}),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token that you make on the page of your account.",
                }
            },
        },
    }


def _operation(
    resource: Resource, answer: dict[str, Any], problem: dict[str, Any]
) -> dict[str, Any]:
    return {
        "operationId": resource.make.__name__,
        "summary": resource.summary,
        "description": (resource.query.__doc__ or "").strip(),
        "parameters": [*_in_path(resource), *_in_query(resource)],
        "responses": {
            "200": {
                "description": resource.summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": answer}},
            },
            "304": {"description": "The answer is the one whose ETag If-None-Match names."},
            **{
                status: {
                    "description": told,
                    "content": {"application/problem+json": {"schema": problem}},
                }
                for status, told in PROBLEMS.items()
            },
        },
    }


def _in_path(resource: Resource) -> Iterator[dict[str, Any]]:
    schema = TypeAdapter(Name).json_schema()
    for name in _VARIABLE.findall(resource.path):
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(resource: Resource) -> Iterator[dict[str, Any]]:
    schema = TypeAdapter(resource.query).json_schema(ref_template=REFERENCE)
    for name, told in schema.get("properties", {}).items():
        kept = {key: value for key, value in told.items() if key not in {"title", "default"}}
        if "anyOf" in kept:  # what is left out is null, which no address can say
            kept = next(each for each in kept["anyOf"] if each.get("type") != "null")
        yield {"name": name, "in": "query", "required": False, "schema": kept}
