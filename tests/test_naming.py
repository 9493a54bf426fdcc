"""Names across the language border, as the Swift compiler gives them."""

from __future__ import annotations

import pytest

from callkit_lint.naming import (
    exposed_selector,
    imported_name,
    property_of_setter,
    setter_selector,
    swift_names_of,
    words_of,
)

ERROR = "NSError **"


@pytest.mark.parametrize(
    ("selector", "types", "name"),
    [
        ("startIOUnit", (), "startIOUnit()"),
        ("configureWithMode:", ("MyMode",), "configure(with:)"),
        ("configureWithMode:", ("NSString",), "configure(withMode:)"),
        ("doThing:completion:", ("Foo", "() -> void"), "doThing(_:completion:)"),
        ("startWithCompletion:", ("(NSError) -> void",), "start(completion:)"),
        ("reportCallWithUUID:endedAtDate:reason:", ("NSUUID", "NSDate", "Reason"), "reportCall(with:endedAt:reason:)"),
        ("provider:performStartCallAction:", ("CXProvider", "CXStartCallAction"), "provider(_:perform:)"),
        ("provider:didActivateAudioSession:", ("CXProvider", "AVAudioSession"), "provider(_:didActivate:)"),
        ("requestTransaction:completion:", ("CXTransaction", "(NSError) -> void"), "request(_:completion:)"),
        ("pushRegistry:didUpdatePushCredentials:forType:", ("PKPushRegistry", "PKPushCredentials", "PKPushType"),
         "pushRegistry(_:didUpdate:for:)"),
        ("insertObject:atIndex:", ("id", "NSUInteger"), "insert(_:at:)"),
        ("removeObservers:", ("[Observer]",), "remove(_:)"),
        ("session:didFailWithError:", ("Session", "NSError"), "session(_:didFailWithError:)"),
        ("setMuted:", ("BOOL",), "setMuted(_:)"),
        ("handleInterruption:", ("NSNotification",), "handleInterruption(_:)"),
        ("URLForKey:", ("NSString",), "url(forKey:)"),
    ],
)  # fmt: skip
def test_methods_get_their_imported_names(selector: str, types: tuple[str, ...], name: str) -> None:
    assert imported_name(selector, types, result="void") == name


def test_an_error_pointer_makes_a_method_throw_and_leaves_the_name() -> None:
    assert imported_name("setActive:error:", ("BOOL", ERROR), result="BOOL") == "setActive(_:)"
    assert imported_name("startAndReturnError:", (ERROR,), result="BOOL") == "start()"
    assert imported_name("setActive:error:", ("BOOL", "NSError"), result="BOOL") == "setActive(_:error:)"
    assert imported_name("logMessage:error:", ("NSString", ERROR), result="void") == "logMessage(_:error:)"


@pytest.mark.parametrize(
    ("selector", "types", "name"),
    [
        ("init", (), "init()"),
        ("initWithFoo:bar:", ("int", "int"), "init(foo:bar:)"),
        ("initWithURL:", ("NSURL",), "init(url:)"),
        ("initWithConfiguration:", ("CXProviderConfiguration",), "init(configuration:)"),
    ],
)
def test_initialisers(selector: str, types: tuple[str, ...], name: str) -> None:
    assert imported_name(selector, types, is_init=True, result="instancetype") == name


def test_factory_methods_become_initialisers_of_their_class_only() -> None:
    assert imported_name("fooWithBar:", ("int",), False, "instancetype", "ABFoo", True) == "init(bar:)"
    assert imported_name("fooWithBar:", ("int",), False, "instancetype", "Other", True) == "foo(withBar:)"
    assert imported_name("sharedManager", (), False, "instancetype", "AudioManager", True) == "shared()"
    assert imported_name("sharedManager", (), False, "Logger", "AudioManager", True) == "sharedManager()"


def test_the_owner_goes_after_a_verb() -> None:
    types = ("BOOL", "() -> void")
    name = imported_name("dismissViewControllerAnimated:completion:", types, False, "void", "UIViewController")
    assert name == "dismiss(animated:completion:)"


@pytest.mark.parametrize(
    ("name", "selector"),
    [
        ("start()", "start"),
        ("init()", "init"),
        ("handle(_:)", "handle:"),
        ("set(_:for:)", "set:for:"),
        ("configure(mode:)", "configureWithMode:"),
        ("init(foo:)", "initWithFoo:"),
        ("init(_:)", "init:"),
        ("move(to:)", "moveTo:"),
        ("moveTo(point:)", "moveToPoint:"),
        ("provider(_:perform:)", "provider:perform:"),
    ],
)
def test_swift_methods_get_their_selectors(name: str, selector: str) -> None:
    assert exposed_selector(name) == selector


def test_throwing_and_async_methods_have_one_more_parameter() -> None:
    assert exposed_selector("start()", throws=True) == "startAndReturnError:"
    assert exposed_selector("load(url:)", throws=True) == "loadWithUrl:error:"
    assert exposed_selector("load(_:done:)", throws=True, trailing_closures=1) == "load:error:done:"
    assert exposed_selector("load(_:)", throws=True, is_async=True) == "load:completionHandler:"
    assert exposed_selector("load()", is_async=True) == "loadWithCompletionHandler:"


def test_an_objc_attribute_decides_alone() -> None:
    assert exposed_selector("start(mode:)", ("IBAction", "objc(begin:)")) == "begin:"
    assert exposed_selector("start(mode:)", ("objc",)) == "startWithMode:"


def test_setters() -> None:
    assert setter_selector("enabled") == "setEnabled:"
    assert property_of_setter("setEnabled:") == "enabled"
    assert property_of_setter("setURL:") == "URL"
    assert property_of_setter("setActive:error:") is None
    assert property_of_setter("setup:") is None
    assert property_of_setter("set:") is None
    assert property_of_setter("start") is None


def test_names_without_types_begin_with_the_imported_one_and_cover_what_swift_may_write() -> None:
    names = swift_names_of("reportNewIncomingCallWithUUID:update:completion:")
    assert names[0] == imported_name("reportNewIncomingCallWithUUID:update:completion:")
    assert "reportNewIncomingCall(with:update:completion:)" in names
    assert "request(_:completion:)" in swift_names_of("requestTransaction:completion:")
    assert "setActive(_:)" in swift_names_of("setActive:error:")
    assert "start()" in swift_names_of("startAndReturnError:")
    assert "init(configuration:)" in swift_names_of("initWithConfiguration:")
    assert swift_names_of("start") == ("start()",)


def test_names_are_unique_and_few() -> None:
    names = swift_names_of("startAtDate:toPlace:withFriend:forReason:byMeans:atSpeed:fromHome:error:")
    assert len(names) == len(set(names)) <= 49


def test_words() -> None:
    assert words_of("reportCallWithUUID") == ["report", "Call", "With", "UUID"]
    assert words_of("URLSessionUTF8") == ["URL", "Session", "UTF", "8"]
    assert words_of("startIOUnit") == ["start", "IO", "Unit"]
    assert words_of("openURLs") == ["open", "URLs"]
