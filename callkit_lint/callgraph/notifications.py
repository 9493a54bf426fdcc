"""Names of notifications: a framework's by their id, the program's own by the last word of how the source writes them.

The program's own names are compared by that word: a name that one file writes as a constant and another as a string
literal is not recognised as the same.
"""

from __future__ import annotations

from callkit_lint.callgraph.arguments import argument_for, last_name
from callkit_lint.callgraph.resolution import View
from callkit_lint.ir import Argument, Call, Expr, Literal, Member, Name, Operator
from callkit_lint.knowledge import Api, Vocabulary


def name_of(vocabulary: Vocabulary, expr: Expr | None) -> str | None:
    """The notification that an expression names, e.g. `AVAudioSession.routeChange`, or `own: callDidEnd`."""
    name = last_name(expr)
    if known := vocabulary.notification(name) if name else None:
        return known.id
    if isinstance(expr, Call) and len(expr.arguments) == 1:
        return name_of(vocabulary, expr.arguments[0].value)
    text = expr.value if isinstance(expr, Literal) and isinstance(expr.value, str) else name
    return f"own: {text}" if text else None


def registered(vocabulary: Vocabulary, api: Api | None, call: Call) -> str | None:
    """The notification that a registration observes."""
    return name_of(vocabulary, argument_for(api, call, "notification"))


def published(view: View, call: Call) -> str | None:
    """The notification of a Combine publisher behind a call: `center.publisher(for: name).map{…}.sink{…}`,
    `.onReceive(…)`; also of one that a constant or property keeps."""
    candidates: list[Expr | None] = [call.receiver, *(argument.value for argument in call.arguments[:1])]
    for expr in candidates:
        for _ in range(20):
            match expr:
                case Call("publisher", _, (Argument("for", notification), *_)):
                    return name_of(view.vocabulary, notification)
                case Name(name) | Member(Name("self"), name):
                    expr = view.kept_value(name)
                case Call(_, receiver):
                    expr = receiver
                case Member(base, _):
                    expr = base
                case _:
                    break
    return None


def awaited(vocabulary: Vocabulary, condition: Expr | None) -> str | None:
    """The notification of `for await … in center.notifications(named: name)`, further calls on the sequence
    included."""
    match condition:
        case Operator("await each", (sequence, *_)):
            expr: Expr | None = sequence
            while isinstance(expr, Call):
                if expr.name == "notifications" and expr.arguments and expr.arguments[0].label == "named":
                    return name_of(vocabulary, expr.arguments[0].value)
                expr = expr.receiver
    return None
