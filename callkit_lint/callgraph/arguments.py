"""Arguments of a call and what they mean: by position, by Swift label, or by the pieces of a selector."""

from __future__ import annotations

from collections.abc import Mapping

from callkit_lint.callgraph.conditions import Fresh, Known, Value
from callkit_lint.callgraph.symbols import Procedure, base_name
from callkit_lint.ir import Argument, Call, Closure, Expr, Member, Name, Operator, Selector
from callkit_lint.knowledge import Api


def argument_for(api: Api | None, call: Call, name: str) -> Expr | None:
    """The argument that the vocabulary gives this meaning: by position, or by label or selector piece."""
    where = api.values.get(name) if api else None
    if isinstance(where, int):
        return call.arguments[where].value if where < len(call.arguments) else None
    wanted = [where] if isinstance(where, str) else where or []
    for index, argument in enumerate(call.arguments):
        if label_of(call, index, argument) in wanted:
            return argument.value
    return None


def label_of(call: Call, index: int, argument: Argument) -> str:
    """An argument's label in Swift, its selector piece in Objective-C."""
    if not call.message:
        return argument.label
    pieces = call.name.split(":")
    return pieces[index] if index < len(pieces) else ""


def run_mode(api: Api, call: Call, index: int, argument: Argument) -> str | None:
    """When an API runs the closure given here: by label, by position, or as the only or last unlabelled one."""
    label = label_of(call, index, argument)
    mode = (
        api.runs.get(label or "_")
        or api.runs.get(str(index))
        or (api.runs.get("selector") if isinstance(argument.value, Selector) else None)
    )
    if mode or not isinstance(argument.value, Closure | Name):
        return mode
    taken = {label_of(call, i, item) for i, item in enumerate(call.arguments)}
    free = [run for key, run in api.runs.items() if key not in taken]
    return free[0] if free else None


def parameter_for(procedure: Procedure, call: Call, index: int, argument: Argument) -> str | None:
    """The callee's parameter that takes this argument."""
    parameters = procedure.parameters
    if call.message:
        return parameters[index].name if index < len(parameters) else None
    for parameter in parameters:
        if argument.label and parameter.label == argument.label:
            return parameter.name
    if argument.trailing:
        return next(
            (p.name for p in reversed(parameters) if "->" in p.type), parameters[-1].name if parameters else None
        )
    return parameters[index].name if index < len(parameters) and parameters[index].label == "_" else None


def last_name(expr: Expr | None) -> str:
    match expr:
        case Member(_, name) | Name(name):
            return name
        case Operator("as", (inner, _)):
            return last_name(inner)
        case Call(_, _, (argument,)):
            return last_name(argument.value)
    return ""


def shown(api: Api, values: Mapping[str, Value]) -> str:
    """How a chain names an API call: `setActive(true)`; of a property what it is set to: `isAudioEnabled = true`."""
    name = base_name(api.swift[0]) if api.swift else api.c[0] if api.c else api.id
    first = next(iter(values.values()), None)
    if api.properties:
        return f"{api.properties[0]} = {str(first.value).lower() if isinstance(first, Known) else '…'}"
    if name == "init":
        name = api.owner
    if isinstance(first, Fresh):
        return f"{name}(a new UUID)"
    if isinstance(first, Known) and isinstance(first.value, bool | str):
        shown = str(first.value).lower() if isinstance(first.value, bool) else f".{first.value}"
        return f"{name}({shown})"
    return f"{name}()" if not api.values else f"{name}(…)"
