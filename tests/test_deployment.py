"""The lowest system that a file is built for."""

from __future__ import annotations

import pytest

from callkit_lint.project.boundaries import partition
from callkit_lint.project.deployment import lowest_systems, version
from tests.graphs import lowered
from tests.projects import XcodeProject

PODSPECS = [
    ("s.ios.deployment_target = '15.0'", "15.0"),
    ("s.ios.deployment_target  = '15.0'\ns.osx.deployment_target = '10.15'", "15.0"),
    ("s.platform = :ios, '12.0'", "12.0"),
    ('s.platforms = { :osx => "10.13", :ios => "11.0" }', "11.0"),
    ('"platforms" => { ios: "11.0" }', "11.0"),
    ("s.platforms = {\n  :ios => '13.4',\n}", "13.4"),
    ("s.platforms = { :ios => min_ios_version_supported }", ""),
    ("# s.platform = :ios, '9.0'", ""),
    ("s.platform = :osx, '10.15'", ""),
    ("s.platform = :ios", ""),
]
PACKAGES = [
    ("platforms: [.iOS(.v13), .macOS(.v12)]", "13"),
    ("platforms: [.macOS(.v12), .iOS(.v13_4)]", "13.4"),
    ('platforms: [.iOS("14.5")]', "14.5"),
    ("platforms: [.macOS(.v12)]", ""),
]
PODFILES = [("platform :ios, '13.0'", "13.0"), ("# platform :ios, '13.0'", ""), ("platform :ios, Minimum", "")]


def lowest(path: str, manifests: dict[str, str]) -> str:
    data = {name: text.encode() for name, text in manifests.items()}
    return lowest_systems([path], [], data).get(path, "")


@pytest.mark.parametrize(("text", "expected"), PODSPECS)
def test_a_pod_says_so(text: str, expected: str) -> None:
    assert lowest("ios/Classes/A.m", {"ios/Calls.podspec": text}) == expected


@pytest.mark.parametrize(("text", "expected"), PACKAGES)
def test_a_package_says_so(text: str, expected: str) -> None:
    assert lowest("Sources/A.swift", {"Package.swift": text}) == expected


@pytest.mark.parametrize(("text", "expected"), PODFILES)
def test_a_podfile_says_so(text: str, expected: str) -> None:
    assert lowest("App/A.swift", {"Podfile": text}) == expected


def test_the_nearest_pod_counts_and_a_podfile_only_without_one() -> None:
    manifests = {
        "A.podspec": "s.platform = :ios, '9.0'",
        "ios/B.podspec": "s.platform = :ios, '15.0'",
        "ios/Podfile": "platform :ios, '11.0'",
    }
    assert lowest("ios/B.m", manifests) == "15.0"
    assert lowest("A.m", manifests) == "9.0"
    assert lowest("ios/B.m", {"ios/Podfile": "platform :ios, '11.0'"}) == "11.0"


def test_a_file_has_the_system_of_its_target_and_one_in_no_target_that_of_the_app() -> None:
    made = XcodeProject()
    kit = made.target("Kit", ["Kit/K.swift"], kind="framework", settings={"IPHONEOS_DEPLOYMENT_TARGET": "12.0"})
    made.target("App", ["App/A.swift"], needs=[kit], settings={"IPHONEOS_DEPLOYMENT_TARGET": "15.0"})
    sources = lowered(dict.fromkeys(["App/A.swift", "Kit/K.swift", "App/Forgotten.swift"], "class Phone {}"))
    (program,) = partition(sources, {"App.xcodeproj/project.pbxproj": made.data})
    assert program.systems == {"App/A.swift": "15.0", "Kit/K.swift": "12.0", "App/Forgotten.swift": "15.0"}


def test_a_package_speaks_of_the_libraries_below_it_not_of_the_app_beside_them() -> None:
    made = XcodeProject()
    kit = made.target("Kit", ["Kit/K.swift"], kind="framework", settings={"IPHONEOS_DEPLOYMENT_TARGET": "13.0"})
    made.target("App", ["App/A.swift"], needs=[kit], settings={"IPHONEOS_DEPLOYMENT_TARGET": "15.0"})
    sources = lowered(dict.fromkeys(["App/A.swift", "Kit/K.swift"], "class Phone {}"))
    manifests = {"App.xcodeproj/project.pbxproj": made.data, "Kit.podspec": b"s.platform = :ios, '12.0'"}
    (program,) = partition(sources, manifests)
    assert program.systems == {"App/A.swift": "15.0", "Kit/K.swift": "12.0"}


def test_versions_are_compared_as_numbers() -> None:
    assert version("9.3") < version("10.0") < version("14") < version("14.0.1")
