"""The session of a call has the default mode, or another that is not made for talking."""

from __future__ import annotations

from collections.abc import Iterator

from callkit_lint.model.program import Program
from callkit_lint.questions.session_options import category_without_mode, modes_without_chat
from callkit_lint.rule import Confidence, Diagnostic, Rule, Severity


def check(program: Program) -> Iterator[Diagnostic]:
    for run, mode, presumed in modes_without_chat(program):
        given = f"is {mode}, unless the app asks for another" if presumed else f"is {mode}"
        yield RULE.at(run, MESSAGE.format(given=given), confidence=Confidence.medium)
    bare = category_without_mode(program)
    if bare is not None:
        yield RULE.at(bare, MESSAGE.format(given="is never set"), confidence=Confidence.medium)


MESSAGE = (
    "the mode of a call's session {given}; iOS then tunes neither the microphones nor the routes for a conversation: "
    "the caller may hear an echo or a faint voice, and the routes differ from what the call screen shows. Set "
    "voiceChat, or videoChat for a call with video, together with the category"
)

RULE = Rule(
    check,
    severity=Severity.warning,
    since="0.1.0",
    references=("https://developer.apple.com/documentation/avfaudio/avaudiosession/mode-swift.struct/voicechat",),
)
