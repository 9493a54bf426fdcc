"""Every example of every rule page gives exactly the reports that it expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from callkit_lint.rulebook import load_rules
from tests.examples import (
    HEADINGS,
    Example,
    check,
    diagnostics,
    example,
    page_examples,
    page_paths,
    pages,
    parse_page,
    read_page,
)

EXAMPLES = page_examples()


@pytest.mark.parametrize("path", page_paths(), ids=lambda path: path.stem)
def test_page_is_well_formed(path: Path) -> None:
    assert read_page(path).problems == ()


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {page.name for page in pages()} == set(load_rules())


@pytest.mark.parametrize("program", EXAMPLES, ids=str)
def test_example_reports_what_it_expects(program: Example) -> None:
    check(program)


def test_expectations_name_rules_that_exist() -> None:
    assert {rule for program in EXAMPLES for _, _, rule in program.expected} <= set(load_rules())


# A Good example that is silent for the wrong reason proves nothing: each of these takes out the reason for the silence
# and says what must report then. Where two rules are named, the second will replace the first when it exists.
BEGAN = "direct-activation loose-interruption-handler"
SIMULATOR = "Only on the simulator"
COMPARED = "The end of an interruption, compared"
SWITCHED = "The end of an interruption, in a switch"
RETURNED = "The end of an interruption, by early return"
REGION = "Where CallKit may not be used"
OLD_SYSTEM = "Where CallKit does not exist"
MEMO = "Another feature of the app"
FALSE_ONLY = "Every caller passes false"
IGNORED = "Ignored, with the reason beside it"
NO_FRAMEWORK = "An app without a call framework"
HAND_BACK = "Hand the audio back in didDeactivate"
FULFILLED = "On another queue, fulfilled only afterwards"
ONCE_MORE = "Before the report, and once more in its completion"
RESET = "After the media services were reset"
ONE_REASON = "An override for one reason only"
UNHELD = "Take the audio up again, leave the session"
TO_MEDIA = "The session goes to media playback in didDeactivate"
DELAYED_END = "A delay at the end of an interruption"
PASSED_ON = "Configure, and pass the activation on"
RTC_ENDED = "When WebRTC's session says that an interruption has ended"
PEER = "The configuration of a peer connection"
STOPPED = "Stop at the beginning, activate at the end"
RESUMED = "When the options say that audio should resume"
PLAYER = "A player that starts again only at the end"
OWN_NAME = "A notification of the app's own"
TWICE = "At launch, and the same again in the action"
AN_SDK = "An SDK that configures"
CHOSEN = "A category that is chosen elsewhere"
LIBRARY = "A library"
KIND = "By the kind of call, before it is reported"
NEXT = "For the next call, before it is reported"
DEFAULT = "The speaker is the default of a video call"
CHOICE = "What the user chose before is applied again"
MODE_FIRST = "The mode before the category"
AGAIN = "Calls are configured again before each report"
GIVES_BACK = "The feature gives back what it found"
KEPT = "The identifier of the report is kept"
AT_ONCE = "A call that is reported and ended at once"
ASKED = "When the user asks for it"
OTHER_HELD = "The other call is put on hold"
OUTSIDE = "What happens outside is reported"
TIME_UP = "The end handler reports that time was up"
TAPPED = "The system hands over what the user tapped"
ACTIVE = "func provider(_ provider: CXProvider, didActivate audioSession: AVAudioSession)"
ACTIVE_OBJC = "- (void)provider:(CXProvider *)provider didActivateAudioSession:(AVAudioSession *)audioSession"
MISSING = "missing-activation-callbacks"
EXTENSION = "Both in an extension of another file"
ABOVE = "Both in the class above"
UNTOLD = "An SDK that needs no telling"
FORWARD = "activation-not-forwarded"
AUTOMATIC = "webrtc-automatic-audio"
DEVICE = "An audio device of the app's own"
EARLY = "audio-io-before-activation"
FLAG = "Behind a flag of the activation"
BY_HAND = "An engine that renders by hand"
OWN_RINGTONE = "own-ringtone-with-callkit"
NO_SYSTEM = "Where the call system is not used"
TAKEOVER = "implicit-session-takeover"
LEFT = "The session is left to the call"
RESETS = "media-reset-unhandled"
REASONS = {
    (SIMULATOR, "Swift"): ({"targetEnvironment(simulator)": "os(iOS)"}, "direct-activation"),
    (SIMULATOR, "Objective-C"): ({"TARGET_OS_SIMULATOR": "TARGET_OS_IPHONE"}, "direct-activation"),
    (COMPARED, "Swift"): ({"InterruptionType.ended": "InterruptionType.began"}, BEGAN),
    (COMPARED, "Objective-C"): ({"TypeEnded": "TypeBegan"}, BEGAN),
    (SWITCHED, "Swift"): ({"case .began": "case .other", "case .ended": "case .began"}, BEGAN),
    (SWITCHED, "Objective-C"): ({"TypeBegan": "TypeOther", "TypeEnded": "TypeBegan"}, BEGAN),
    (RETURNED, "Swift"): ({"guard raw ==": "guard raw !="}, BEGAN),
    (RETURNED, "Objective-C"): ({"!= AVAudio": "== AVAudio"}, BEGAN),
    (REGION, "Swift"): (
        {'if Locale.current.regionCode == "CN"': "do", "            return\n": ""},
        "direct-activation",
    ),
    (REGION, "Objective-C"): (
        {'if ([[NSLocale currentLocale].countryCode isEqualToString:@"CN"]) ': "", "        return;\n": ""},
        "direct-activation",
    ),
    (OLD_SYSTEM, "Swift"): (
        {"if #available(iOS 10.0, *) {": "do {", "        } else {": "        }\n        do {"},
        "direct-activation",
    ),
    (OLD_SYSTEM, "Objective-C"): (
        {"if (@available(iOS 10.0, *)) {": "{", "    } else {": "    }\n    {"},
        "direct-activation",
    ),
    (MEMO, "Swift"): ({"action.fulfill()": "MemoPlayer().play(); action.fulfill()"}, "direct-activation"),
    (MEMO, "Objective-C"): ({"[action": "[[[MemoPlayer alloc] init] play]; [action"}, "direct-activation"),
    (FALSE_ONLY, "Swift"): ({"didDeactivate": "didActivate"}, "direct-deactivation"),
    (FALSE_ONLY, "Objective-C"): ({"didDeactivate": "didActivate"}, "direct-deactivation"),
    (IGNORED, "Swift"): ({"callkit-lint:": "note:"}, "direct-activation"),
    (IGNORED, "Objective-C"): ({"callkit-lint:": "note:"}, "direct-activation"),
    (NO_FRAMEWORK, "Swift"): (
        {
            "NSObject {": "NSObject, CXProviderDelegate {\n    func provider(_ provider: CXProvider, "
            "perform action: CXAnswerCallAction) { try? start(); action.fulfill() }",
            ".playAndRecord": ".playback",
            "engine.start()": "engine.prepare()",
        },
        "direct-activation",
    ),
    (NO_FRAMEWORK, "Objective-C"): (
        {
            ": NSObject": ": NSObject <CXProviderDelegate>",
            "@implementation Recorder": "@implementation Recorder\n- (void)provider:(CXProvider *)provider "
            "performAnswerCallAction:(CXAnswerCallAction *)action { [self startAndReturnError:nil]; "
            "[action fulfill]; }",
            "CategoryPlayAndRecord": "CategoryPlayback",
        },
        "direct-activation",
    ),
    (HAND_BACK, "Swift"): ({"didDeactivate": "didActivate"}, "direct-deactivation"),
    (HAND_BACK, "Objective-C"): ({"didDeactivate": "didActivate"}, "direct-deactivation"),
    (FULFILLED, "Swift"): (
        {"            action.fulfill()\n": "            self.waiting = action\n"},
        "configured-after-report",
    ),
    (FULFILLED, "Objective-C"): (
        {"        [action fulfill];\n": "        self.waiting = action;\n"},
        "configured-after-report",
    ),
    (ONCE_MORE, "Swift"): ({"        configureAudio()\n        pro": "        pro"}, "configured-after-report"),
    (ONCE_MORE, "Objective-C"): ({"    [self configureAudio];\n    [self.": "    [self."}, "configured-after-report"),
    (RESET, "Swift"): (
        {"mediaServicesWereResetNotification": "routeChangeNotification"},
        "route-handler-fights-system",
    ),
    (RESET, "Objective-C"): ({"MediaServicesWereReset": "RouteChange"}, "route-handler-fights-system"),
    (ONE_REASON, "Swift"): ({"if reason ==": "if reason !="}, "route-handler-fights-system"),
    (ONE_REASON, "Objective-C"): ({"if (reason ==": "if (reason !="}, "route-handler-fights-system"),
    (UNHELD, "Swift"): (
        {"            try? engine.start()": "            try? AVAudioSession.sharedInstance().setActive(true)"},
        "activation-as-recovery",
    ),
    (UNHELD, "Objective-C"): (
        {
            "        [self.engine start": "        [[AVAudioSession sharedInstance] setActive:YES error:nil];"
            " [self.engine start"
        },
        "activation-as-recovery",
    ),
    (TO_MEDIA, "Swift"): ({".playback": ".playAndRecord"}, "activation-as-recovery"),
    (TO_MEDIA, "Objective-C"): ({"CategoryPlayback": "CategoryPlayAndRecord"}, "activation-as-recovery"),
    (DELAYED_END, "Swift"): ({"Type.ended": "Type.began"}, "loose-interruption-handler"),
    (DELAYED_END, "Objective-C"): ({"TypeEnded": "TypeBegan"}, "loose-interruption-handler"),
    (PASSED_ON, "Swift"): ({".webRTC())": ".webRTC(), active: true)"}, "wrapped-activation"),
    (PASSED_ON, "Objective-C"): ({"Configuration] error": "Configuration] active:YES error"}, "wrapped-activation"),
    (RTC_ENDED, "Swift"): (
        {"DidEnd": "DidBegin", ", shouldResumeSession: Bool": ""},
        "loose-interruption-handler",
    ),
    (RTC_ENDED, "Objective-C"): (
        {"DidEnd": "DidBegin", " shouldResumeSession:(BOOL)shouldResumeSession": ""},
        "loose-interruption-handler",
    ),
    (PEER, "Swift"): (
        {"RTCPeerConnection": "RTCAudioSession", "RTCConfiguration()": "RTCConfiguration(), active: true"},
        "wrapped-activation",
    ),
    (PEER, "Objective-C"): (
        {"RTCPeerConnection": "RTCAudioSession", "init]];": "init] active:YES error:nil];"},
        "wrapped-activation",
    ),
    (STOPPED, "Swift"): ({"case .began": "case .other", "case .ended": "case .began"}, "loose-interruption-handler"),
    (STOPPED, "Objective-C"): ({"TypeBegan": "TypeOther", "TypeEnded": "TypeBegan"}, "loose-interruption-handler"),
    (RESUMED, "Swift"): ({"shouldResume": "other"}, "loose-interruption-handler"),
    (RESUMED, "Objective-C"): ({"ShouldResume": "Other"}, "loose-interruption-handler"),
    (PLAYER, "Swift"): ({"Type.began": "Type.ended"}, "loose-interruption-handler"),
    (PLAYER, "Objective-C"): ({"TypeBegan": "TypeEnded"}, "loose-interruption-handler"),
    (OWN_NAME, "Swift"): (
        {"name: .callAudioDidStart": "name: AVAudioSession.interruptionNotification"},
        "forged-interruption",
    ),
    (OWN_NAME, "Objective-C"): (
        {"postNotificationName:callAudioDidStart": "postNotificationName:AVAudioSessionInterruptionNotification"},
        "forged-interruption",
    ),
    (TWICE, "Swift"): ({"super.init()\n        configureAudio()": "super.init()"}, "configured-in-call-action"),
    (TWICE, "Objective-C"): ({"        [self configureAudio];\n    }": "    }"}, "configured-in-call-action"),
    (AN_SDK, "Swift"): ({"import TwilioVoice\n": ""}, "no-call-configuration"),
    (AN_SDK, "Objective-C"): ({"#import <TwilioVoice/TwilioVoice.h>\n": ""}, "no-call-configuration"),
    (CHOSEN, "Swift"): ({"(category,": "(.playback,"}, "no-call-configuration"),
    (CHOSEN, "Objective-C"): (
        {"setCategory:self.category": "setCategory:AVAudioSessionCategoryPlayback"},
        "no-call-configuration",
    ),
    (LIBRARY, "Swift"): (
        {"public final class": "@main final class AppDelegate: UIResponder, UIApplicationDelegate {}\n\nfinal class"},
        "no-call-configuration",
    ),
    (LIBRARY, "Objective-C"): (
        {
            "@implementation Calls": "@interface AppDelegate : UIResponder <UIApplicationDelegate>\n@end\n"
            "@implementation Calls"
        },
        "no-call-configuration",
    ),
    ("The reasons in a switch", "Swift"): (
        {".oldDeviceUnavailable": ".categoryChange"},
        "route-handler-fights-system",
    ),
    ("The reasons in a switch", "Objective-C"): (
        {"OldDeviceUnavailable": "CategoryChange"},
        "route-handler-fights-system",
    ),
    (KIND, "Swift"): (
        {"    func receive(": f"    {ACTIVE} {{ receive(UUID(), hasVideo: true) }}\n    func receive("}
        | {"reportNewIncomingCall(": "finish("},
        "configured-only-after-activation",
    ),
    (KIND, "Objective-C"): (
        {"- (void)receive:": f"{ACTIVE_OBJC} {{ [self receive:[NSUUID UUID] hasVideo:YES]; }}\n- (void)receive:"}
        | {"reportNewIncomingCallWithUUID:": "finish:"},
        "configured-only-after-activation",
    ),
    ("Only the picture changes", "Swift"): (
        {"let update": "try? AVAudioSession.sharedInstance().setMode(.voiceChat); let update"},
        "mode-change-in-call",
    ),
    ("Only the picture changes", "Objective-C"): (
        {"    CXCallUpdate": '    [[AVAudioSession sharedInstance] setMode:@"voice" error:nil];\n    CXCallUpdate'},
        "mode-change-in-call",
    ),
    (NEXT, "Swift"): ({"receive(next)": "useVoice()"}, "mode-change-in-call"),
    (NEXT, "Objective-C"): ({"[self receive:self.waitingCall]": "[self useVoice]"}, "mode-change-in-call"),
    (DEFAULT, "Swift"): (
        {"    func receive(": f"    {ACTIVE} {{ configureAudio(true) }}\n    func receive("},
        "speaker-by-category",
    ),
    (DEFAULT, "Objective-C"): (
        {"- (void)receive:": f"{ACTIVE_OBJC} {{ [self configureAudio:YES]; }}\n- (void)receive:"},
        "speaker-by-category",
    ),
    ("A screen without calls", "Swift"): ({"calls.calls.isEmpty": "isReady"}, "speaker-by-category"),
    ("A screen without calls", "Objective-C"): ({"self.calls.calls.count > 0": "self.busy"}, "speaker-by-category"),
    ("When the user asks", "Swift"): (
        {"@IBAction func handsFreeTapped(_ sender: UIButton)": ACTIVE},
        "sticky-speaker-override",
    ),
    ("When the user asks", "Objective-C"): (
        {"- (IBAction)handsFreeTapped:(UIButton *)sender": ACTIVE_OBJC},
        "sticky-speaker-override",
    ),
    (CHOICE, "Swift"): ({"wantsSpeaker": "isReady"}, "sticky-speaker-override"),
    (CHOICE, "Objective-C"): ({"wantsSpeaker": "isReady"}, "sticky-speaker-override"),
    ("In video calls", "Swift"): ({"hasVideo": "isReady"}, "sticky-speaker-override"),
    ("In video calls", "Objective-C"): ({"hasVideo": "isReady"}, "sticky-speaker-override"),
    ("Back to the receiver", "Swift"): ({"toSpeaker: false": "toSpeaker: true"}, "sticky-speaker-override"),
    ("Back to the receiver", "Objective-C"): ({"ToSpeaker:NO": "ToSpeaker:YES"}, "sticky-speaker-override"),
    ("The number of channels", "Swift"): ({"InputNumberOfChannels": "SampleRate"}, "hardware-preference-in-call"),
    ("The number of channels", "Objective-C"): ({"InputNumberOfChannels": "SampleRate"}, "hardware-preference-in-call"),
    ("In a recorder of its own", "Swift"): (
        {"@IBAction func recordTapped(_ sender: UIButton)": ACTIVE},
        "hardware-preference-in-call",
    ),
    ("In a recorder of its own", "Objective-C"): (
        {"- (IBAction)recordTapped:(UIButton *)sender": ACTIVE_OBJC},
        "hardware-preference-in-call",
    ),
    (MODE_FIRST, "Swift"): (
        {"session.setMode(.voiceChat)": "session.setCategory(.playAndRecord)"}
        | {"setCategory(.playAndRecord)\n    }": "setMode(.voiceChat)\n    }"},
        "partial-early-configuration",
    ),
    (MODE_FIRST, "Objective-C"): (
        {"setMode:AVAudioSessionModeVoiceChat": "setCategory:AVAudioSessionCategoryPlayAndRecord"}
        | {"Record error:nil];\n    }": "Record error:nil]; [session setMode:mode error:nil]; }"},
        "partial-early-configuration",
    ),
    (AGAIN, "Swift"): ({"UUID) {\n        configureAudio()": "UUID) {"}, "leftover-category"),
    (AGAIN, "Objective-C"): ({"call {\n    [self configureAudio];": "call {"}, "leftover-category"),
    (GIVES_BACK, "Swift"): (
        {"try? AVAudioSession.sharedInstance().setCategory(before)": "print(before)"},
        "leftover-category",
    ),
    (GIVES_BACK, "Objective-C"): (
        {"[[AVAudioSession sharedInstance] setCategory:self.before error:nil]": "[self description]"},
        "leftover-category",
    ),
    ("Another action, which still waits", "Swift"): (
        {"waitingAnswer?.fail": "action.fail"},
        "timed-out-action-completed",
    ),
    ("Another action, which still waits", "Objective-C"): (
        {"[self.waitingAnswer fail": "[action fail"},
        "timed-out-action-completed",
    ),
    ("On a queue of its own", "Swift"): ({"signalling.async": "signalling.sync"}, "slow-call-action"),
    ("On a queue of its own", "Objective-C"): ({"dispatch_async": "dispatch_sync"}, "slow-call-action"),
    ("Only when something has changed", "Swift"): ({"guard muted != isMuted else { return }": ""}, "mute-ping-pong"),
    ("Only when something has changed", "Objective-C"): (
        {"    if (muted == self.isMuted) {\n        return;\n    }\n": ""},
        "mute-ping-pong",
    ),
    ("Actions that wait to be completed", "Swift"): ({"waitingActions": "waitingCalls"}, "action-id-as-call-id"),
    ("Actions that wait to be completed", "Objective-C"): ({"waitingActions": "waitingCalls"}, "action-id-as-call-id"),
    ("A placeholder that ends at once", "Swift"): ({"self.provider.reportCall": "self.note"}, "callkit-error-ignored"),
    ("A placeholder that ends at once", "Objective-C"): (
        {"[self.provider reportCall": "[self noteCall"},
        "callkit-error-ignored",
    ),
    ("The caller gets the error", "Swift"): (
        {"error in\n            if error == nil": "_ in\n            if isReady"},
        "callkit-error-ignored",
    ),
    ("The caller gets the error", "Objective-C"): ({"if (error == nil)": "if (self.ready)"}, "callkit-error-ignored"),
    ("Groups with room for one call", "Swift"): ({"CallGroup = 1": "CallGroup = 5"}, "missing-action-handler"),
    ("Groups with room for one call", "Objective-C"): ({"CallGroup = 1": "CallGroup = 5"}, "missing-action-handler"),
    ("All actions in one method", "Swift"): ({"execute transaction": "run transaction"}, "missing-action-handler"),
    ("All actions in one method", "Objective-C"): ({"executeTransaction": "runTransaction"}, "missing-action-handler"),
    (KEPT, "Swift"): ({"with: call, endedAt": "with: UUID(), endedAt"}, "unstable-call-uuid"),
    (KEPT, "Objective-C"): (
        {"reportCallWithUUID:self.activeCall": "reportCallWithUUID:[NSUUID UUID]"},
        "unstable-call-uuid",
    ),
    (AT_ONCE, "Swift"): (
        {"reportNewIncomingCall(with: call": "reportNewIncomingCall(with: other"},
        "unstable-call-uuid",
    ),
    (AT_ONCE, "Objective-C"): ({"CallWithUUID:call\n": "CallWithUUID:other\n"}, "unstable-call-uuid"),
    (ASKED, "Swift"): ({"@IBAction func resumeTapped(_ sender: UIButton)": ACTIVE}, "programmatic-unhold"),
    (ASKED, "Objective-C"): ({"- (IBAction)resumeTapped:(UIButton *)sender": ACTIVE_OBJC}, "programmatic-unhold"),
    (OTHER_HELD, "Swift"): ({"setHeld(true": "setHeld(false"}, "programmatic-unhold"),
    (OTHER_HELD, "Objective-C"): ({"setHeld:YES": "setHeld:NO"}, "programmatic-unhold"),
    (OUTSIDE, "Swift"): (
        {"provider.reportCall(with: cancelledCallInvite.uuid, endedAt: nil, reason: .remoteEnded)": "hangUpTapped(id)"},
        "end-action-for-remote-end",
    ),
    (OUTSIDE, "Objective-C"): (
        {
            "[self.provider reportCallWithUUID:cancelledCallInvite.uuid endedAtDate:nil "
            "reason:CXCallEndedReasonRemoteEnded]": "[self hangUpTapped:cancelledCallInvite.uuid]"
        },
        "end-action-for-remote-end",
    ),
    (TIME_UP, "Swift"): ({"if didTimeOut": "if isReady", ".unanswered": ".remoteEnded"}, "end-action-for-remote-end"),
    (TIME_UP, "Objective-C"): (
        {"if (self.didTimeOut)": "if (self.isReady)", "ReasonUnanswered": "ReasonRemoteEnded"},
        "end-action-for-remote-end",
    ),
    (TAPPED, "Swift"): (
        {
            "continue userActivity: NSUserActivity": "didReceiveRemoteNotification userActivity: [AnyHashable: Any]",
            "restorationHandler:": "fetchCompletionHandler:",
        },
        "background-outgoing-call",
    ),
    (TAPPED, "Objective-C"): (
        {
            "continueUserActivity:(NSUserActivity *)": "didReceiveRemoteNotification:(NSDictionary *)",
            "restorationHandler:(void (^)(NSArray *))": "fetchCompletionHandler:(void (^)(UIBackgroundFetchResult))",
        },
        "background-outgoing-call",
    ),
    (EXTENSION, "Swift"): ({"didActivate": "didOpen"}, MISSING),
    (EXTENSION, "Objective-C"): ({"didActivateAudioSession": "didOpen"}, MISSING),
    (ABOVE, "Swift"): ({"didActivate": "didOpen"}, MISSING),
    (ABOVE, "Objective-C"): ({"didActivateAudioSession": "didOpen"}, MISSING),
    (UNTOLD, "Swift"): ({"AgoraRtcKit": "TwilioVoice"}, MISSING),
    (UNTOLD, "Objective-C"): ({"AgoraRtcKit/AgoraRtcEngineKit.h": "TwilioVoice/TwilioVoice.h"}, MISSING),
    ("No audio at all", "Swift"): ({"import CallKit": "import CallKit\nimport TwilioVoice"}, MISSING),
    ("No audio at all", "Objective-C"): ({"#import": "#import <TwilioVoice/TwilioVoice.h>\n#import"}, MISSING),
    ("Every call is refused", "Swift"): ({"action.fail()": "action.fulfill()"}, MISSING),
    ("Every call is refused", "Objective-C"): ({"[action fail]": "[action fulfill]"}, MISSING),
    ("Both are passed on in another class", "Swift"): ({"audioSessionDidActivate": "print"}, FORWARD),
    ("Both are passed on in another class", "Objective-C"): (
        {"[[RTCAudioSession sharedInstance] audioSessionDidActivate:session]": "[self opened:session]"},
        FORWARD,
    ),
    ("WebRTC is inside an SDK", "Swift"): (
        {"Meeting()": "Meeting(); func f() { RTCAudioSession.sharedInstance().useManualAudio = true }"},
        FORWARD,
    ),
    ("WebRTC is inside an SDK", "Objective-C"): (
        {"[self.meeting mute]": "[RTCAudioSession sharedInstance].useManualAudio = YES"},
        FORWARD,
    ),
    ("Manual from the launch on", "Swift"): ({"useManualAudio = true": "useManualAudio = false"}, AUTOMATIC),
    ("Manual from the launch on", "Objective-C"): ({"useManualAudio = YES": "useManualAudio = NO"}, AUTOMATIC),
    (DEVICE, "Swift"): ({", audioDevice: CallDevice()": ""}, AUTOMATIC),
    (DEVICE, "Objective-C"): ({"audioDevice:[[CallDevice alloc] init]]": "]"}, AUTOMATIC),
    ("Started in didActivate", "Swift"): ({"engine.prepare()": "try? engine.start()"}, EARLY),
    ("Started in didActivate", "Objective-C"): (
        {"[self.engine prepare]": "[self.engine startAndReturnError:nil]"},
        EARLY,
    ),
    (FLAG, "Swift"): ({"sessionIsOpen = true": "print()"}, EARLY),
    (FLAG, "Objective-C"): ({"self.sessionIsOpen = YES": "[self description]"}, EARLY),
    (BY_HAND, "Swift"): ({"enableManualRenderingMode": "use"}, EARLY),
    (BY_HAND, "Objective-C"): ({"enableManualRenderingMode": "use"}, EARLY),
    ("Audio switched off while answering", "Swift"): ({"= false": "= true"}, EARLY),
    ("Audio switched off while answering", "Objective-C"): ({"= NO": "= YES"}, EARLY),
    ("A ringback in didActivate", "Swift"): (
        {"perform action: CXStartCallAction) {": "perform action: CXStartCallAction) {\n        tone.play()"},
        EARLY,
    ),
    ("A ringback in didActivate", "Objective-C"): (
        {"(CXStartCallAction *)action {": "(CXStartCallAction *)action {\n    [self.tone play];"},
        EARLY,
    ),
    (NO_SYSTEM, "Swift"): ({'if Locale.current.regionCode == "CN"': "do", "            return\n": ""}, OWN_RINGTONE),
    (NO_SYSTEM, "Objective-C"): (
        {'if ([[NSLocale currentLocale].countryCode isEqualToString:@"CN"]) ': "", "        return;\n": ""},
        OWN_RINGTONE,
    ),
    ("A preview in the settings", "Swift"): ({"self.activeCall = call": "self.ringtone.start()"}, OWN_RINGTONE),
    ("A preview in the settings", "Objective-C"): ({"self.activeCall = call": "[self.ringtone start]"}, OWN_RINGTONE),
    (LEFT, "Swift"): ({"AudioSession = false": "AudioSession = true"}, TAKEOVER),
    (LEFT, "Objective-C"): ({"AudioSession = NO": "AudioSession = YES"}, TAKEOVER),
    ("A camera without a microphone", "Swift"): ({".video": ".audio"}, TAKEOVER),
    ("A camera without a microphone", "Objective-C"): ({"AVMediaTypeVideo": "AVMediaTypeAudio"}, TAKEOVER),
    ("A recorder outside calls", "Swift"): ({"@IBAction func recordTapped(_ sender: UIButton)": ACTIVE}, TAKEOVER),
    ("A recorder outside calls", "Objective-C"): (
        {"- (IBAction)recordTapped:(UIButton *)sender": ACTIVE_OBJC},
        TAKEOVER,
    ),
    ("The objects are made anew", "Swift, app"): ({"configure()\n        audio.rebuild()": "print()"}, RESETS),
    ("The objects are made anew", "Objective-C, app"): (
        {"[self configure];\n    [self.audio rebuild]": 'NSLog(@"reset")'},
        RESETS,
    ),
    ("An SDK runs the audio", "Swift, app"): ({"import HMSSDK\n": ""}, RESETS),
    ("An SDK runs the audio", "Objective-C, app"): ({"#import <HMSSDK/HMSSDK.h>\n": ""}, RESETS),
}


@pytest.mark.parametrize(("title", "language"), REASONS, ids=[f"{title} ({language})" for title, language in REASONS])
def test_good_example_is_silent_for_its_reason(title: str, language: str) -> None:
    edits, rules = REASONS[title, language]
    # a title that stands on several pages is meant on the first
    program = next(program for program in EXAMPLES if program.name.endswith(f"Good: {title} ({language})"))
    text = {path: data.decode() for path, data in program.files.items()}
    for old, new in edits.items():
        assert any(old in data for data in text.values())
        text = {path: data.replace(old, new) for path, data in text.items()}
    found = {item.rule for item in diagnostics({path: data.encode() for path, data in text.items()}, program.rules)}
    files = {path: data.encode() for path, data in text.items()}
    found = {item.rule for item in diagnostics(files, program.rules)}
    assert found in [{rule} for rule in rules.split()]


# "Only while there is no call" stands on several pages with several calls; each must report without its guard.
NO_CALL = (
    "if CXCallObserver().calls.isEmpty",
    "guard CXCallObserver().calls.isEmpty else { return }",
    "if ([[CXCallObserver alloc] init].calls.count == 0)",
    "if ([[CXCallObserver alloc] init].calls.count > 0)",
)


@pytest.mark.parametrize(
    "program", [program for program in EXAMPLES if "Only while there is no call" in program.name], ids=str
)
def test_no_call_guard_is_what_silences(program: Example) -> None:
    files = dict(program.files)
    for path, data in files.items():
        text = data.decode()
        for guard in NO_CALL:
            text = text.replace(
                guard, guard.split()[0] + (" isQuiet else { return }" if "guard" in guard else " (isQuiet)")
            )
        files[path] = text.encode()
    assert files != program.files
    assert {item.rule for item in diagnostics(files, program.rules)} == {program.name.partition(":")[0]}


# ---- the harness itself ---------------------------------------------------------------------------------------------


def good_page() -> str:
    examples = "".join(
        f"### One ({language})\n\n```{block}\ncall();{{expect}}\n```\n\n"
        for language, block in (("Swift", "swift A.swift"), ("Objective-C", "objc A.m"))
    )
    texts = {"Bad": examples.replace("{expect}", " // expect: some-rule"), "Good": examples.replace("{expect}", "")}
    return "\n\n".join(["# some-rule", *(f"## {name}\n\n{texts.get(name, 'Text.')}" for name in HEADINGS)])


GOOD_PAGE = good_page()


def test_harness_accepts_a_good_page() -> None:
    page = parse_page("some-rule", GOOD_PAGE)
    assert page.problems == ()
    assert [twin.example.expected for twin in page.twins] == [
        {("A.swift", 1, "some-rule")},
        {("A.m", 1, "some-rule")},
        frozenset(),
        frozenset(),
    ]
    assert len(page.pairs) == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("# some-rule", "# other-rule", "the title"),
        ("## Limits", "## Limitations", "the headings"),
        ("## Fix\n\nText.", "", "the headings"),
        (" // expect: some-rule", "", "a Bad example must expect some-rule"),
        ("call();\n", "call(); // expect: some-rule\n", "a Good one must not"),
        ("### One (Objective-C)", "### Two (Objective-C)", "has no Objective-C twin"),
        ("### One (Objective-C)", "### One", "must end with"),
        ("swift A.swift", "swift", "is no language with a file name"),
        ("swift A.swift", "swift A.m", "is no language with a file name"),
        ("```objc A.m", "", "is no language"),
        ("## Fix\n\nText.", "## Fix\n\n```swift A.swift\ncall()\n```", "outside of a subsection"),
        ("some-rule\n```", "some-rule, other-rule\n```", None),
    ],
)
def test_harness_refuses_a_bad_page(old: str, new: str, problem: str | None) -> None:
    assert old in GOOD_PAGE
    problems = parse_page("some-rule", GOOD_PAGE.replace(old, new)).problems
    assert bool(problems) == (problem is not None)
    assert problem is None or any(problem in found for found in problems)


def test_harness_compares_both_ways() -> None:
    source = b"import CallKit\nfinal class A: NSObject, CXProviderDelegate {}\n"
    check(example("silent", {"A.swift": source}))
    with pytest.raises(AssertionError, match=r"missing:\n  A.swift:3: direct-activation\n"):
        check(example("missing", {"A.swift": source + b"// expect: direct-activation\n"}))
    bad = next(program for program in EXAMPLES if program.expected)
    files = {path: data.replace(b"// expect:", b"// ") for path, data in bad.files.items()}
    with pytest.raises(AssertionError, match=r"not expected:\n  \S+:\d+: "):
        check(example("unexpected", files))
