"""Link: what each call reaches, through the receivers, languages and closures that apps write."""

from __future__ import annotations

import pytest

from callkit_lint.callgraph.conditions import Known
from callkit_lint.knowledge import load
from callkit_lint.rule import Confidence
from tests.graphs import ACTIVATE, ACTIVATE_OBJC, calls, edge, linked, modes, procedure, site

# `start` is a name that any class may have: a call of it says which type the receiver was found to have.
AUDIO = """
final class Audio {
    static let shared = Audio()
    static func make() -> Audio { return Audio.shared }
    static func standard() -> Self { return unknown() }
    var next: Audio { return Audio.shared }
    func start() {}
}
final class Decoy { func start() {} }
final class Holder {
    var audio: Audio?
    func build() -> Audio { return unknown() }
}
func makeAudio() -> Audio { return unknown() }
let globalAudio = Audio()
"""


def swift_caller(members: str) -> dict[str, str]:
    return {"Audio.swift": AUDIO, "Caller.swift": f"class Caller {{\n{members}\n}}\n"}


def starts(sources: dict[str, str], path: str) -> set[tuple[str, Confidence]]:
    """Which `start` methods the code of a file calls, and how surely."""
    bodies = [body for body in linked(sources).procedures if body.path == path]
    return {
        (item.callee.display, item.confidence)
        for body in bodies
        for item in body.edges
        if item.callee.function.name == "start()"
    }


POSTED = "let audio = Audio()\nfunc run() {{ DispatchQueue.main.async {{ [weak self] in {} }} }}"
SWIFT_RECEIVERS = {
    "local let": "func run() { let audio = Audio(); audio.start() }",
    "local with a type": "func run() { let audio: Audio = unknown(); audio.start() }",
    "local given a value later": "func run() { let audio: Audio\n audio = unknown()\n audio.start() }",
    "local of an implicit member": "func run() { let audio: Audio = .shared\n audio.start() }",
    "reassigned local": "func run() { var audio = Audio()\n audio = unknown()\n audio.start() }",
    "stored property": "let audio = Audio()\nfunc run() { audio.start() }",
    "stored property with a type": "private weak var audio: Audio?\nfunc run() { audio?.start() }",
    "property of self": "var audio: Audio!\nfunc run() { self.audio.start() }",
    "forced property": "var audio: Audio?\nfunc run() { audio!.start() }",
    "property set by the initialiser": "let a: Audio\ninit(audio: Audio) { a = audio }\nfunc run() { a.start() }",
    "wrapped property": "@StateObject private var audio = Audio()\nfunc run() { audio.start() }",
    "computed property": "var audio: Audio { Audio.shared }\nfunc run() { audio.start() }",
    "computed property with get": "var audio: Audio { get { return unknown() } }\nfunc run() { audio.start() }",
    "lazy property": "lazy var audio = Audio()\nfunc run() { audio.start() }",
    "lazy property with a closure": "lazy var audio: Audio = { return unknown() }()\nfunc run() { audio.start() }",
    "static property": "static let audio = Audio()\nfunc run() { Caller.audio.start() }",
    "static property of Self": "static let audio = Audio()\nfunc run() { Self.audio.start() }",
    "parameter": "func run(audio: Audio) { audio.start() }",
    "optional parameter": "func run(_ audio: Audio?) { audio?.start() }",
    "inout parameter": "func run(_ audio: inout Audio) { audio.start() }",
    "parameter before a property": "let audio = Decoy()\nfunc run(audio: Audio) { audio.start() }",
    "local before a property": "let audio = Decoy()\nfunc run() { let audio = Audio()\n audio.start() }",
    "closure parameter": "func run() { take { (audio: Audio) in audio.start() } }",
    "element": "func run(_ audios: [Audio]) { audios[0].start() }",
    "loop variable": "func run(_ audios: [Audio]) { for audio in audios { audio.start() } }",
    "optional chaining": "var holder: Holder?\nfunc run() { holder?.audio?.next.start() }",
    "self? in a closure": POSTED.format("self?.audio.start()"),
    "guard let self = self": POSTED.format("guard let self = self else { return }\n self.audio.start()"),
    "guard let self": POSTED.format("guard let self else { return }\n audio.start()"),
    "guard let strongSelf": POSTED.format("guard let strongSelf = self else { return }\n strongSelf.audio.start()"),
    "if let me = self": POSTED.format("if let me = self { me.audio.start() }"),
    "captured": "let audio = Audio()\nfunc run() { take { [weak mine = self.audio] in mine?.start() } }",
    "if let": "var audio: Audio?\nfunc run() { if let audio = audio { audio.start() } }",
    "if let without a value": "var audio: Audio?\nfunc run() { if let audio { audio.start() } }",
    "guard let": "let holder = Holder()\nfunc run() { guard let a = holder.audio else { return }\n a.start() }",
    "guard let twice": "func run(x: Any) { guard let h = x as? Holder, let a = h.audio else { return }\n a.start() }",
    "singleton": "func run() { Audio.shared.start() }",
    "singleton in a local": "func run() { let audio = Audio.shared\n audio.start() }",
    "static factory": "func run() { Audio.make().start() }",
    "static factory of Self": "func run() { Audio.standard().start() }",
    "forced cast": "func run(thing: Any) { (thing as! Audio).start() }",
    "conditional cast": "func run(thing: Any) { (thing as? Audio)?.start() }",
    "if let with a cast": "func run(thing: Any) { if let audio = thing as? Audio { audio.start() } }",
    "cast in a switch": "func run(thing: Any) { switch thing { case let a as Audio: a.start()\n default: break } }",
    "if case with a cast": "func run(thing: Any) { if case let audio as Audio = thing { audio.start() } }",
    "own factory method": "func build() -> Audio? { return unknown() }\nfunc run() { build()?.start() }",
    "throwing factory method": "func build() throws -> Audio { unknown() }\nfunc run() { try? build().start() }",
    "async factory method": "func build() async -> Audio { unknown() }\nfunc run() async { await build().start() }",
    "factory method of another": "let holder = Holder()\nfunc run() { holder.build().start() }",
    "factory function": "func run() { makeAudio().start() }",
    "in place": "func run() { Audio().start() }",
    "in place with init": "func run() { Audio.init().start() }",
    "default value": "var audio: Audio?\nfunc run() { (audio ?? unknown()).start() }",
    "conditional value": "var a = Audio()\nfunc run(_ flag: Bool) { (flag ? a : unknown()).start() }",
    "global": "func run() { globalAudio.start() }",
    "nested type's property": "class Inner { let a = Audio() }\nlet inner = Inner()\nfunc run() { inner.a.start() }",
    "local function": "let audio = Audio()\nfunc run() { func inner() { audio.start() }\n inner() }",
}


@pytest.mark.parametrize("members", SWIFT_RECEIVERS.values(), ids=SWIFT_RECEIVERS)
def test_swift_receiver(members: str) -> None:
    assert starts(swift_caller(members), "Caller.swift") == {("Audio.start()", Confidence.high)}


AUDIO_H = """
@interface Audio : NSObject
+ (instancetype)sharedInstance;
+ (Audio *)make;
@property (class, readonly) Audio *current;
@property (nonatomic, strong) Audio *next;
- (instancetype)initWithMode:(int)mode;
- (void)start;
@end
@interface Decoy : NSObject
- (void)start;
@end
@interface Holder : NSObject
@property (nonatomic, strong) Audio *audio;
- (Audio *)build;
@end
Audio *MakeAudio(void);
"""
AUDIO_M = """
#import "Audio.h"
@implementation Audio
+ (instancetype)sharedInstance { return nil; }
+ (Audio *)make { return nil; }
- (instancetype)initWithMode:(int)mode { return self; }
- (void)start {}
@end
@implementation Decoy
- (void)start {}
@end
@implementation Holder
- (Audio *)build { return nil; }
@end
Audio *MakeAudio(void) { return nil; }
"""


def objc_caller(properties: str, methods: str) -> dict[str, str]:
    header = f"@interface Caller : NSObject\n{properties}\n@end\n"
    return {"Audio.h": AUDIO_H, "Audio.m": AUDIO_M, "Caller.m": f"{header}@implementation Caller\n{methods}\n@end\n"}


AUDIO_PROPERTY = "@property (nonatomic, strong, nullable) Audio *audio;"
POSTED_OBJC = "- (void)run {{ __weak typeof(self) weakSelf = self; dispatch_async(queue, ^{{ {} }}); }}"
OBJC_RECEIVERS = {
    "alloc init": ("", "- (void)run { Audio *audio = [[Audio alloc] init]; [audio start]; }"),
    "alloc init with arguments": ("", "- (void)run { [[[Audio alloc] initWithMode:1] start]; }"),
    "new": ("", "- (void)run { [[Audio new] start]; }"),
    "local with a type": ("", "- (void)run { Audio *audio = unknown(); [audio start]; }"),
    "local given a value later": ("", "- (void)run { Audio *audio; audio = unknown(); [audio start]; }"),
    "__auto_type": ("", "- (void)run { __auto_type audio = [Audio sharedInstance]; [audio start]; }"),
    "static local": ("", "- (void)run { static Audio *audio = nil; [audio start]; }"),
    "property": (AUDIO_PROPERTY, "- (void)run { [self.audio start]; }"),
    "property by message": (AUDIO_PROPERTY, "- (void)run { [[self audio] start]; }"),
    "variable of a property": (AUDIO_PROPERTY, "- (void)run { [_audio start]; }"),
    "variable of a property of self": (AUDIO_PROPERTY, "- (void)run { [self->_audio start]; }"),
    "getter": ("", "- (Audio *)audio { return nil; }\n- (void)run { [self.audio start]; }"),
    "singleton": ("", "- (void)run { [[Audio sharedInstance] start]; }"),
    "singleton with a dot": ("", "- (void)run { [Audio.sharedInstance start]; }"),
    "class property": ("", "- (void)run { [Audio.current start]; }"),
    "class method": ("", "- (void)run { [[Audio make] start]; }"),
    "parameter": ("", "- (void)runWith:(Audio *)audio { [audio start]; }"),
    "parameter before a property": ("@property Decoy *audio;", "- (void)runWith:(Audio *)audio { [audio start]; }"),
    "cast": ("", "- (void)runWith:(id)thing { [(Audio *)thing start]; }"),
    "cast with a dot": ("", "- (void)runWith:(id)thing { [((Audio *)thing).next start]; }"),
    "C function": ("", "- (void)run { [MakeAudio() start]; }"),
    "factory method": ("", "- (Audio *)build { return nil; }\n- (void)run { [[self build] start]; }"),
    "factory method of another": ("@property Holder *holder;", "- (void)run { [[self.holder build] start]; }"),
    "chain": ("@property Holder *holder;", "- (void)run { [self.holder.audio.next start]; }"),
    "weakSelf": (AUDIO_PROPERTY, POSTED_OBJC.format("[weakSelf.audio start];")),
    "strongSelf": (
        AUDIO_PROPERTY,
        POSTED_OBJC.format("__strong typeof(weakSelf) strongSelf = weakSelf; [strongSelf.audio start];"),
    ),
    "strongSelf that is checked": (
        AUDIO_PROPERTY,
        POSTED_OBJC.format("Caller *me = weakSelf; if (!me) return; [me->_audio start];"),
    ),
    "loop variable": ("@property NSArray *all;", "- (void)run { for (Audio *audio in self.all) { [audio start]; } }"),
    "element": ("@property NSArray<Audio *> *all;", "- (void)run { [self.all[0] start]; }"),
    "default value": (AUDIO_PROPERTY, "- (void)run { [(self.audio ?: unknown()) start]; }"),
    "conditional value": (AUDIO_PROPERTY, "- (void)runIf:(BOOL)flag { [(flag ? self.audio : nil) start]; }"),
}


@pytest.mark.parametrize(("properties", "methods"), OBJC_RECEIVERS.values(), ids=OBJC_RECEIVERS)
def test_objc_receiver(properties: str, methods: str) -> None:
    assert starts(objc_caller(properties, methods), "Caller.m") == {("Audio.start()", Confidence.high)}


OBJC_VARIABLES = {
    "instance variable": "@implementation Caller { Audio *_mine; }\n- (void)run { [_mine start]; }\n@end",
    "class extension": "@interface Caller ()\n@property Audio *mine;\n@end\n"
    "@implementation Caller\n- (void)run { [self.mine start]; }\n@end",
    "global": "static Audio *mine = nil;\n@implementation Caller\n- (void)run { [mine start]; }\n@end",
}


@pytest.mark.parametrize("text", OBJC_VARIABLES.values(), ids=OBJC_VARIABLES)
def test_objc_variable(text: str) -> None:
    header = "@interface Caller : NSObject\n@end\n"
    sources = {"Audio.h": AUDIO_H, "Audio.m": AUDIO_M, "Caller.h": header, "Caller.m": text}
    assert starts(sources, "Caller.m") == {("Audio.start()", Confidence.high)}


# ---- types: inheritance, protocols, parts, names --------------------------------------------------------------------


def test_a_call_reaches_the_type_and_the_overrides_below_it() -> None:
    graph = linked(
        {
            "A.swift": "class Ring { func go() {} }\nclass Bell: Ring { override func go() { super.go() } }\n"
            "func above(ring: Ring) { ring.go() }\nfunc below(bell: Bell) { bell.go() }"
        }
    )
    assert calls(graph, "above(ring:)") == ["Ring.go()", "Bell.go()"]
    assert calls(graph, "below(bell:)") == ["Bell.go()"]
    assert calls(graph, "Bell.go()") == ["Ring.go()"]


def test_only_initialisers_stay_with_their_own_type_not_methods_named_like_them() -> None:
    graph = linked(
        {
            "A.swift": "protocol Ringing { func initialize(size: Int) }\n"
            "class Bell: Ringing { func initialize(size: Int) {} }\n"
            "func f(it: Ringing) { it.initialize(size: 3) }",
            "B.m": "@protocol Humming\n- (void)initialiseAll;\n@end\n@interface Horn : NSObject <Humming>\n@end\n"
            "@implementation Horn\n- (void)initialiseAll {}\n@end\nvoid g(id<Humming> it) { [it initialiseAll]; }",
        }
    )
    assert calls(graph, "f(it:)") == ["Bell.initialize(size:)"]
    assert calls(graph, "g(_:)") == ["Horn.initialiseAll()"]


def test_an_initialiser_calls_the_one_above_it() -> None:
    graph = linked(
        {
            "A.swift": "class Ring { init(size: Int) {} }\nfunc f() { _ = Bell(size: 3) }\n"
            "class Bell: Ring { override init(size: Int) { super.init(size: 1) }\n"
            " convenience init() { self.init(size: 2) } }"
        }
    )
    assert calls(graph, "f()") == ["Bell.init(size:)"]
    assert calls(graph, "Bell.init(size:)") == ["Ring.init(size:)"]
    assert calls(graph, "Bell.init()") == ["Bell.init(size:)"]


def test_objc_super_starts_above_the_class() -> None:
    graph = linked(
        {
            "Ring.h": "@interface Ring : NSObject\n- (void)go;\n@end\n@interface Bell : Ring\n@end",
            "Ring.m": "@implementation Ring\n- (instancetype)init { return self; }\n- (void)go {}\n@end",
            "Bell.m": "@implementation Bell\n- (instancetype)init { self = [super init]; return self; }\n"
            "- (void)go { [super go]; }\n@end\nvoid above(Ring *ring) { [ring go]; }",
        }
    )
    assert calls(graph, "Bell.init()") == ["Ring.init()"]
    assert calls(graph, "Bell.go()") == ["Ring.go()"]
    assert calls(graph, "above(_:)") == ["Ring.go()", "Bell.go()"]


def test_a_protocol_reaches_every_conforming_type_and_no_other() -> None:
    graph = linked(
        {
            "P.swift": "protocol Ringing: AnyObject { func go()\n var bell: Bell { get } }",
            "A.swift": "class Phone: Ringing { func go() {}\n var bell: Bell { return Bell() } }",
            "B.swift": "class Watch { func go() {}\n let bell = Bell() }\nextension Watch: Ringing {}",
            "C.swift": "class Bell { func go() {} }\nclass Other { func go() {} }",
            "D.swift": "class Caller { weak var delegate: Ringing?\n func run() { delegate?.go() }\n"
            " func ring() { delegate?.bell.go() } }",
        }
    )
    assert calls(graph, "Caller.run()") == ["Phone.go()", "Watch.go()"]
    assert calls(graph, "Caller.ring()") == ["Phone.bell", "Bell.go()"]


def test_an_objc_protocol_reaches_its_classes() -> None:
    graph = linked(
        {
            "P.h": "@protocol Ringing <NSObject>\n- (void)go;\n@end",
            "A.m": "@interface Phone : NSObject <Ringing>\n@end\n@implementation Phone\n- (void)go {}\n@end",
            "B.m": "@interface Other : NSObject\n@end\n@implementation Other\n- (void)go {}\n@end",
            "C.m": "@interface Caller : NSObject\n@property (weak) id<Ringing> delegate;\n@end\n"
            "@implementation Caller\n- (void)run { [self.delegate go]; }\n@end",
        }
    )
    assert calls(graph, "Caller.run()") == ["Phone.go()"]


def test_a_declaration_without_a_body_gives_the_type_of_its_result() -> None:
    bell = "class Bell { func go() {} }\nclass Other { func go() {} }"
    swift = "protocol Making { func make() -> Bell }\nfunc f(maker: Making) { maker.make().go() }"
    assert calls(linked({"A.swift": bell, "B.swift": swift}), "f(maker:)") == ["Bell.go()"]
    header = "@interface Maker : NSObject\n- (Bell *)make;\n@end"
    objc = "@interface Bell : NSObject\n@end\n@implementation Bell\n- (void)go {}\n@end\n"
    graph = linked({"Maker.h": header, "A.m": f"{objc}void f(Maker *maker) {{ [[maker make] go]; }}", "B.swift": bell})
    assert calls(graph, "f(_:)") == ["Bell.go()"]


def test_a_protocol_extension_calls_what_its_types_implement() -> None:
    graph = linked(
        {
            "P.swift": "protocol Ringing { func go() }\nextension Ringing { func ring() { go() } }\n"
            "class Phone: Ringing { func go() {}\n func run() { ring() } }"
        }
    )
    assert calls(graph, "Phone.run()") == ["Ringing.ring()"]
    assert calls(graph, "Ringing.ring()") == ["Phone.go()"]


@pytest.mark.parametrize(("types", "confidence"), [(2, Confidence.high), (3, Confidence.medium), (5, Confidence.low)])
def test_the_more_types_a_call_may_reach_the_less_sure_it_is(types: int, confidence: Confidence) -> None:
    conforming = "".join(f"class Phone{n}: Ringing {{ func go() {{}} }}\n" for n in range(types))
    graph = linked({"P.swift": f"protocol Ringing {{ func go() }}\n{conforming}func f(r: Ringing) {{ r.go() }}"})
    assert [item.confidence for item in procedure(graph, "f(r:)").edges] == [confidence] * types


def test_extensions_in_other_files_are_parts_of_their_type() -> None:
    graph = linked(
        {
            "Phone.swift": "class Phone { func run() { ring() } }",
            "Phone+Ring.swift": "extension Phone { func ring() { self.finish() } }",
            "Phone+End.swift": "extension Phone: Ending { func finish() {} }\nprotocol Ending { func finish() }",
        }
    )
    assert calls(graph, "Phone.run()") == ["Phone.ring()"]
    assert calls(graph, "Phone.ring()") == ["Phone.finish()"]


def test_categories_in_other_files_are_parts_of_their_class() -> None:
    graph = linked(
        {
            "Phone.h": "@interface Phone : NSObject\n- (void)run;\n@end",
            "Phone.m": "@implementation Phone\n- (void)run { [self ring]; }\n@end",
            "Phone+Ring.h": "@interface Phone (Ring)\n- (void)ring;\n@end",
            "Phone+Ring.m": "@implementation Phone (Ring)\n- (void)ring { [self run]; }\n@end",
        }
    )
    assert calls(graph, "Phone.run()") == ["Phone.ring()"]
    assert calls(graph, "Phone.ring()") == ["Phone.run()"]


def test_extensions_and_categories_of_a_framework_type_keep_its_apis() -> None:
    graph = linked(
        {
            "S.swift": "extension AVAudioSession { func prepare() { try? setCategory(.playback)\n"
            " try? self.setActive(true) } }\nfunc f() { AVAudioSession.sharedInstance().prepare() }",
            "S.m": "@implementation AVAudioSession (App)\n- (void)close { [self setActive:NO error:nil]; }\n@end\n"
            "void g(void) { [[AVAudioSession sharedInstance] close]; }",
        }
    )
    assert calls(graph, "AVAudioSession.prepare()") == ["AVAudioSession.setCategory", "AVAudioSession.setActive"]
    assert calls(graph, "AVAudioSession.close()") == ["AVAudioSession.setActive"]
    assert calls(graph, "f()") == ["AVAudioSession.prepare()"]
    assert calls(graph, "g()") == ["AVAudioSession.close()"]


def test_a_subclass_of_a_framework_type_keeps_its_apis() -> None:
    graph = linked({"P.swift": "class Calls: CXProvider {}\nfunc f(calls: Calls) { calls.invalidate() }"})
    assert calls(graph, "f(calls:)") == ["CXProvider.invalidate"]


def test_a_typealias_is_the_type_behind_it() -> None:
    graph = linked(
        {
            "A.swift": "typealias Session = AVAudioSession\ntypealias Bell = Ring\nclass Ring { func go() {} }",
            "B.swift": "func f(session: Session) { try? session.setActive(true) }\n"
            "func g() { try? Session.sharedInstance().setActive(true) }\nfunc h(bell: Bell) { bell.go() }",
        }
    )
    assert calls(graph, "f(session:)") == calls(graph, "g()") == ["AVAudioSession.setActive"]
    assert calls(graph, "h(bell:)") == ["Ring.go()"]


def test_nested_types_are_found_by_their_full_name_and_from_within() -> None:
    graph = linked(
        {
            "A.swift": "class Phone { let bell = Bell()\n func run() { bell.go() } }",
            "A+Bell.swift": "extension Phone { struct Bell { func go() {} } }",
            "B.swift": "extension Phone.Bell { func more() { go() } }\nfunc f(bell: Phone.Bell) { bell.more() }",
            "C.swift": "struct Door { struct Lock { static let main = unknown() as! Lock\n func go() {} } }\n"
            "func g() { Door.Lock().go() }\nfunc h() { Door.Lock.main.go() }",
        }
    )
    assert calls(graph, "Phone.run()") == calls(graph, "Phone.Bell.more()") == ["Phone.Bell.go()"]
    assert calls(graph, "f(bell:)") == ["Phone.Bell.more()"]
    assert calls(graph, "g()") == ["Door.Lock.go()"]
    assert "Door.Lock.go()" in calls(graph, "h()")


def test_of_types_with_one_name_the_nearest_wins_and_a_tie_is_nobody() -> None:
    text = "class Audio {{ func go() {{}} }}\nfunc {}(audio: Audio) {{ audio.go() }}"
    graph = linked(
        {
            "one/App/Audio.swift": text.format("f"),
            "two/App/Audio.swift": text.format("g"),
            "one/UI/Caller.swift": "func h(audio: Audio) { audio.go() }",
            "Shared/Caller.swift": "func k(audio: Audio) { audio.go() }",
        }
    )
    assert edge(graph, "f(audio:)", "Audio.go()").callee.path == "one/App/Audio.swift"
    assert edge(graph, "g(audio:)", "Audio.go()").callee.path == "two/App/Audio.swift"
    assert edge(graph, "h(audio:)", "Audio.go()").callee.path == "one/App/Audio.swift"
    assert calls(graph, "k(audio:)") == []


def test_of_types_with_one_name_in_one_place_that_of_the_same_language_is_meant() -> None:
    swift = "class Audio {{ func go() {{}} }}\nfunc {}(audio: Audio) {{ audio.go() }}"
    objc = "@implementation Audio\n- (void)go {}\n@end\nvoid h(Audio *audio) { [audio go]; }"
    graph = linked({"Audio.swift": swift.format("f"), "Audio.m": objc})
    assert edge(graph, "f(audio:)", "Audio.go()").callee.path == "Audio.swift"
    assert edge(graph, "h(_:)", "Audio.go()").callee.path == "Audio.m"


def test_a_free_function_of_the_same_file_wins() -> None:
    text = "func go() {{}}\nfunc {}() {{ go() }}"
    graph = linked({"one/A.swift": text.format("f"), "two/A.swift": text.format("g")})
    assert edge(graph, "f()", "go()").callee.path == "one/A.swift"
    assert edge(graph, "g()", "go()").callee.path == "two/A.swift"


def test_overloads_are_told_apart_by_labels_and_types() -> None:
    graph = linked(
        {
            "A.swift": "class Phone { func go() {}\n func go(now: Bool) {}\n func go(_ a: CXStartCallAction) {}\n"
            " func go(_ a: CXEndCallAction) {}\n func go(first: Int = 1, last: Int = 2) {}\n"
            " func one() { go(now: true) }\n func two(a: CXEndCallAction) { go(a) }\n func three() { go(last: 3) } }"
        }
    )
    assert calls(graph, "Phone.one()") == ["Phone.go(now:)"]
    (to_end,) = procedure(graph, "Phone.two(a:)").edges
    assert to_end.callee.parameters[0].type == "CXEndCallAction"
    to_last = edge(graph, "Phone.three()", "Phone.go(first:last:)")
    assert to_last.arguments == {"first": Known(1), "last": Known(3)}


def test_a_call_whose_labels_do_not_fit_reaches_nothing() -> None:
    members = (
        "func go(first: Int, last: Int) {}\n func run() { go(last: 1)\n go(first: 1)\n go(1, 2)\n go(first: 1, 2) }"
    )
    assert calls(linked({"A.swift": f"class Phone {{ {members} }}"}), "Phone.run()") == []


def test_trailing_closures_skip_parameters_with_defaults() -> None:
    graph = linked(
        {
            "A.swift": "func go(to place: Int, slowly: Bool = false, done: () -> Void = {}) { done() }\n"
            "func go(from place: Int, done: () -> Void) {}\n"
            "func f() { go(to: 1) { x() } }\nfunc g() { go(from: 1) { x() } }"
        }
    )
    assert calls(graph, "f()") == ["go(to:slowly:done:)", "a closure in f()"]
    assert calls(graph, "g()") == ["go(from:done:)"]


@pytest.mark.parametrize(
    ("closure", "reached"),
    [
        ("{ x() }", ["go(_:done:)"]),
        ("{ y($0) }", ["go(_:failed:)"]),
        ("{ error in y(error) }", ["go(_:failed:)"]),
        ("{ _ in x() }", ["go(_:failed:)"]),
        ("{ a, b in y(a) }", ["go(_:both:)"]),
        ("{ y($0, $1) }", ["go(_:both:)"]),
    ],
)
def test_overloads_are_told_apart_by_what_their_closure_takes(closure: str, reached: list[str]) -> None:
    graph = linked(
        {
            "A.swift": "func go(_ place: Int, done: @escaping () -> Void) {}\n"
            "func go(_ place: Int, failed: ((Error?) -> Void)?) {}\n"
            "func go(_ place: Int, both: (Int, String) -> Void) {}\n"
            f"func f() {{ go(1) {closure} }}"
        }
    )
    assert calls(graph, "f()") == reached


def test_a_computed_global_is_read() -> None:
    graph = linked(
        {"A.swift": "var current: Bell { makeBell() }\nfunc makeBell() -> Bell { Bell() }\nfunc f() { use(current) }"}
    )
    assert calls(graph, "f()") == ["current"]
    assert calls(graph, "current") == ["makeBell()"]


def test_creating_an_object_runs_its_initialiser_and_the_values_of_its_properties() -> None:
    graph = linked(
        {
            "A.swift": "class Bell { init() { ring() }\n func ring() {} }\nclass Phone { let bell = Bell() }\n"
            "func f() { _ = Phone() }"
        }
    )
    assert calls(graph, "f()") == ["Phone's stored properties"]
    assert calls(graph, "Phone's stored properties") == ["Bell.init()"]
    assert calls(graph, "Bell.init()") == ["Bell.ring()"]


CONTROLLERS = {
    "A.swift": "import UIKit\nclass Screen: UIViewController { override func viewDidLoad() { super.viewDidLoad() } }\n"
    "class Lit: Screen { convenience init(lamp: Int) { self.init() }\noverride func viewDidAppear(_ a: Bool) {} }\n"
    "class Model { func viewDidLoad() {} }\nfunc f() { show(Lit(lamp: 1))\n keep(Model()) }",
    "B.m": "@interface Page : UIViewController\n@end\n@implementation Page\n- (void)viewDidLoad {}\n@end\n"
    "void g(void) { show([[Page alloc] init]); show([Page new]); }",
}


def test_creating_a_view_controller_brings_up_its_view_later() -> None:
    appearing = [
        (edge.caller.function.name, edge.callee.display)
        for procedure in linked(CONTROLLERS).procedures
        for edge in procedure.edges
        if edge.mode == "later"
    ]
    lit = [("f()", "Screen.viewDidLoad()"), ("f()", "Lit.viewDidAppear(_:)")]
    assert appearing == [*lit, *[("g()", "Page.viewDidLoad()")] * 2]


@pytest.mark.parametrize("place", ["let lamp: Lamp = .lit", "var lamp: Lamp?\ninit() { lamp = .lit }"])
def test_an_implicit_member_that_is_computed_is_read(place: str) -> None:
    lamp = "class Lamp { static var lit: Lamp { light() } }\nfunc light() -> Lamp {}\n"
    graph = linked({"A.swift": f"{lamp}class Caller {{ {place} }}"})
    reading = [
        edge.caller.function.owner for p in graph.procedures for edge in p.edges if edge.text == "reads Lamp.lit"
    ]
    assert reading == ["Caller"]


def test_a_type_without_a_name_is_not_every_unknown_one() -> None:
    text = (
        "enum { one, two };\n@interface A : NSObject\n@end\n@implementation A\n"
        f"- (void)f {{ [NSThread sleepForTimeInterval:1]; {ACTIVATE_OBJC} }}\n@end"
    )
    assert calls(linked({"A.m": text}), "A.f()") == ["Thread.sleep", "AVAudioSession.setActive"]


# ---- receivers that are not known -----------------------------------------------------------------------------------


TAKE = "func take(_ handler: @escaping KIND) {}\nfunc run() { take { GIVEN in lock.turn() } }"


@pytest.mark.parametrize(
    "use",
    [
        "func run() { let lock: Lock = .init(key: 1) }",
        "func run() { let lock: Lock = ready ? .init(key: 1) : other }",
        "func run() -> Lock { return .init(key: 1) }",
        "func run() -> Lock { .init(key: 1) }",
        "var lock: Lock?\nfunc run() { lock = .init(key: 1) }",
        "var lock: Lock?\nfunc run() { self.lock = lock ?? .init(key: 1) }",
        "func take(_ lock: Lock) {}\nfunc run() { take(.init(key: 1)) }",
        "func run() { let lock: Lock = .make()\nlock.turn() }",
        "func run() { let lock: Lock = .shared\nlock.turn() }",
    ],
)
def test_an_implicit_member_is_one_of_the_type_that_is_wanted(use: str) -> None:
    lock = "class Lock { init(key: Int) {}\nstatic let shared = Lock(key: 2)\nstatic func make() -> Lock { shared }\n"
    graph = linked({"A.swift": f"{lock}func turn() {{}} }}\nclass Caller {{ {use} }}"})
    assert any("Lock" in name for name in calls(graph, "Caller.run()"))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("(Int, Lock) -> Void", "_, lock"),
        ("((Int, Lock) -> Void)?", "_, lock"),
        ("((Int, Lock)) -> Void", "_, lock"),
        ("@Sendable (_ key: Int, _ lock: Lock) async throws -> Void", "_, lock"),
        ("(Lock?) -> ()", "lock"),
        ("Handler", "lock"),
    ],
)
@pytest.mark.parametrize("place", ["var handler: KIND\nfunc run() { handler = { GIVEN in lock.turn() } }", TAKE])
def test_a_closure_s_parameters_have_the_types_that_are_wanted(place: str, kind: str, given: str) -> None:
    lock = "typealias Handler = (Lock) -> Void\nclass Lock { func turn() {} }"
    graph = linked({"A.swift": f"{lock}\nclass Caller {{ {place.replace('KIND', kind).replace('GIVEN', given)} }}"})
    assert calls(graph, "a closure in Caller.run()") == ["Lock.turn()"]


def test_the_name_of_a_property_is_no_method_of_that_name() -> None:
    graph = linked(
        {
            "A.swift": "class A { var ring: Bell?\nfunc ring(_ bell: Bell) {}\nfunc chime(_ bell: Bell) {}\n"
            "func f() { keep(ring)\n keep(chime) } }"
        }
    )
    assert calls(graph, "A.f()") == ["A.chime(_:)"]


def test_an_unknown_receiver_reaches_the_only_method_of_an_uncommon_name() -> None:
    caller = "func f() { let thing = unknown()\n thing.ringTheBell() }"
    sources = {"A.swift": "class Bell { func ringTheBell() {} }", "C.swift": caller}
    assert edge(linked(sources), "f()", "Bell.ringTheBell()").confidence == Confidence.medium
    sources["B.swift"] = "class Tower { func ringTheBell() {} }"
    assert calls(linked(sources), "f()") == []


def test_an_unknown_objc_receiver_reaches_the_only_method_of_an_uncommon_selector() -> None:
    sources = {"A.m": "@implementation Bell\n- (void)ringTheBell {}\n@end\nvoid f(id thing) { [thing ringTheBell]; }"}
    assert edge(linked(sources), "f(_:)", "Bell.ringTheBell()").confidence == Confidence.medium
    sources["B.m"] = "@implementation Tower\n- (void)ringTheBell {}\n@end"
    assert calls(linked(sources), "f(_:)") == []


@pytest.mark.parametrize("name", ["start", "configure", "setup", "answer", "run", "ring"])
def test_a_common_or_short_name_never_joins_an_unknown_receiver(name: str) -> None:
    swift = f"class Bell {{ func {name}() {{}} }}\nfunc f() {{ let thing = unknown()\n thing.{name}() }}"
    objc = f"@implementation Door\n- (void){name} {{}}\n@end\nvoid g(id thing) {{ [thing {name}]; }}"
    graph = linked({"A.swift": swift, "B.m": objc})
    assert calls(graph, "f()") == calls(graph, "g(_:)") == []


@pytest.mark.parametrize(
    ("call", "api"),
    [
        ("thing.reportNewIncomingCall(with: id, update: update)", "CXProvider.reportNewIncomingCall"),
        ("thing.setCategory(.playback, mode: .default, options: [])", "AVAudioSession.setCategory"),
        ("thing.overrideOutputAudioPort(.speaker)", "AVAudioSession.overrideOutputAudioPort"),
        ("thing.setActive(true)", ""),
        ("thing.setMode(.voiceChat)", ""),
        ("thing.invalidate()", ""),
        ("thing.fail()", ""),
        ("thing.async { }", ""),
    ],
)
def test_an_unknown_swift_receiver_reaches_only_apis_that_are_nobody_elses(call: str, api: str) -> None:
    sites = procedure(linked({"A.swift": f"func f() {{ let thing = unknown()\n {call} }}"}), "f()").sites
    assert [(item.api.id, item.confidence) for item in sites] == ([(api, Confidence.medium)] if api else [])


@pytest.mark.parametrize(
    ("call", "api"),
    [
        ("reportNewIncomingCallWithUUID:a update:b completion:c", "CXProvider.reportNewIncomingCall"),
        ("setCategory:a withOptions:1 error:nil", "AVAudioSession.setCategory"),
        ("overrideOutputAudioPort:1 error:nil", "AVAudioSession.overrideOutputAudioPort"),
        ("setActive:YES error:nil", ""),
        ("setCategory:a error:nil", ""),
        ("fulfill", ""),
    ],
)
def test_an_unknown_objc_receiver_reaches_only_apis_that_are_nobody_elses(call: str, api: str) -> None:
    sites = procedure(linked({"A.m": f"void f(id thing) {{ [thing {call}]; }}"}), "f(_:)").sites
    assert [(item.api.id, item.confidence) for item in sites] == ([(api, Confidence.medium)] if api else [])


@pytest.mark.parametrize(
    ("path", "source", "value"),
    [
        ("A.swift", "func f() { RTCAudioSession.sharedInstance().isAudioEnabled = true }", True),
        ("A.swift", "let s = LKRTCAudioSession.sharedInstance()\nfunc f() { s.isAudioEnabled = false }", False),
        ("A.swift", "class A { var device: DefaultAudioDevice?\nfunc f() { self.device?.isEnabled = true } }", True),
        ("A.swift", "class A { let a = B()\nfunc f() { a.session.useManualAudio = true } }", True),
        ("A.m", "void f(void) { [RTCAudioSession sharedInstance].isAudioEnabled = YES; }", True),
        ("A.m", "void f(RTCAudioSession *s) { [s setIsAudioEnabled:NO]; }", False),
        ("A.m", "void f(TVODefaultAudioDevice *device) { device.enabled = YES; }", True),
    ],
)
def test_assigning_a_property_is_an_api(path: str, source: str, value: bool) -> None:
    assert site(linked({path: source})).values["on"] == Known(value)


@pytest.mark.parametrize(
    "source",
    [
        "class A { var isEnabled = false\nfunc f() { isEnabled = true } }",
        "func f(button: UIButton) { button.isEnabled = true }",
        "func f() { unknown.isAudioEnabled = true }",
        "struct Settings { var useManualAudio = false }\nfunc f(s: Settings) { s.useManualAudio = true }",
    ],
)
def test_assigning_a_property_of_another_type_is_no_api(source: str) -> None:
    assert not [item for body in linked({"A.swift": source}).procedures for item in body.sites]


def test_an_assigned_property_stands_after_what_its_value_calls() -> None:
    source = "func f(s: RTCAudioSession) { s.isAudioEnabled = ready() }\nfunc ready() -> Bool { return true }"
    assert calls(linked({"A.swift": source}), "f(s:)") == ["ready()", "RTCAudioSession.isAudioEnabled"]


def test_set_active_of_other_types_is_no_api() -> None:
    graph = linked(
        {
            "A.swift": "class UserSession { func setActive(_ on: Bool) {} }\nclass Account {}\n"
            "class Row: UIView { func run() { setActive(true)\n self.setActive(true) } }\n"
            "func own(session: UserSession) { session.setActive(true) }\n"
            "func other(account: Account, line: NSLayoutConstraint) { account.setActive(true)\n line.setActive(true) }",
            "B.m": "@interface Lamp : NSObject\n- (BOOL)setActive:(BOOL)on error:(NSError **)error;\n@end\n"
            "@implementation Lamp\n- (BOOL)setActive:(BOOL)on error:(NSError **)error { return YES; }\n@end\n"
            "void lamps(Lamp *lamp, Door *door) { [lamp setActive:YES error:nil]; [door setActive:YES error:nil]; }",
        }
    )
    assert not [item.api.id for body in graph.procedures for item in body.sites]
    assert calls(graph, "own(session:)") == ["UserSession.setActive(_:)"]
    assert calls(graph, "lamps(_:_:)") == ["Lamp.setActive(_:)"]


# ---- the border between the languages -------------------------------------------------------------------------------

ENGINE_H = """
@interface Engine : NSObject
+ (instancetype)sharedEngine;
+ (void)warmUp;
- (instancetype)initWithFoo:(int)foo bar:(int)bar;
- (void)startIOUnit;
- (BOOL)beginWithMode:(int)mode error:(NSError **)error;
- (BOOL)openAndReturnError:(NSError **)error;
- (void)playSound:(NSString *)name completion:(void (^)(void))completion;
@property (nonatomic) int rate;
@end
"""
ENGINE_M = """
#import "Engine.h"
@implementation Engine
+ (instancetype)sharedEngine { return nil; }
+ (void)warmUp {}
- (instancetype)initWithFoo:(int)foo bar:(int)bar { return self; }
- (void)startIOUnit {}
- (BOOL)beginWithMode:(int)mode error:(NSError **)error { return YES; }
- (BOOL)openAndReturnError:(NSError **)error { return YES; }
- (void)playSound:(NSString *)name completion:(void (^)(void))completion { completion(); }
- (void)setRate:(int)rate { _rate = rate; }
@end
"""


@pytest.mark.parametrize(
    ("call", "reached"),
    [
        ("_ = Engine(foo: 1, bar: 2)", ["Engine.init(foo:bar:)"]),
        ("Engine.shared().startIOUnit()", ["Engine.shared()", "Engine.startIOUnit()"]),
        ("Engine.warmUp()", ["Engine.warmUp()"]),
        ("engine.startIOUnit()", ["Engine.startIOUnit()"]),
        ("try? engine.begin(withMode: 1)", ["Engine.begin(withMode:)"]),
        ("try engine.open()", ["Engine.open()"]),
        ("engine.rate = 4", ["Engine.setRate(_:)"]),
        ("self.engine.rate = 4", ["Engine.setRate(_:)"]),
    ],
)
def test_swift_calls_objc(call: str, reached: list[str]) -> None:
    caller = f"class Caller {{ var engine: Engine!\n func run() throws {{ {call} }} }}"
    assert calls(linked({"Engine.h": ENGINE_H, "Engine.m": ENGINE_M, "A.swift": caller}), "Caller.run()") == reached


ENGINE_SWIFT = """
@objc class Engine: NSObject {
    @objc static let shared = Engine(mode: 1)
    @objc init(mode: Int) {}
    @objc class func warmUp() {}
    @objc func configure(mode: Int) {}
    @objc func begin() throws {}
    @objc func load(url: String) throws {}
    @objc(goNow:) func go(_ speed: Int) {}
    @objc var muted = false { didSet { apply() } }
    @objc var level: Int { get { return 1 } set { apply() } }
    @objc func play(_ name: String, completion: @escaping () -> Void) { completion() }
    func apply() {}
}
"""


@pytest.mark.parametrize(
    ("call", "reached"),
    [
        ("Engine *e = [[Engine alloc] initWithMode:1]; [e configureWithMode:2];", "Engine.init(mode:)"),
        ("Engine *e = [[Engine alloc] initWithMode:1]; [e configureWithMode:2];", "Engine.configure(mode:)"),
        ("[Engine warmUp];", "Engine.warmUp()"),
        ("[self.engine configureWithMode:1];", "Engine.configure(mode:)"),
        ("[Engine.shared configureWithMode:1];", "Engine.configure(mode:)"),
        ("[self.engine beginAndReturnError:nil];", "Engine.begin()"),
        ('[self.engine loadWithUrl:@"x" error:nil];', "Engine.load(url:)"),
        ("[self.engine goNow:1];", "Engine.go(_:)"),
        ("self.engine.muted = YES;", "didSet of Engine.muted"),
        ("self.engine.level = 3;", "setter of Engine.level"),
        ("[self.engine setLevel:3];", "setter of Engine.level"),
        ("int level = self.engine.level;", "Engine.level"),
    ],
)
def test_objc_calls_swift(call: str, reached: str) -> None:
    caller = (
        '#import "App-Swift.h"\n@interface Caller : NSObject\n@property Engine *engine;\n@end\n'
        f"@implementation Caller\n- (void)run {{ {call} }}\n@end"
    )
    found = procedure(linked({"E.swift": ENGINE_SWIFT, "A.m": caller}), "Caller.run()").edges
    assert reached in [item.callee.display for item in found]
    assert {item.confidence for item in found} == {Confidence.high}


def test_closures_cross_the_border() -> None:
    swift = "func run(engine: Engine) { engine.playSound(name) { go() } }"
    graph = linked({"Engine.h": ENGINE_H, "Engine.m": ENGINE_M, "A.swift": swift})
    assert edge(graph, "run(engine:)", "a closure in run(engine:)").mode == "now"
    objc = "void run(Engine *engine) { [engine play:name completion:^{ go(); }]; }"
    graph = linked({"Engine.swift": ENGINE_SWIFT, "A.m": objc})
    assert edge(graph, "run(_:)", "a closure in run(_:)").mode == "now"


@pytest.mark.parametrize("call", ["lamp.on = true", "let other = lamp\n other.on = flag()"])
def test_an_assignment_runs_the_propertys_observers(call: str) -> None:
    lamp = "class Lamp { var on = false { willSet { dim() } didSet { shine() } }\n func dim() {}\n func shine() {} }"
    graph = linked({"A.swift": f"{lamp}\nfunc f(lamp: Lamp) {{ {call} }}"})
    assert calls(graph, "f(lamp:)") == ["willSet of Lamp.on", "didSet of Lamp.on"]
    assert calls(graph, "didSet of Lamp.on") == ["Lamp.shine()"]


def test_an_assignment_evaluates_its_target() -> None:
    graph = linked(
        {"A.swift": "class Lamp { var level = 0 }\nfunc find() -> Lamp { Lamp() }\nfunc f() { find().level = 1 }"}
    )
    assert calls(graph, "f()") == ["find()"]


def test_what_an_assignment_runs_gets_the_value() -> None:
    graph = linked(
        {
            "A.swift": "class Lamp { var level: Int { get { return 0 } set { apply(newValue) } }\n"
            " func apply(_ level: Int) {} }\nfunc f(lamp: Lamp) { lamp.level = 3 }"
        }
    )
    assert {item.arguments["newValue"] for item in procedure(graph, "f(lamp:)").edges} == {Known(3)}


# ---- closures -------------------------------------------------------------------------------------------------------


REPEATED = "timeInterval: 1, target: self, selector: #selector(go), userInfo: nil, repeats: true"
REPEATED_OBJC = "target:self selector:@selector(go) userInfo:nil repeats:YES"


@pytest.mark.parametrize(
    ("call", "mode"),
    [
        ("DispatchQueue.main.sync { go() }", "now"),
        ("DispatchQueue.main.async { go() }", "later"),
        ("DispatchQueue.global(qos: .utility).async { go() }", "later"),
        ("queue.async { go() }", "later"),
        ("queue.async(execute: go)", "later"),
        ("DispatchQueue.main.asyncAfter(deadline: .now() + 1) { go() }", "delayed"),
        ("unknown.asyncAfter(deadline: .now() + 1, execute: { go() })", "delayed"),
        ("Task { go() }", "later"),
        ("Task { @MainActor in go() }", "later"),
        ("Task(priority: .high) { go() }", "later"),
        ("Task.detached { go() }", "later"),
        ("await MainActor.run { go() }", "now"),
        ("OperationQueue.main.addOperation { go() }", "later"),
        ("Timer.scheduledTimer(withTimeInterval: 1, repeats: false) { _ in go() }", "delayed"),
        ("perform(#selector(go), with: nil, afterDelay: 1)", "delayed"),
        ("perform(#selector(go))", "now"),
        ("performSelector(onMainThread: #selector(go), with: nil, waitUntilDone: false)", "later"),
        (f"Timer.scheduledTimer({REPEATED})", "delayed"),
        ("button.addTarget(self, action: #selector(go), for: .touchUpInside)", "screen"),
        ("view.addGestureRecognizer(UITapGestureRecognizer(target: self, action: #selector(go)))", "screen"),
        ("[1, 2].forEach { _ in go() }", "now"),
        ("UIView.animate(withDuration: 1, animations: { go() })", "now"),
        ("unknown { go() }", "unknown"),
        ("let later = { self.go() }\n later()", "now"),
        ("let later = { self.go() }\n DispatchQueue.main.async(execute: later)", "later"),
        ("let made = { go()\nreturn 1 }()", "now"),
        ("({ go() })()", "now"),
        ("func inner() { go() }\n inner()", "now"),
        ("func inner() { go() }\n DispatchQueue.main.async(execute: inner)", "later"),
    ],
)
def test_when_swift_closures_run(call: str, mode: str) -> None:
    members = f"let queue = DispatchQueue(label: name)\n func run() async {{ {call} }}\n @objc func go() {{}}"
    assert modes(linked({"A.swift": f"class Caller: NSObject {{ {members} }}"}), "Caller.run()") == [mode]


@pytest.mark.parametrize(
    ("call", "mode"),
    [
        ("dispatch_sync(queue, ^{ [self go]; });", "now"),
        ("static dispatch_once_t once; dispatch_once(&once, ^{ [self go]; });", "now"),
        ("dispatch_async(dispatch_get_main_queue(), ^{ [self go]; });", "later"),
        ("dispatch_after(dispatch_time(DISPATCH_TIME_NOW, 1), queue, ^{ [self go]; });", "delayed"),
        ("[[NSOperationQueue mainQueue] addOperationWithBlock:^{ [self go]; }];", "later"),
        ("NSOperationQueue *queue = make(); [queue addOperationWithBlock:^{ [self go]; }];", "later"),
        ("[NSTimer scheduledTimerWithTimeInterval:1 repeats:NO block:^(NSTimer *timer) { [self go]; }];", "delayed"),
        (f"[NSTimer scheduledTimerWithTimeInterval:1 {REPEATED_OBJC}];", "delayed"),
        ("[self performSelector:@selector(go) withObject:nil afterDelay:1];", "delayed"),
        ("[self performSelector:@selector(go)];", "now"),
        ("[self performSelectorOnMainThread:@selector(go) withObject:nil waitUntilDone:NO];", "later"),
        ("[self.button addTarget:self action:@selector(go) forControlEvents:1];", "screen"),
        ("[self.list enumerateObjectsUsingBlock:^(id item, NSUInteger index, BOOL *stop) { [self go]; }];", "now"),
        ("[unknown doIt:^{ [self go]; }];", "unknown"),
        ("void (^later)(void) = ^{ [self go]; }; later();", "now"),
        ("id made = ^{ [self go]; return self; }();", "now"),
        ("dispatch_block_t later = ^{ [self go]; }; dispatch_async(queue, later);", "later"),
    ],
)
def test_when_objc_blocks_run(call: str, mode: str) -> None:
    methods = f"- (void)run {{ {call} }}\n- (void)go {{}}"
    text = f"@interface Caller : NSObject\n@end\n@implementation Caller\n{methods}\n@end"
    assert modes(linked({"A.m": text}), "Caller.run()") == [mode]


def test_animations_run_now_and_their_completion_later() -> None:
    call = "UIView.animate(withDuration: 1, animations: { go() }, completion: { _ in go() })"
    assert modes(linked({"A.swift": f"func run() {{ {call} }}\nfunc go() {{}}"}), "run()") == ["now", "delayed"]


SWIFT_TAKERS = {
    "func take(_ f: () -> Void) { f() }": ["now"],
    "func take(then f: (() -> Void)?) { f?() }": ["now"],
    "func take(_ f: @escaping () -> Void) { DispatchQueue.main.async { f() } }": ["later"],
    "func take(_ f: @escaping () -> Void) { DispatchQueue.main.async(execute: f) }": ["later"],
    "func take(_ f: @escaping () -> Void) { DispatchQueue.main.asyncAfter(deadline: .now()) { f() } }": ["delayed"],
    "func take(_ f: @escaping () -> Void) { post(f) }": ["later"],
    "func take(_ f: @escaping () -> Void) { post { f() } }": ["later"],
    "func take(_ f: @escaping () -> Void) { f()\n post(f) }": ["later"],
    "func take(_ f: @escaping () -> Void) { unknown(f) }": ["unknown"],
    "func take(_ f: @escaping () -> Void) { }": [],
    "func take(_ f: @escaping () -> Void) { take(f) }": [],
}


@pytest.mark.parametrize(("taker", "expected"), SWIFT_TAKERS.items(), ids=SWIFT_TAKERS)
def test_own_functions_run_closures_as_their_bodies_say(taker: str, expected: list[str]) -> None:
    post = "func post(_ f: @escaping () -> Void) { DispatchQueue.main.async { f() } }"
    graph = linked({"A.swift": f"{taker}\n{post}\nfunc run() {{ take {{ go() }} }}\nfunc go() {{}}"})
    assert [item.mode for item in procedure(graph, "run()").edges if item.callee.closure] == expected


OBJC_TAKERS = {
    "- (void)take:(void (^)(void))f { f(); }": ["now"],
    "- (void)take:(void (^)(void))f { if (f) { f(); } }": ["now"],
    "- (void)take:(void (^)(void))f { dispatch_async(queue, ^{ f(); }); }": ["later"],
    "- (void)take:(dispatch_block_t)f { dispatch_async(queue, f); }": ["later"],
    "- (void)take:(dispatch_block_t)f { [self post:f]; }": ["later"],
    "- (void)take:(dispatch_block_t)f { }": [],
}


@pytest.mark.parametrize(("taker", "expected"), OBJC_TAKERS.items(), ids=OBJC_TAKERS)
def test_own_methods_run_blocks_as_their_bodies_say(taker: str, expected: list[str]) -> None:
    post = "- (void)post:(dispatch_block_t)f { dispatch_async(queue, f); }"
    text = f"@implementation Caller\n{taker}\n{post}\n- (void)run {{ [self take:^{{ go(); }}]; }}\n@end"
    found = procedure(linked({"A.m": text}), "Caller.run()").edges
    assert [item.mode for item in found if item.callee.closure] == expected


def test_each_closure_runs_as_its_own_parameter_says() -> None:
    take = (
        "func take(_ n: Int, now f: () -> Void, _ g: @escaping () -> Void, then h: @escaping () -> Void) { f()\n"
        "DispatchQueue.main.async { g() }\n DispatchQueue.main.asyncAfter(deadline: .now()) { h() } }"
    )
    graph = linked({"A.swift": f"{take}\nfunc run() {{ take(1, now: {{ a() }}, {{ b() }}, then: {{ c() }}) }}"})
    assert modes(graph, "run()") == ["now", "now", "later", "delayed"]
    take = (
        "- (void)take:(int)n now:(void (^)(void))f then:(void (^)(void))g { f(); dispatch_async(queue, ^{ g(); }); }\n"
        "- (void)run { [self take:1 now:^{ a(); } then:^{ b(); }]; }"
    )
    assert modes(linked({"A.m": f"@implementation Caller\n{take}\n@end"}), "Caller.run()") == ["now", "now", "later"]


def test_a_closure_given_to_unknown_code_is_less_sure_to_run() -> None:
    graph = linked({"A.swift": "func run() { unknown { go() } }\nfunc post() { DispatchQueue.main.async { go() } }"})
    assert [item.confidence for item in procedure(graph, "run()").edges] == [Confidence.medium]
    assert [item.confidence for item in procedure(graph, "post()").edges] == [Confidence.high]


def test_methods_given_by_name_run_like_closures() -> None:
    graph = linked(
        {
            "A.swift": "class Caller { func now(_ f: () -> Void) { f() }\n func run() { now(go) }\n"
            " func post() { DispatchQueue.main.async(execute: self.go) }\n func go() {} }"
        }
    )
    assert calls(graph, "Caller.run()") == ["Caller.now(_:)", "Caller.go()"]
    assert edge(graph, "Caller.post()", "Caller.go()").mode == "later"


KEEPERS = {
    "assigned": "func keep() { done = { self.go() } }",
    "assigned to self's": "func keep() { self.done = { [weak self] in self?.go() } }",
    "by a function": "func store(_ f: @escaping () -> Void) { done = f }\nfunc keep() { store { self.go() } }",
    "by a function of a function": "func store(_ f: @escaping () -> Void) { done = f }\n"
    "func pass(_ f: @escaping () -> Void) { store(f) }\nfunc keep() { pass { self.go() } }",
}


@pytest.mark.parametrize("call", ["done?()", "done!()", "self.done?()", "let other = Caller()\n other.done?()"])
def test_calls_of_a_stored_closure(call: str) -> None:
    members = "var done: (() -> Void)?\nfunc keep() { done = { print(1) } }"
    graph = linked({"A.swift": f"class Caller {{\n{members}\nfunc fire() {{ {call} }}\n}}"})
    assert calls(graph, "Caller.fire()") == ["a closure in Caller.keep()"]


def test_a_block_in_a_property_runs_where_it_is_called() -> None:
    methods = "- (void)keep { self.done = ^{ go(); }; }\n- (void)fire { if (self.done) { self.done(); } }"
    header = "@interface Caller : NSObject\n@property (copy) void (^done)(void);\n@end\n"
    graph = linked({"A.m": f"{header}@implementation Caller\n{methods}\n@end"})
    assert calls(graph, "Caller.fire()") == ["a closure in Caller.keep()"]


@pytest.mark.parametrize("members", KEEPERS.values(), ids=KEEPERS)
def test_a_stored_closure_runs_where_its_property_is_called(members: str) -> None:
    fire = "var done: (() -> Void)?\nfunc fire() { done?() }\nfunc go() {}"
    graph = linked({"A.swift": f"class Caller {{\n{fire}\n{members}\n}}"})
    assert calls(graph, "Caller.fire()") == ["a closure in Caller.keep()"]
    assert "a closure in Caller.keep()" not in calls(graph, "Caller.keep()")
    assert calls(graph, "a closure in Caller.keep()") == ["Caller.go()"]


def test_a_stored_closure_runs_in_the_type_that_keeps_it() -> None:
    graph = linked(
        {
            "Socket.swift": "class Socket { var onOpen: (() -> Void)?\n func open() { onOpen?() } }\n"
            "class Other { var onOpen: (() -> Void)?\n func open() { onOpen?() } }",
            "Job.swift": "class Job { let onEnd: () -> Void\n func finish() { onEnd() }\n"
            " init(onEnd: @escaping () -> Void) { self.onEnd = onEnd } }",
            "A.swift": "class Caller { let socket = Socket()\n func listen() { socket.onOpen = { print(1) } }\n"
            " func work() { _ = Job { print(2) } } }",
        }
    )
    assert calls(graph, "Socket.open()") == ["a closure in Caller.listen()"]
    assert calls(graph, "Other.open()") == []
    assert calls(graph, "Job.finish()") == ["a closure in Caller.work()"]
    assert calls(graph, "Caller.work()") == ["Job.init(onEnd:)"]


# ---- selectors and notifications ------------------------------------------------------------------------------------

INTERRUPTION = "name: AVAudioSession.interruptionNotification, object: nil"
OBSERVERS = {
    "own selector": f"NotificationCenter.default.addObserver(self, selector: #selector(handle(_:)), {INTERRUPTION})",
    "own selector without labels": f"center.addObserver(self, selector: #selector(handle), {INTERRUPTION})",
    "selector of the type": f"center.addObserver(self, selector: #selector(Caller.handle), {INTERRUPTION})",
    "old name": "center.addObserver(self, selector: #selector(handle), name: .AVAudioSessionInterruption, object: nil)",
    "method": "center.addObserver(forName: .AVAudioSessionInterruption, object: nil, queue: .main, using: handle)",
}


@pytest.mark.parametrize("call", OBSERVERS.values(), ids=OBSERVERS)
def test_observers(call: str) -> None:
    center = "let center = NotificationCenter.default"
    members = f"{center}\n func run() {{ {call} }}\n @objc func handle(_ note: Notification) {{}}"
    graph = linked({"A.swift": f"class Caller: NSObject {{ {members} }}"})
    (found,) = graph.observations
    assert (found.procedure.display, found.observer.display) == ("Caller.run()", "Caller.handle(_:)")
    assert found.notification == "AVAudioSession.interruption"


def test_an_observer_of_another_type_is_looked_for_there() -> None:
    call = f"NotificationCenter.default.addObserver(listener, selector: #selector(Listener.handle), {INTERRUPTION})"
    members = f"let listener = Listener()\n func run() {{ {call} }}\n @objc func handle() {{}}"
    other = "class Listener: NSObject { @objc func handle() {} }"
    graph = linked({"A.swift": f"class Caller: NSObject {{ {members} }}", "B.swift": other})
    assert [item.observer.display for item in graph.observations] == ["Listener.handle()"]


def test_block_observers() -> None:
    call = "addObserver(forName: AVAudioSession.interruptionNotification, object: nil, queue: nil) { _ in go() }"
    (found,) = linked({"A.swift": f"func run() {{ NotificationCenter.default.{call} }}"}).observations
    assert found.observer.display == "a closure in run()"
    call = (
        "addObserverForName:AVAudioSessionInterruptionNotification object:nil queue:nil usingBlock:^(id note) { go(); }"
    )
    (found,) = linked({"A.m": f"void run(void) {{ [[NSNotificationCenter defaultCenter] {call}]; }}"}).observations
    assert found.observer.display == "a closure in run()"


@pytest.mark.parametrize(
    "center",
    ["[NSNotificationCenter defaultCenter]", "NSNotificationCenter.defaultCenter", "((NSNotificationCenter *)it)"],
)
def test_objc_observers(center: str) -> None:
    call = "addObserver:self selector:@selector(handle:) name:AVAudioSessionInterruptionNotification object:nil"
    methods = f"- (void)run {{ [{center} {call}]; }}\n- (void)handle:(NSNotification *)note {{}}"
    (found,) = linked({"A.m": f"@implementation Caller\n{methods}\n@end"}).observations
    assert found.observer.display == "Caller.handle(_:)"


@pytest.mark.parametrize(
    "name", [".callEnded", 'Notification.Name("ended")', "UIApplication.willResignActiveNotification"]
)
def test_other_notifications_are_not_a_frameworks(name: str) -> None:
    call = f"NotificationCenter.default.addObserver(self, selector: #selector(handle), name: {name}, object: nil)"
    graph = linked({"A.swift": f"class Caller: NSObject {{ func run() {{ {call} }}\n @objc func handle() {{}} }}"})
    known = {notification.id for notification in load().notifications}
    assert not known & {item.notification for item in graph.observations}
    assert modes(graph, "Caller.run()") == []


POSTS = {
    "constant": "NotificationCenter.default.post(name: .callEnded, object: nil)",
    "constant of a type": "center.post(name: Notification.Name.callEnded, object: self, userInfo: [:])",
}


@pytest.mark.parametrize("call", POSTS.values(), ids=POSTS)
def test_posting_an_own_notification_runs_its_observers(call: str) -> None:
    listen = "center.addObserver(self, selector: #selector(ended), name: .callEnded, object: nil)"
    listener = (
        f"class Listener: NSObject {{ func listen() {{ {listen} }}\n@objc func ended() {{}} }}\n"
        "func listen() { center.addObserver(forName: .callStarted, object: nil, queue: nil) { _ in } }"
    )
    graph = linked({"A.swift": f"func run() {{ {call} }}", "B.swift": listener})
    assert edge(graph, "run()", "Listener.ended()").mode == "now"
    assert modes(graph, "run()") == ["now"]


# ---- API calls ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "active"),
    [
        (ACTIVATE, Known(True)),
        ("try AVAudioSession.sharedInstance().setActive(false, options: .notifyOthersOnDeactivation)", Known(False)),
        ("let session = AVAudioSession.sharedInstance()\n try! session.setActive(true, with: [])", Known(True)),
        ("AVAudioSession.sharedInstance().setActive(flag(), error: nil)", None),
        ("let on = true\n AVAudioSession.sharedInstance().setActive(on, error: nil)", Known(True)),
        ("var on = true\n on = flag()\n AVAudioSession.sharedInstance().setActive(on, error: nil)", None),
        ("AVAudioSession.sharedInstance().activate(options: []) { _, _ in }", Known(True)),
    ],
)
def test_arguments_of_swift_api_calls(call: str, active: object) -> None:
    graph = linked({"A.swift": f"func f() throws {{ {call} }}"})
    (found,) = procedure(graph, "f()").sites
    assert found.api.effect == "activation"
    assert found.values["active"] == active


@pytest.mark.parametrize(
    ("call", "active"),
    [
        (ACTIVATE_OBJC, Known(True)),
        ("[AVAudioSession.sharedInstance setActive:NO withOptions:1 error:nil];", Known(False)),
        (
            "BOOL on = YES; AVAudioSession *s = [AVAudioSession sharedInstance]; [s setActive:on error:nil];",
            Known(True),
        ),
        ("AudioSessionSetActive(true);", Known(True)),
        ("[[AVAudioSession sharedInstance] setActive:flag() error:nil];", None),
    ],
)
def test_arguments_of_objc_api_calls(call: str, active: object) -> None:
    found = site(linked({"A.m": f"void f(void) {{ {call} }}"}))
    assert found.api.effect == "activation"
    assert found.values["active"] == active


@pytest.mark.parametrize(
    ("category", "value"),
    [
        (".playAndRecord", Known("playAndRecord")),
        ("AVAudioSession.Category.playAndRecord", Known("playAndRecord")),
        ("AVAudioSessionCategoryPlayAndRecord", Known("playAndRecord")),
        ("AVAudioSession.Category(rawValue: convertFrom(AVAudioSession.Category.playback))", Known("playback")),
        ('AVAudioSession.Category(rawValue: "own")', Known("own")),
        ("chosen", None),
    ],
)
def test_spellings_of_a_category(category: str, value: object) -> None:
    graph = linked({"A.swift": f"func f() {{ try? AVAudioSession.sharedInstance().setCategory({category}) }}"})
    assert {item.values["category"] for item in procedure(graph, "f()").sites} == {value}


def test_each_choice_of_an_argument_counts() -> None:
    call = "AVAudioSession.sharedInstance().setCategory(isCall ? .playAndRecord : .playback)"
    found = procedure(linked({"A.swift": f"func f() {{ try? {call} }}"}), "f()").sites
    assert [item.values["category"] for item in found] == [Known("playAndRecord"), Known("playback")]


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ("[]", Known(0)),
        ("[.mixWithOthers]", Known("mixWithOthers")),
        (".mixWithOthers", Known("mixWithOthers")),
        ("[.duckOthers, .allowBluetooth]", Known("allowBluetooth|duckOthers")),
        ("[.mixWithOthers, more()]", None),
    ],
)
def test_spellings_of_an_option_set(options: str, value: object) -> None:
    call = f"AVAudioSession.sharedInstance().setCategory(.playback, options: {options})"
    assert site(linked({"A.swift": f"func f() {{ try? {call} }}"})).values["options"] == value


def test_both_languages_give_an_option_set_and_a_constant_one_value() -> None:
    swift = (
        "func f() { try? AVAudioSession.sharedInstance().setCategory(.playAndRecord, mode: .voiceChat, "
        "options: [.mixWithOthers, .allowBluetooth]) }"
    )
    objc = (
        "void f(void) { [[AVAudioSession sharedInstance] setCategory:AVAudioSessionCategoryPlayAndRecord "
        "mode:AVAudioSessionModeVoiceChat options:AVAudioSessionCategoryOptionAllowBluetooth | "
        "AVAudioSessionCategoryOptionMixWithOthers error:nil]; }"
    )
    expected = {
        "category": Known("playAndRecord"),
        "mode": Known("voiceChat"),
        "options": Known("allowBluetooth|mixWithOthers"),
    }
    assert site(linked({"A.swift": swift})).values == expected
    assert site(linked({"A.m": objc})).values == expected


# ---- code that goes in circles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "typealias Bell = Ring\ntypealias Ring = Bell\nfunc f(bell: Bell) { bell.go() }",
        "class Bell: Ring { func go() { super.go() } }\nclass Ring: Bell {}\nfunc f(bell: Bell) { bell.go() }",
        "class Bell: Bell { func go() { super.go() } }\nfunc f(bell: Bell) { bell.go() }",
        "class Bell { let one = two\n let two = one\n func go() { one.go() } }",
        "class Bell { static let on = Bell.off\n static let off = Bell.on\n func go() { if Bell.on { ring() } } }",
        "class Bell { var on: Bool { loud }\n var loud: Bool { on }\n func go() { if on { ring() } } }",
        "let one = two\nlet two = one\nfunc f() { one.go() }",
        "func f() { let one = one\n one.go()\n if one { ring() } }",
        "func f(done: () -> Void) { f(done: done) }\nfunc g() { f { g() } }",
    ],
)
def test_circles_end(source: str) -> None:
    assert linked({"A.swift": source}).procedures


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "s.setCategory(.playAndRecord, mode: v ? .videoChat : .voiceChat)",
            [("videoChat", None), ("voiceChat", None)],
        ),
        (
            "s.setCategory(.playAndRecord, mode: v ? .videoChat : .voiceChat, options: v ? .duckOthers : [])",
            [("videoChat", "duckOthers"), ("voiceChat", 0)],
        ),
        (
            "s.setCategory(.playAndRecord, mode: v ? .videoChat : .voiceChat, options: w ? .duckOthers : [])",
            [("videoChat", None), ("voiceChat", None)],
        ),
        (
            "let mode = v ? AVAudioSession.Mode.videoChat : AVAudioSession.Mode.voiceChat\n"
            "s.setCategory(.playAndRecord, mode: mode)",
            [("videoChat", None), ("voiceChat", None)],
        ),
        (
            "var options: AVAudioSession.CategoryOptions = []\ns.setCategory(.playAndRecord, options: options)",
            [(None, 0)],
        ),
        (
            "var options: AVAudioSession.CategoryOptions = []\noptions.insert(.duckOthers)\n"
            "s.setCategory(.playAndRecord, options: options)",
            [(None, None)],
        ),
    ],
)
def test_a_conditional_argument_is_a_call_for_each_value(body: str, expected: list[tuple[object, object]]) -> None:
    source = f"func f(s: AVAudioSession, v: Bool, w: Bool) {{ {body} }}"
    sites = procedure(linked({"A.swift": source}), "f(s:v:w:)").sites
    assert [(item.constant("mode"), item.constant("options")) for item in sites] == expected
    assert len({(item.location, item.position) for item in sites}) == 1
    assert len({item.guards for item in sites}) == len(sites)


def test_expressions_may_be_long() -> None:
    linked({"A.swift": f"func f() {{ start{'.next()' * 3000} }}"})
    linked({"A.swift": f"func f() {{ if {' && '.join(['ready'] * 3000)} {{ {ACTIVATE} }} }}"})
    linked({"A.m": f"void f(id start) {{ {'[' * 1000}start{' next]' * 1000}; }}"})
