"""The API: results that are released, for programs. It reads and never writes.

Each program has a token of somebody's account and sees what a viewer sees. What is asked and
answered is typed in ``webapp.api_documents``, and made in ``webapp.api_answers``.
"""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python
from werkzeug.exceptions import HTTPException

from surveys.comparison import ComparisonError
from surveys.export.tables import ExportError
from surveys.release import ReleaseError
from surveys.storage import StorageError
from webapp.api_answers import RESOURCES, NotFound, Resource, Source
from webapp.api_documents import Page, Problem
from webapp.bearer import api_user
from webapp.openapi import document as described
from webapp.service import service

PREFIX = "/api/v1"
pages = Blueprint("api", __name__, url_prefix=PREFIX)
RATE = parse("1200 per hour")  # of an account, in each process
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


class QueryError(Exception):
    """Parameters that are none: a sentence for each."""


@pages.record_once
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions["api limits"] = MovingWindowRateLimiter(MemoryStorage())


@pages.get("/openapi.json", provide_automatic_options=False)
def document() -> Response:
    """Send the description of the API, which tells nothing of the campaign."""
    return _answer(described(RESOURCES, request.host_url.rstrip("/") + PREFIX))


@pages.route("/", defaults={"rest": ""}, methods=_METHODS, provide_automatic_options=False)
@pages.route("/<path:rest>", methods=_METHODS, provide_automatic_options=False)
def elsewhere(rest: str) -> Response:
    """Say that there is nothing here, or that nothing can be written."""
    if request.method in {"GET", "HEAD"}:
        return problem(HTTPStatus.NOT_FOUND, f"There is nothing at {rest[:80]!r}.")
    response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "This interface is only read.")
    response.headers["Allow"] = "GET, HEAD"
    return response


def _serve(resource: Resource) -> None:
    """Give a resource its address."""

    def view(**path: str) -> Response:
        return _read(resource, path)

    pages.add_url_rule(resource.path, resource.make.__name__, view, provide_automatic_options=False)


for _each in RESOURCES:
    _serve(_each)


def _read(resource: Resource, path: dict[str, str]) -> Response:
    """Return what a resource answers to who may ask."""
    account = api_user(request)
    if account is None:
        return _unknown()
    limiter: MovingWindowRateLimiter = current_app.extensions["api limits"]
    if not limiter.hit(RATE, account.name):
        return _often(limiter, account.name)
    query = _query(resource.query)
    of = Source(
        results=service().results,
        folder=service().settings.folder,
        today=service().today,
    )
    found = resource.make(of, query, **path)
    return _answer(found if resource.entry is None else _page(found, query))


def _query(wanted: type[Any]) -> Any:
    """Return what the address asks for; raise QueryError where it asks for what there is not."""
    asked = request.args.to_dict(flat=False)
    several = {
        name
        for name, told in TypeAdapter(wanted).json_schema().get("properties", {}).items()
        if told.get("type") == "array"
    }
    if twice := [name for name, values in asked.items() if len(values) > 1 and name not in several]:
        raise QueryError(f"{twice[0][:40]!r} stands twice.")
    given = {name: values if name in several else values[0] for name, values in asked.items()}
    try:
        return TypeAdapter(wanted).validate_python(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        told = (f"{'.'.join(map(str, each['loc']))[:40]!r}: {each['msg']}." for each in found)
        raise QueryError(" ".join(told)) from error


def _page(found: Sequence[Any], query: Any) -> Page[Any]:
    """Return the part of a list that was asked for."""
    end = query.start + query.most
    more = {**request.args.to_dict(flat=False), "start": [str(end)]}
    address = f"{request.base_url}?{urlencode(more, doseq=True)}"
    return Page(
        entries=tuple(found[query.start : end]),
        start=query.start,
        total=len(found),
        next=address if end < len(found) else None,
    )


def _answer(content: Any) -> Response:
    """Return a JSON document, or that it is still the one that the program has."""
    text = json.dumps(to_jsonable_python(content), ensure_ascii=False, separators=(",", ":"))
    response = Response(text, content_type="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


def problem(status: HTTPStatus, detail: str) -> Response:
    """Return why there is no answer, as RFC 9457 says."""
    told = Problem(title=status.phrase, status=status, detail=detail)
    text = json.dumps(to_jsonable_python(told), ensure_ascii=False)
    return Response(text, status, content_type="application/problem+json")


def _unknown() -> Response:
    response = problem(
        HTTPStatus.UNAUTHORIZED,
        "Send a token that you have made on the page of your account, in the header "
        "Authorization: Bearer.",
    )
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _often(limiter: MovingWindowRateLimiter, name: str) -> Response:
    response = problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests; try again later.")
    again = limiter.get_window_stats(RATE, name).reset_time - service().moment.timestamp()
    response.headers["Retry-After"] = str(max(1, round(again)))
    return response


@pages.errorhandler(NotFound)
def _missing(_error: NotFound) -> Response:
    return problem(HTTPStatus.NOT_FOUND, "There is no such thing in this campaign.")


@pages.errorhandler(ReleaseError)
@pages.errorhandler(ComparisonError)
@pages.errorhandler(ExportError)
def _none(error: Exception) -> Response:
    return problem(HTTPStatus.NOT_FOUND, str(error))


@pages.errorhandler(QueryError)
def _malformed(error: QueryError) -> Response:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


@pages.errorhandler(StorageError)
def _unavailable(_error: StorageError) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "The database cannot be used right now.")


@pages.errorhandler(HTTPException)
def _failed(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    return problem(status, error.description or status.phrase)
