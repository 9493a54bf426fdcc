"""Boundaries: which files of a tree are one program."""

from __future__ import annotations

import pytest

from callkit_lint.boundaries import partition
from callkit_lint.units import starts_an_app
from tests.graphs import lowered

APP = "@main class AppDelegate: UIResponder, UIApplicationDelegate {}"
MAIN = "int main(int argc, char *argv[]) { return UIApplicationMain(argc, argv, nil, nil); }"
CODE = "class Phone {}"


def parts(sources: dict[str, str], *projects: str) -> dict[str, set[str]]:
    """The programs by name, each with its files; of the Xcode projects the directories are given."""
    manifests = {f"{project}/project.pbxproj": b"" for project in projects}
    return {one.name: set(one.files) for one in partition(lowered(sources), manifests)}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("A.swift", "@main class AppDelegate: UIResponder, UIApplicationDelegate {}"),
        ("A.swift", "@UIApplicationMain class AppDelegate: UIResponder, UIApplicationDelegate {}"),
        ("A.swift", "@main struct Phone: App { var body: some Scene { WindowGroup { Home() } } }"),
        ("main.m", MAIN),
        ("main.m", MAIN.replace("return", "@autoreleasepool { return").replace("; }", "; } }")),
        ("main.mm", MAIN.replace("return", "")),
    ],
)
def test_an_applications_entry_point(path: str, source: str) -> None:
    assert starts_an_app(lowered({path: source})[path])


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("A.swift", "class AppDelegate: UIResponder, UIApplicationDelegate {}"),
        ("A.swift", "@MainActor class Phone { func main() {} }"),
        ("main.m", "int main(int argc, char *argv[]) { return printf(argv[0]); }"),
        ("A.m", "void start(int argc, char *argv[]) { UIApplicationMain(argc, argv, nil, nil); }"),
    ],
)
def test_no_entry_point(path: str, source: str) -> None:
    assert not starts_an_app(lowered({path: source})[path])


def test_a_tree_without_a_project_is_one_program() -> None:
    assert parts({"A.swift": APP, "Sources/B.swift": CODE}) == {"app": {"A.swift", "Sources/B.swift"}}
    assert parts({"one/A.swift": APP, "two/A.swift": APP}) == {"app": {"one/A.swift", "two/A.swift"}}
    assert parts({"B.swift": CODE}) == {"app": {"B.swift"}}
    assert parts({}) == {"app": set()}


def test_a_tree_with_one_app_is_one_program() -> None:
    sources = {"Phone/A.swift": APP, "Phone/B.swift": CODE, "Shared/C.swift": CODE}
    assert parts(sources, "Phone.xcodeproj") == {"app": set(sources)}
    assert parts(sources, "Phone/Phone.xcodeproj") == {"Phone": set(sources)}


def test_a_project_without_an_app_is_no_program_of_its_own() -> None:
    sources = {"Phone/A.swift": APP, "Library/B.swift": CODE}
    assert parts(sources, "Phone/Phone.xcodeproj", "Library/Library.xcodeproj") == {"Phone": set(sources)}


def test_apps_side_by_side_are_programs_of_their_own() -> None:
    sources = {"one/A.swift": APP, "one/UI/B.swift": CODE, "two/A.swift": APP, "two/B.swift": CODE}
    assert parts(sources, "one/One.xcodeproj", "two/Two.xcodeproj") == {
        "one": {"one/A.swift", "one/UI/B.swift"},
        "two": {"two/A.swift", "two/B.swift"},
    }


def test_sources_outside_of_all_apps_belong_to_each() -> None:
    sources = {
        "ios/Classes/Plugin.swift": CODE,
        "example/ios/Runner/A.swift": APP,
        "demo/Demo/A.swift": APP,
        "demo/Demo/B.swift": CODE,
    }
    assert parts(sources, "example/ios/Runner.xcodeproj", "demo/Demo.xcodeproj") == {
        "demo": {"demo/Demo/A.swift", "demo/Demo/B.swift", "ios/Classes/Plugin.swift"},
        "example/ios": {"example/ios/Runner/A.swift", "ios/Classes/Plugin.swift"},
    }


def test_an_app_beside_a_plugins_sources_is_one_program_with_them() -> None:
    sources = {"ios/Classes/Plugin.swift": CODE, "example/ios/Runner/A.swift": APP}
    assert parts(sources, "example/ios/Runner.xcodeproj") == {"example/ios": set(sources)}


def test_an_app_inside_the_directory_of_another_is_not_part_of_it() -> None:
    sources = {"A.swift": APP, "B.swift": CODE, "example/A.swift": APP, "example/B.swift": CODE}
    assert parts(sources, "Phone.xcodeproj", "example/Example.xcodeproj") == {
        "app": {"A.swift", "B.swift"},
        "example": {"example/A.swift", "example/B.swift"},
    }


def test_projects_in_one_directory_are_told_apart_by_the_directories_that_bear_their_names() -> None:
    sources = {"One/A.swift": APP, "One/B.swift": CODE, "Two/main.m": MAIN, "Shared/C.swift": CODE}
    assert parts(sources, "One.xcodeproj", "Two.xcodeproj") == {
        "One": {"One/A.swift", "One/B.swift", "Shared/C.swift"},
        "Two": {"Two/main.m", "Shared/C.swift"},
    }


def test_a_directory_with_a_projects_name_means_nothing_beside_a_single_project() -> None:
    sources = {"Phone/A.swift": APP, "Watch/B.swift": CODE}
    assert parts(sources, "Phone.xcodeproj") == {"app": set(sources)}


def test_other_manifests_make_no_program() -> None:
    found = partition(
        lowered({"one/A.swift": APP, "two/A.swift": APP}),
        {"one/Info.plist": b"", "two/Package.swift": b"", "two/project.pbxproj": b""},
    )
    assert [one.name for one in found] == ["app"]
