"""The scaffold lacks nothing: without any one of its handlers it lacks just that, and one rule about absences says so.

A rule about a handler that is missing adds a line to HANDLERS, or to EXCUSED the reason why none may.
"""

from __future__ import annotations

import re

import pytest

from tests.examples import diagnostics, scaffold

FILES = {"Swift": "CallCenter.swift", "Objective-C": "CallCenter.m"}
# What the handler is for, how its header begins in both languages, and what is said without it.
HANDLERS = {
    "start": ("perform action: CXStartCallAction)", "performStartCallAction:", "missing-action-handler"),
    "answer": ("perform action: CXAnswerCallAction)", "performAnswerCallAction:", "missing-action-handler"),
    "end": ("perform action: CXEndCallAction)", "performEndCallAction:", "missing-action-handler"),
    "hold": ("perform action: CXSetHeldCallAction)", "performSetHeldCallAction:", "missing-action-handler"),
    "mute": ("perform action: CXSetMutedCallAction)", "performSetMutedCallAction:", "missing-action-handler"),
    "keypad": ("perform action: CXPlayDTMFCallAction)", "performPlayDTMFCallAction:", "missing-action-handler"),
    "activated": ("didActivate", "didActivateAudioSession:", "missing-activation-callbacks"),
    "deactivated": ("didDeactivate", "didDeactivateAudioSession:", "missing-activation-callbacks"),
}
EXCUSED = {
    "timed out": ("timedOutPerforming", "timedOutPerformingAction:", "the system has ended what it was about"),
    "reset": ("providerDidReset(", "providerDidReset:", "Swift's compiler asks for it"),
}


def methods(language: str, text: str) -> list[str]:
    """The methods of the provider's delegate, each from its header to its closing brace."""
    beginning = r"^    func provider\w*\(" if language == "Swift" else r"^- \(void\)provider\w*:"
    found = []
    for match in re.finditer(beginning, text, re.MULTILINE):
        end = "\n    }\n" if language == "Swift" else "\n}\n"
        found.append(text[match.start() : text.index(end, match.start()) + len(end)])
    return found


def method(language: str, text: str, header: str) -> str:
    """The one whose header says so."""
    (found,) = (one for one in methods(language, text) if header in one.partition("\n")[0])
    return found


@pytest.mark.parametrize("language", FILES)
def test_all_handlers_of_the_scaffold_are_known(language: str) -> None:
    text = scaffold(language)[FILES[language]].decode()
    known = [header[list(FILES).index(language)] for header in (*HANDLERS.values(), *EXCUSED.values())]
    assert {method(language, text, header) for header in known} == set(methods(language, text))


@pytest.mark.parametrize("language", FILES)
@pytest.mark.parametrize("handler", HANDLERS)
def test_without_one_handler_the_scaffold_lacks_just_that(language: str, handler: str) -> None:
    swift, objc, rule = HANDLERS[handler]
    files, path = scaffold(language), FILES[language]
    text = files[path].decode()
    removed = method(language, text, swift if language == "Swift" else objc)
    files[path] = text.replace(removed, "").encode()
    assert [item.rule for item in diagnostics(files)] == [rule]
