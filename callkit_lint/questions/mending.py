"""What can be changed in a body to mend a mistake: edits of whole statements, which keep the rest as it is."""

from __future__ import annotations

from callkit_lint.callgraph.symbols import Procedure
from callkit_lint.ir import Block, Branch, Call, Expr, Location, Member, Name
from callkit_lint.model.keeping import call_at
from callkit_lint.nodes import within
from callkit_lint.rule import Edit


def removal(procedure: Procedure, location: Location) -> Edit | None:
    """The call at a location taken out; None where it is part of a statement. The only statement of a case leaves a
    `break` behind."""
    block = block_of(procedure, location)
    if block is None:
        return None
    if len(block.statements) == 1 and any(
        isinstance(node, Branch) and node.kind == "switch" and any(arm.body is block for arm in node.arms)
        for node in within(procedure.body)
    ):
        return Edit(procedure.path, location, "break")
    return Edit(procedure.path, location, kind="remove")


def refresh(procedure: Procedure, location: Location) -> Edit | None:
    """An assignment of the provider's configuration to itself, before the call of the provider at a location; None
    where the provider may be missing, or is an expression of its own."""
    call = call_at(procedure, location)
    if call is None or call.optional or block_of(procedure, location) is None:
        return None
    provider = _written(call.receiver)
    text = f"{provider}.configuration = {provider}.configuration"
    return Edit(procedure.path, location, text, "before") if provider else None


def completion(procedure: Procedure, location: Location, action: str) -> Edit:
    """`action.fail()` before the statement at a location."""
    text = f"{action}.fail()" if procedure.path.endswith(".swift") else f"[{action} fail]"
    return Edit(procedure.path, location, text, "before")


def block_of(procedure: Procedure, location: Location) -> Block | None:
    """The block in which the statement at a location stands."""
    blocks = (node for node in within(procedure.body) if isinstance(node, Block))
    return next((block for block in blocks if any(_is_at(one, location) for one in block.statements)), None)


def _is_at(statement: object, location: Location) -> bool:
    return isinstance(statement, Call) and statement.location == location


def _written(receiver: Expr | None) -> str:
    match receiver:
        case Name(name) if name:
            return name
        case Member(Name("self"), name):
            return f"self.{name}"
    return ""
