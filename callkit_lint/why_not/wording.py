"""Conditions and values of the model in words, for people who ask what the tool made of their code."""

from __future__ import annotations

from callkit_lint.callgraph.conditions import Known, Parameter, Test, Value

_CALL = {False: "there is no call", True: "there is a call"}
_INTERRUPTION = {"began": "begins", "ended": "ends"}


def guard_in_words(test: Test, *, negated: bool = False) -> str:
    """A condition as the rest of a sentence: "there is no call (calls isEmpty)"."""
    named = f" ({test.text})" if test.text else ""
    no = "not " if negated else ""
    match test.kind:
        case "not":
            return guard_in_words(test.parts[0], negated=not negated)
        case "and" | "or" as word:
            if negated:
                word = "or" if word == "and" else "and"
            return f" {word} ".join(_part(part, word, negated) for part in test.parts) or "always"
        case "truth":
            return _truth(test, negated)
        case "present":
            return f"{value_in_words(test.value)} is {'' if negated else 'not '}nil"
        case "equal":
            return f"{value_in_words(test.value)} is {no}{value_in_words(test.other)}"
        case "interruption":
            return f"{'no' if negated else 'an'} interruption {_INTERRUPTION.get(test.text, test.text)}"
        case "reason":
            return f"the reason of the route change is {no}{test.text}"
        case "no call":
            return _CALL[negated] + named
        case "ringing":
            return f"the call is {no}ringing ({test.text})"
        case "action" if test.text.endswith("Action"):
            return f"the action is {no}a {test.text}"
        case "action":
            return f"a value is {no}a {test.text} (stays open)"
        case "excludes":
            return f"{no}{test.text} (the project's contracts)"
        case "failed":
            return "the code before it failed"
        case "repeated":
            return "the loop runs"
    return f"{no}`{test.text or 'a condition'}` (not understood: stays open)"


def is_understood(test: Test) -> bool:
    """Whether some part of a condition can keep a phase or a value out."""
    if test.kind in ("and", "or", "not"):
        return any(is_understood(part) for part in test.parts)
    if test.kind == "truth":
        return isinstance(test.value, Parameter)  # a constant is no news on a way that is open
    return test.kind not in ("opaque", "failed", "repeated", "action") or test.text.endswith("Action")


def _part(part: Test, word: str, negated: bool) -> str:
    """A part of "and" or "or", in brackets where it is one of these itself."""
    text = guard_in_words(part, negated=negated)
    inner = part.parts[0] if part.kind == "not" else part
    return f"({text})" if inner.kind in ("and", "or") and len(inner.parts) > 1 else text


def _truth(test: Test, negated: bool) -> str:
    if isinstance(test.value, Parameter):
        return f"the parameter {test.value.name} is {'false' if negated else 'true'}"
    holds = isinstance(test.value, Known) and bool(test.value.value) != negated
    return f"a condition that always {'holds' if holds else 'fails'} where calls are possible"


def value_in_words(value: Value) -> str:
    """An argument: `true`, `playAndRecord`, "the parameter on", "unknown"."""
    if isinstance(value, Parameter):
        return f"the parameter {value.name}"
    if value is None:
        return "unknown"
    if value.value is None:
        return "nil"
    return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
