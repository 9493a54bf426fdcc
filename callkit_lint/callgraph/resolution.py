"""What an expression means at its place: the type of a receiver, what a call reaches, the value of an argument.

No type inference engine: declared types, initialisers, singletons, casts, results of the program's own functions. What
that does not give stays unknown (""), and an unknown receiver reaches only what no other type has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat

from callkit_lint.callgraph.function_types import parameter_types
from callkit_lint.callgraph.overloads import fitting
from callkit_lint.callgraph.requirements import promised_api
from callkit_lint.callgraph.symbols import Procedure, Symbols, TypeInfo, base_name
from callkit_lint.ir import Call, Closure, Expr, Field, Literal, Member, Name, Operator, Selector
from callkit_lint.knowledge import Api, Vocabulary
from callkit_lint.naming import is_init_selector
from callkit_lint.rule import Confidence

# Names that any class may have: a call on an unknown receiver never joins the program's only function of such a name.
COMMON_NAMES = frozenset(
    [
        "start",
        "stop",
        "configure",
        "setup",
        "init",
        "reset",
        "play",
        "pause",
        "resume",
        "update",
        "load",
        "close",
        "open",
        "connect",
        "disconnect",
        "show",
        "hide",
        "present",
        "dismiss",
        "add",
        "remove",
        "run",
        "handle",
        "cancel",
        "begin",
        "end",
        "finish",
        "register",
        "unregister",
        "send",
        "receive",
        "activate",
        "deactivate",
        "enable",
        "disable",
        "execute",
        "perform",
        "process",
        "invalidate",
        "call",
        "answer",
        "hangup",
        "toggle",
        "refresh",
        "reload",
        "create",
        "destroy",
        "release",
        "setUp",
        "tearDown",
        "didFinish",
        "fail",
        "success",
        "complete",
        "log",
        "error",
        "commonInit",
        "prepare",
        "render",
        "bind",
        "apply",
    ]
)


@dataclass(slots=True)
class Local:
    """A local name: a parameter (`parameter`), a constant or variable with its value if it is known to keep it.

    `scope` is where it was declared."""

    type: str = ""
    value: Expr | None = None
    parameter: bool = False
    closure: Procedure | None = None
    scope: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a call reaches: procedures of the program, an API, or neither (unknown); and the type it gives."""

    procedures: tuple[Procedure, ...] = ()
    api: Api | None = None
    type: str = ""
    confidence: Confidence = Confidence.high


UNRESOLVED = Resolution(confidence=Confidence.low)


@dataclass(slots=True)
class View:
    """The program as seen from inside one procedure."""

    symbols: Symbols
    vocabulary: Vocabulary
    path: str
    owner: str
    locals: dict[str, Local] = field(default_factory=dict)
    _types: dict[int, str] = field(default_factory=dict)
    _calls: dict[int, Resolution] = field(default_factory=dict)
    _depth: int = 0
    _contexts: dict[int, str] = field(default_factory=dict)

    def inner(self) -> View:
        """The view from a closure in this procedure."""
        return View(self.symbols, self.vocabulary, self.path, self.owner, dict(self.locals), _contexts=self._contexts)

    def expect(self, value: Expr | None, kind: str) -> None:
        """Called with the type that is wanted where a value stands: what `.shared` and `.init(…)` are members of, and
        what the parameters of a closure are."""
        match value:
            case Operator("?:", (_, first, second)):
                self.expect(first, kind)
                self.expect(second, kind)
            case Operator("??", (_, second)):
                self.expect(second, kind)
            case Call(_, Name("")) | Member(None, _) | Closure() if kind:
                self._contexts[id(value)] = kind.removesuffix(".Type")

    def wanted(self, value: Expr) -> str:
        """The type that is wanted where a value stands, "" where nothing says so."""
        return self._contexts.get(id(value), "")

    def parameters_of(self, closure: Closure) -> Iterator[tuple[str, str]]:
        """A closure's parameters with their types: as written, or as the place where it stands wants them."""
        wanted = self.symbols.alias(self._contexts.get(id(closure), ""))
        types = parameter_types(wanted, len(closure.parameters))
        for parameter, kind in zip(closure.parameters, chain(types, repeat("")), strict=False):
            yield parameter.name, parameter.type or kind

    # ---- types ------------------------------------------------------------------------------------------------------

    def type_of(self, expr: Expr | None) -> str:
        """The type of an expression; `T.Type` for the type T itself, "" when unknown."""
        if expr is None or self._depth > 60:
            return ""
        key = id(expr)
        if key not in self._types:
            self._depth += 1
            self._types[key] = self.symbols.alias(self._type_of(expr))
            self._depth -= 1
        return self._types[key]

    def forget(self) -> None:
        """Called when a local name got a new meaning."""
        self._types.clear()
        self._calls.clear()

    def _type_of(self, expr: Expr) -> str:
        match expr:
            case Name(name):
                return self._type_of_name(name)
            case Member(base, name):
                owner = self.type_of(base) if base is not None else self._contexts.get(id(expr), "")
                return self._type_of_member(owner, name)
            case Call(name, None, ()) if name.startswith("["):
                return name  # `[Call]()`, an empty array
            case Call():
                return self.resolve(expr).type
            case Operator("as" | "as?", (_, Name(kind))):
                return kind
            case Operator("??", (first, second)):
                return self.type_of(first) or self.type_of(second)
            case Operator("?:", (_, first, second)):
                return self.type_of(first) or self.type_of(second)
            case Operator("[]" | "each" | "await each", (base, *_)):
                kind = self.type_of(base)
                return kind[1:-1] if kind.startswith("[") and ":" not in kind else ""
            case Operator("=", (_, value)):
                return self.type_of(value)
            case Literal(value) if isinstance(value, str):
                return "String"
        return ""

    def _type_of_member(self, owner: str, name: str) -> str:
        kind = self.member_type(owner, name)
        if not kind and owner.endswith(".Type") and name[:1].isupper():
            return f"{owner.removesuffix('.Type')}.{name}.Type"  # a type nested in a framework's
        return kind

    def _type_of_name(self, name: str) -> str:
        if name in self.locals:
            local = self.locals[name]
            return local.type
        if name == "self":
            return self.owner
        if name in ("Self", "super"):
            return self.owner if name == "super" else f"{self.owner}.Type"
        if kind := self.member_type(self.owner, name):
            return kind
        if (
            self.symbols.type_at(self.symbols.alias(name), self.path)
            or name in self.vocabulary.members
            or name[:1].isupper()
        ):
            return f"{self.symbols.alias(name)}.Type"
        if item := self.symbols.globals.get(name):
            return item.type or self.infer(item)
        return ""

    def member_type(self, owner: str, name: str) -> str:
        """The type of a property, or of a method named without its call, of a type."""
        owner = owner.removesuffix(".Type")
        if not owner:
            return ""
        if found := self.symbols.field(owner, name, self.path):
            item, info = found
            if "case" in item.attributes:
                return info.name
            return item.type or self.infer(item, info)
        for procedure in self.symbols.members(owner, name, self.path, selector=False):
            if not procedure.parameters:  # what takes arguments is not meant by its bare name
                return self._result(procedure.function.result, owner)
        if function := self.symbols.declaration(owner, name, self.path):
            return self._result(function.result, owner)
        for kind in self._api_types(owner):
            if member := self.vocabulary.members.get(kind, {}).get(name):
                return member
        nested = f"{owner}.{name}"
        return f"{nested}.Type" if self.symbols.type_at(nested, self.path) else ""

    def infer(self, item: Field, info: TypeInfo | None = None) -> str:
        """The type of a property that is declared by its value alone."""
        if item.value is None or self._depth > 20:
            return ""
        view = View(
            self.symbols,
            self.vocabulary,
            info.path if info else self.path,
            info.name if info else "",
            _depth=self._depth + 10,
        )
        return view.type_of(item.value)

    def kept_value(self, name: str) -> Expr | None:
        """What a local constant, or a property of this type, was made with."""
        if name in self.locals:
            return self.locals[name].value
        found = self.symbols.field(self.owner, name, self.path) if self.owner else None
        return found[0].value if found else None

    def _result(self, result: str, owner: str) -> str:
        return owner if result in ("Self", "instancetype") else result

    def _api_types(self, owner: str) -> list[str]:
        """The names under which the vocabulary may know a type: its own lineage, and protocols the program gives it."""
        names: list[str] = []
        for name, _ in self.symbols.lineage(owner, self.path):
            names += [_renamed(kind) for kind in self.vocabulary.type_and_supertypes(name)]
        return names

    # ---- calls ------------------------------------------------------------------------------------------------------

    def resolve(self, call: Call) -> Resolution:
        """What a call reaches."""
        key = id(call)
        if key not in self._calls:
            self._calls[key] = self._resolve_message(call) if call.message else self._resolve_call(call)
        return self._calls[key]

    def _resolve_message(self, call: Call) -> Resolution:
        owner = self.type_of(call.receiver)
        kind = owner.removesuffix(".Type")
        above = isinstance(call.receiver, Name) and call.receiver.name == "super"
        if call.name in ("alloc", "self", "copy", "retain", "autorelease", "class", "strongSelf", "weakSelf"):
            return Resolution(type=kind)
        selector = "init" if call.name == "new" else call.name
        if kind:
            procedures = self.symbols.members(kind, selector, self.path, selector=True, above=above)
            api = self._api_of(self.vocabulary.objc_spellings.get(selector, ()), kind)
            if procedures or api:
                return Resolution(tuple(procedures), api, self._message_type(procedures, selector, kind))
            if promised := promised_api(self.symbols, kind, selector, self.path):
                return Resolution(api=promised, confidence=Confidence.medium)
            if is_init_selector(selector):
                return Resolution(type=kind)
            if member := self.member_type(kind, selector.partition(":")[0]):
                return Resolution(type=member)
            if kind != "id":
                return Resolution(type=kind if selector.startswith("shared") or selector.startswith("default") else "")
        return self._unknown_receiver(
            call.name, self.vocabulary.objc_spellings.get(call.name, ()), self.symbols.by_selector.get(call.name, [])
        )

    def _message_type(self, procedures: list[Procedure], selector: str, kind: str) -> str:
        if is_init_selector(selector):
            return kind
        if procedures:
            return self._result(procedures[0].function.result, kind)
        return next(
            (
                members[selector]
                for name in self._api_types(kind)
                if selector in (members := self.vocabulary.members.get(name, {}))
            ),
            "",
        )

    def _resolve_call(self, call: Call) -> Resolution:
        if call.receiver is None:
            return self._resolve_unqualified(call)
        implicit = isinstance(call.receiver, Name) and not call.receiver.name
        owner = self._context(call) if implicit else self.type_of(call.receiver)
        if implicit and not owner:
            return UNRESOLVED
        kind = owner.removesuffix(".Type")
        if call.name == "init" and kind:
            if isinstance(call.receiver, Name) and call.receiver.name == "super":
                inherited = self.symbols.members(kind, "init", self.path, selector=False, above=True)
                return Resolution(tuple(self._fitting(inherited, call)), type=kind)
            return self.constructor(kind, call)
        if kind:
            nested = f"{kind}.{call.name}"
            if owner.endswith(".Type") and self.symbols.type_at(nested, self.path):
                return self.constructor(nested, call)
            above = isinstance(call.receiver, Name) and call.receiver.name == "super"
            procedures = self._fitting(
                self.symbols.members(kind, call.name, self.path, selector=False, above=above), call
            )
            api = self._api_of(self._swift_apis(call), kind)
            if procedures or api:
                result = (
                    self._result(procedures[0].function.result, kind)
                    if procedures
                    else self.member_type(kind, call.name)
                )
                return Resolution(tuple(procedures), api, result)
            if promised := promised_api(self.symbols, kind, call.name, self.path):
                return Resolution(api=promised, confidence=Confidence.medium)
            return Resolution(type=self.member_type(kind, call.name), confidence=Confidence.low)
        spelled = [p for p in self.symbols.by_name.get(call.name, []) if p.function.owner]
        return self._unknown_receiver(call.name, self._swift_apis(call), self._fitting(spelled, call))

    def _context(self, call: Call) -> str:
        kind = self._contexts.get(id(call), "")
        return f"{self.symbols.alias(kind)}.Type" if kind else ""

    def _resolve_unqualified(self, call: Call) -> Resolution:
        name = self.symbols.alias(call.name)
        if self.symbols.type_at(name, self.path):
            return self.constructor(name, call)
        if self.owner and (
            found := self._fitting(self.symbols.members(self.owner, name, self.path, selector=False), call)
        ):
            return Resolution(tuple(found), type=self._result(found[0].function.result, self.owner))
        if free := self._fitting(self._nearest(self.symbols.free.get(name, [])), call):
            return Resolution(tuple(free[:1]), type=free[0].function.result)
        if api := self.vocabulary.c_spellings.get(name):
            return Resolution(api=api)
        if self.owner and (api := self._api_of(self._swift_apis(call), self.owner)):
            return Resolution(api=api)
        return self.constructor(name, call) if name[:1].isupper() else UNRESOLVED

    def constructor(self, kind: str, call: Call) -> Resolution:
        """`T(…)`: its initialisers that fit, or a framework type's."""
        procedures = self._fitting(self.symbols.members(kind, "init", self.path, selector=False), call)
        info = self.symbols.type_at(kind, self.path)
        own = [p for p in procedures if info is not None and self.symbols.type_at(p.function.owner, self.path) is info]
        api = self._api_of(tuple(a for a in self._swift_apis(call, "init") if a.owner == _renamed(kind)), kind)
        return Resolution(tuple(own or procedures[:1]), api, kind)

    def _nearest(self, found: list[Procedure]) -> list[Procedure]:
        same = [procedure for procedure in found if procedure.path == self.path]
        return same or found

    def _fitting(self, procedures: list[Procedure], call: Call) -> list[Procedure]:
        """Those of some functions that a call may mean, by its labels, closure and arguments."""
        return fitting(procedures, call, self.type_of)

    def _swift_apis(self, call: Call, name: str = "") -> tuple[Api, ...]:
        return tuple(
            api
            for api in self.vocabulary.swift_spellings.get(name or call.name, ())
            if any(_spells(s, call, name) for s in api.swift)
        )

    def _api_of(self, candidates: tuple[Api, ...], kind: str) -> Api | None:
        if not candidates:
            return None
        names = self._api_types(kind)
        names += [name for below in self.symbols.descendants(kind) for name in self._api_types(below)]
        return next((api for name in names for api in candidates if api.owner == name), None)

    def assigned(self, owner: str, name: str) -> Resolution:
        """The API that assigning a property is; `owner` is the type of the receiver, "" where it is not known."""
        apis = self.vocabulary.property_spellings.get(name, ())
        if owner:
            return Resolution(api=self._api_of(apis, owner))
        return self._unknown_receiver(name, apis, [])

    def _unknown_receiver(self, name: str, apis: tuple[Api, ...], procedures: list[Procedure]) -> Resolution:
        """Without a receiver's type a call reaches an API whose name no other type has, or the only function of its
        name."""
        for api in apis:
            if any(base_name(spelling) == name or spelling == name for spelling in api.distinct):
                return Resolution(api=api, confidence=Confidence.medium)
        bare = base_name(name).partition(":")[0]
        owners = {procedure.function.owner for procedure in procedures}
        if len(owners) == 1 and bare not in COMMON_NAMES and len(bare) > 5:
            result = procedures[0].function.result
            return Resolution(
                tuple(procedures), type=self._result(result, procedures[0].function.owner), confidence=Confidence.medium
            )
        return UNRESOLVED

    def selected(self, selector: Selector, target: str) -> list[Procedure]:
        """The methods that a `#selector` or `@selector` names on a target's type."""
        owner = target or self.owner
        if "(" not in selector.name and (found := self.symbols.members(owner, selector.name, self.path, selector=True)):
            return found
        return self.symbols.members(owner, base_name(selector.name).rstrip(":"), self.path, selector=False)


def _renamed(kind: str) -> str:
    """WebRTC is shipped under prefixes (`LKRTCAudioSession`): the API is the same."""
    return next((name for name in ("RTCAudioSession", "RTCPeerConnectionFactory") if kind.endswith(name)), kind)


def _spells(spelling: str, call: Call, name: str) -> bool:
    """Whether a call's labels are those of a spelling; a trailing closure may stand for any label."""
    base, _, inner = spelling.partition("(")
    if base != (name or call.name):
        return False
    wanted = inner.rstrip(")").split(":")[:-1]
    if len(wanted) != len(call.arguments):
        return False
    for label, argument in zip(wanted, call.arguments, strict=True):
        if argument.label != ("" if label == "_" else label) and not (argument.trailing and not argument.label):
            return False
    return True
