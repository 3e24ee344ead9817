"""How a handler gets what its parameters ask for: in an order that is worked out once, when the route is made.

The framework works it out for every request and can wait on the way, which costs as much as a page. What pages ask for
never waits: the request, parts of the address, and dependencies that ask for the same in turn.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError

Done = TypeVar("Done")
Known = dict[Any, Any]


def caller(dependant: Dependant) -> Callable[[Request], Any]:
    """A function that calls the handler for a request; each dependency is called once, whoever asks for it."""
    call = _caller(dependant)
    return lambda request: call(request, {})


def _caller(dependant: Dependant) -> Callable[[Request, Known], Any]:
    function = _function_of(dependant)
    inner = [(each.name, each.call, _caller(each)) for each in dependant.dependencies]
    waits, asks = inspect.iscoroutinefunction(function), dependant.request_param_name
    has_parameters = bool(dependant.path_params or dependant.query_params)

    def call(request: Request, known: Known) -> Any:
        values = _read(dependant, request) if has_parameters else {}
        for name, dependency, of in inner:
            if dependency not in known:
                known[dependency] = of(request, known)
            if name is not None:
                values[name] = known[dependency]
        if asks:
            values[asks] = request
        return finish(function(**values)) if waits else function(**values)

    return call


def _function_of(dependant: Dependant) -> Callable[..., Any]:
    function = dependant.call
    elsewhere = dependant.body_params or dependant.header_params or dependant.cookie_params
    if function is None or elsewhere or dependant.response_param_name or dependant.background_tasks_param_name:
        raise TypeError(f"{function} asks for what handlers of pages are not given.")
    return function


def _read(dependant: Dependant, request: Request) -> dict[str, Any]:
    """What stands in the address. A number was read as one when the address was matched, and needs no other look."""
    values = {field.name: request.path_params[field.name] for field in dependant.path_params}
    unread = [field for field in dependant.path_params if isinstance(values[field.name], str)]
    for fields, given in ((unread, request.path_params), (dependant.query_params, request.query_params)):
        if fields:
            read, problems = request_params_to_args(fields, given)
            if problems:
                raise RequestValidationError(problems)
            values |= read
    return values


def finish(coroutine: Coroutine[Any, Any, Done]) -> Done:
    """Run a coroutine that never waits to its end, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        done: Done = stop.value
        return done
    coroutine.close()
    raise RuntimeError("A handler waited for something while its transaction was open.")
