"""Which of several Swift functions of one name a call means: by labels, its trailing closure, its arguments' types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeGuard

from callkit_lint.callgraph.function_types import parameter_types
from callkit_lint.callgraph.symbols import Procedure, labels
from callkit_lint.ir import Argument, Call, Closure, Expr, Function, Name, Parameter
from callkit_lint.nodes import within


def fitting(procedures: list[Procedure], call: Call, type_of: Callable[[Expr], str]) -> list[Procedure]:
    """Those of some functions that a call may mean; `type_of` gives the type of an argument, "" where it is unknown."""
    if len(procedures) <= 1 and not call.arguments:
        return procedures
    given = [(argument.label, argument.trailing) for argument in call.arguments]
    accepting = [procedure for procedure in procedures if _accepts(procedure.function, given)]
    found = [procedure for procedure in accepting if _takes_closure(procedure, call)] or accepting
    alike = {(procedure.function.name, procedure.function.owner) for procedure in found}
    if len(found) > 1 and len(alike) == 1:
        kinds = [type_of(argument.value) for argument in call.arguments]
        return [procedure for procedure in found if _takes(procedure, kinds)] or found
    return found


def _takes(procedure: Procedure, kinds: list[str]) -> bool:
    """Whether arguments of these types fit: overloads may differ by that alone (`provider(_:perform:)`)."""
    wanted = [parameter.type for parameter in procedure.function.parameters]
    return all(not kind or not own or kind == own for kind, own in zip(kinds, wanted, strict=False))


def _takes_closure(procedure: Procedure, call: Call) -> bool:
    """Whether a call's trailing closure takes as many parameters as the function gives it: Swift lets it drop none."""
    match call.arguments, procedure.function.parameters:
        case (*_, Argument(_, Closure() as closure, True)), (*_, Parameter(type=kind)) if "->" in kind:
            numbers = [int(node.name[1:]) + 1 for node in within(closure.body) if _is_numbered(node)]
            count = len(closure.parameters) or max(numbers, default=0)
            return len(parameter_types(kind, count)) == count
    return True


def _is_numbered(node: object) -> TypeGuard[Name]:
    return isinstance(node, Name) and node.name[:1] == "$" and node.name[1:].isdigit()


def _accepts(function: Function, given: Iterable[tuple[str, bool]]) -> bool:
    """Whether a Swift call's labels, as (label, is a trailing closure), fit the function, defaults left out."""
    written = list(given)
    if tuple(label for label, _ in written) == labels(function.name):
        return True
    parameters = list(function.parameters)
    for label, trailing in written:
        while parameters:
            parameter = parameters.pop(0)
            wanted = "" if parameter.label == "_" else parameter.label
            if wanted == label or (trailing and label == "" and not _must_be_given(parameter, parameters)):
                break
            if parameter.default is None:
                return False
        else:
            return False
    return all(parameter.default is not None for parameter in parameters)


def _must_be_given(parameter: Parameter, rest: list[Parameter]) -> bool:
    """A trailing closure skips parameters with defaults unless nothing is left behind them to take it."""
    return parameter.default is not None and "->" not in parameter.type and any("->" in p.type for p in rest)
