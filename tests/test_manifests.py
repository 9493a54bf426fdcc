"""Swift packages, Podfiles and the plugins of other languages: what is written out in them is found."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callkit_lint.project.manifests import (
    ForeignPackage,
    PackageTarget,
    PathPod,
    read_package,
    read_package_json,
    read_plugin_xml,
    read_podfile,
    read_pubspec,
)

PACKAGE = b"""
// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "Calls", // .target(name: "InAComment")
    platforms: [.iOS("14.0")],
    products: [
        .library(name: "CallsKit", type: .static, targets: ["Calls", "Audio"]),
        .executable(name: "tool", targets: ["Tool"]),
    ],
    dependencies: [.package(name: "other", path: "../Other"), .package(url: "https://example.org/x", from: "1.0")],
    targets: [
        .target(name: "Calls", dependencies: ["Audio", .product(name: "Other", package: "other"),
                .target(name: "Macro", condition: .when(platforms: [.iOS]))],
                resources: [.process("Resources")]),
        .target(
            name: "Audio",
            path: "Code/Audio", /* path: "Elsewhere" */
            exclude: ["Old"]
        ),
        .executableTarget(name: "Tool", dependencies: [.byName(name: "Calls")]),
        .binaryTarget(name: "Binary", path: "Binary.xcframework"),
        .testTarget(name: "CallsTests", dependencies: ["Calls"]),
    ]
)
"""


def test_package() -> None:
    def places(name: str, *folders: str) -> tuple[str, ...]:
        return tuple(f"kit/{folder}/{name}" for folder in folders or ("Sources", "Source", "src", "srcs"))

    assert read_package("kit/Package.swift", PACKAGE) == (
        PackageTarget("Calls", "library", places("Calls"), ("Audio", "Other", "Macro"), ("CallsKit",)),
        PackageTarget("Audio", "library", ("kit/Code/Audio",), (), ("CallsKit",)),
        PackageTarget("Tool", "application", places("Tool"), ("Calls",), ("tool",)),
        PackageTarget("CallsTests", "test", places("CallsTests", "Tests"), ("Calls",)),
    )


def test_a_target_made_by_code_is_found_where_it_is_written_out() -> None:
    text = b'package.targets.append(.target(name: "Late", path: "."))\nlet names = ["A", "B"].map { .target(name: $0) }'
    assert read_package("Package.swift", text) == (PackageTarget("Late", "library", (".",)),)


PODFILE = b"""
platform :ios, '13.0'

def shared
  pod 'Shared', :path => 'Shared'
end

target 'App' do
  use_frameworks!
  pod 'Calls/Core', :path => '../Calls/Calls.podspec', :inhibit_warnings => true
  pod "Audio", path: "Audio"
  pod 'Remote', '~> 1.0'
  # pod 'Commented', :path => '../Commented'
  [1].each do |number|
    pod('InALoop', path: './Loop')
  end
  if ENV['X']
    pod 'Conditional', :path => 'Conditional'
  end

  target 'AppTests' do
    inherit! :search_paths
    pod 'TestHelp', :path => 'TestHelp'
  end
end

target 'Other' do
  shared
end

post_install do |installer|
end
"""


def test_podfile() -> None:
    app = ("App", "AppTests")
    assert read_podfile("ios/Podfile", PODFILE) == (
        PathPod("Shared", "ios/Shared", ()),
        PathPod("Calls", "Calls", app),
        PathPod("Audio", "ios/Audio", app),
        PathPod("InALoop", "ios/Loop", app),
        PathPod("Conditional", "ios/Conditional", app),
        PathPod("TestHelp", "ios/TestHelp", ("AppTests",)),
    )


def test_pubspec() -> None:
    text = b"""name: calls  # the plugin
version: 1.0.0
dependencies:
  flutter:
    sdk: flutter
  audio:
    path: ../audio
dev_dependencies:
  lints: ^5.0.0
flutter:
  plugin:
    platforms:
      ios:
        pluginClass: CallsPlugin
"""
    assert read_pubspec(text) == ForeignPackage("calls", ("flutter", "audio", "lints"))
    assert read_pubspec(b"- a\n- b\n") == ForeignPackage("")


def test_package_json() -> None:
    found = {
        "name": "@org/calls",
        "dependencies": {"a": "1"},
        "devDependencies": {"b": "file:.."},
        "scripts": {"c": ""},
    }
    assert read_package_json(json.dumps(found).encode()) == ForeignPackage("@org/calls", ("a", "b"))
    cordova = {"name": "app", "cordova": {"plugins": {"cordova-calls": {}}}}
    assert read_package_json(json.dumps(cordova).encode()) == ForeignPackage("app", ("cordova-calls",))


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"name": 1, "dependencies": [], "cordova": 2}', b"[" * 100_000])
def test_a_package_json_that_is_none(data: bytes) -> None:
    assert read_package_json(data) == ForeignPackage("")


def test_plugin_xml() -> None:
    text = b"""<?xml version='1.0'?>
<plugin xmlns="http://apache.org/cordova/ns/plugins/1.0" id="cordova-calls" version="1.0">
  <platform name="android"><source-file src="src/android/A.java" /></platform>
  <platform name="ios">
    <header-file src="src/ios/Calls.h"/>
    <source-file compiler-flags="-fobjc-arc" src="src/ios/Calls.m"/>
    <!-- <source-file src="src/ios/Old.m"/> -->
    <framework src="CallKit.framework"/>
  </platform>
  <platform name="windows"><source-file src="src/windows/A.cs" /></platform>
</plugin>"""
    expected = ForeignPackage("cordova-calls", (), ("plugin/src/ios/Calls.h", "plugin/src/ios/Calls.m"))
    assert read_plugin_xml("plugin/plugin.xml", text) == expected


@given(st.binary(max_size=200) | st.text("().[]{}:,\"'#=> \nabcnmetrgdopius/*<>", max_size=200).map(str.encode))
def test_no_bytes_are_too_bad(data: bytes) -> None:
    read_package("Package.swift", data)
    read_package("Package.swift", b'let p = Package(targets: [.target(name: "A", ' + data)
    read_podfile("Podfile", data)
    read_podfile("Podfile", b"target 'A' do\npod 'B', :path => '" + data)
    read_pubspec(data)
    read_package_json(data)
    read_plugin_xml("plugin.xml", data)
    read_plugin_xml("plugin.xml", b'<plugin id="a"><platform name="ios">' + data)


@pytest.mark.parametrize(
    "part", [b"(", b".target(", b'"', b"/*", b'"""', b"target 'a' do\n", b"pod 'a', ", b"<!--", b"a: "]
)
def test_hostile_text_takes_no_more_than_linear_time(part: bytes) -> None:
    data = part * 100_000
    started = time.process_time()
    read_package("Package.swift", data)
    read_podfile("Podfile", data)
    read_pubspec(data)
    read_plugin_xml("plugin.xml", data)
    assert time.process_time() - started < 5
