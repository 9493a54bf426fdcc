"""Boundaries: which files of a tree are one program."""

from __future__ import annotations

import pytest

from callkit_lint.project.boundaries import partition
from callkit_lint.project.units import starts_an_app
from tests.graphs import lowered
from tests.projects import XcodeProject, project

APP = "@main class AppDelegate: UIResponder, UIApplicationDelegate {}"
MAIN = "int main(int argc, char *argv[]) { return UIApplicationMain(argc, argv, nil, nil); }"
CODE = "class Phone {}"


CALLS = "import CallKit\nclass Calls: NSObject, CXProviderDelegate {}"
HEADER = "@interface Phone : NSObject\n@end"
CODE_OBJC = "@implementation Phone\n@end"

Manifests = dict[str, bytes]


def built(sources: dict[str, str], manifests: Manifests) -> dict[str, set[str]]:
    """The programs by name, each with its files."""
    return {one.name: set(one.files) for one in partition(lowered(sources), manifests)}


def parts(sources: dict[str, str], *projects: str) -> dict[str, set[str]]:
    """The programs when no project file can be read; of the Xcode projects the directories are given."""
    return built(sources, {f"{project}/project.pbxproj": b"" for project in projects})


def code(*paths: str) -> dict[str, str]:
    """Sources without a call or an entry point."""
    return {path: {"swift": CODE, "h": HEADER, "m": CODE_OBJC}[path.rpartition(".")[2]] for path in paths}


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
    manifests = {"one/Info.plist": b"", "two/Package.swift": b"", "two/project.pbxproj": b""}
    assert set(built({"one/A.swift": APP, "two/A.swift": APP}, manifests)) == {"app"}


# ---- Xcode targets --------------------------------------------------------------------------------------------------


def test_a_program_is_an_application_target() -> None:
    sources = code("One/A.swift", "Two/B.swift", "Shared/C.swift")
    made = project(One=["One/A.swift", "Shared/C.swift"], Two=["Two/B.swift", "Shared/C.swift"])
    assert built(sources, {"App.xcodeproj/project.pbxproj": made}) == {
        "One": {"One/A.swift", "Shared/C.swift"},
        "Two": {"Two/B.swift", "Shared/C.swift"},
    }


def test_targets_of_one_name_are_told_apart_by_their_projects() -> None:
    sources = code("a/A.swift", "b/B.swift", "b/C.swift", "D.swift")
    manifests = {
        "a/App.xcodeproj/project.pbxproj": project(Runner=["A.swift"]),
        "b/App.xcodeproj/project.pbxproj": project(Runner=["B.swift"]),
        "b/Too.xcodeproj/project.pbxproj": project(Runner=["C.swift"]),
        "App.xcodeproj/project.pbxproj": project(Runner=["D.swift"]),
    }
    assert set(built(sources, manifests)) == {
        "Runner",
        "a/Runner",
        "application target Runner of b/App.xcodeproj",
        "application target Runner of b/Too.xcodeproj",
    }


def test_variants_with_the_same_files_are_one_program() -> None:
    sources = code("A.swift", "B.swift", "C.swift")
    made = project(App=["A.swift", "B.swift"], Staging=["B.swift", "A.swift"], Debug=["A.swift", "B.swift", "C.swift"])
    assert built(sources, {"App.xcodeproj/project.pbxproj": made}) == {
        "App": {"A.swift", "B.swift"},
        "Debug": {"A.swift", "B.swift", "C.swift"},
    }


def test_a_file_in_no_target_belongs_to_the_nearest_programs() -> None:
    sources = code("One/A.m", "One/A.h", "One/Old/D.m", "Two/B.m", "Two/inc/B.h", "C.h", "Third/E.h")
    made = project(One=["One/A.m"], Two=["Two/B.m"])
    assert built(sources, {"App.xcodeproj/project.pbxproj": made}) == {
        "One": {"One/A.m", "One/A.h", "One/Old/D.m", "C.h", "Third/E.h"},
        "Two": {"Two/B.m", "Two/inc/B.h", "C.h", "Third/E.h"},
    }


def test_frameworks_come_with_the_apps_that_depend_on_them() -> None:
    made = XcodeProject()
    core = made.target("Core", ["Core/C.swift"], kind="framework")
    kit = made.target("Kit", ["Kit/K.swift"], kind="framework", needs=[core])
    made.target("App", ["App/A.swift"], needs=[kit])
    made.target("Linking", ["Linking/L.swift"], links=["Core.framework", "UIKit.framework"])
    made.target("Alone", ["Alone/S.swift"])
    sources = code("Core/C.swift", "Core/C.h", "Kit/K.swift", "App/A.swift", "Linking/L.swift", "Alone/S.swift")
    assert built(sources, {"App.xcodeproj/project.pbxproj": made.data}) == {
        "App": {"App/A.swift", "Kit/K.swift", "Core/C.swift", "Core/C.h"},
        "Linking": {"Linking/L.swift", "Core/C.swift", "Core/C.h"},
        "Alone": {"Alone/S.swift"},
    }


def test_a_framework_of_another_project_is_found_by_product_or_import() -> None:
    kit, other = XcodeProject(), XcodeProject()
    kit.target("CallKit-Extras", ["K.swift"], kind="framework")
    other.target("Media", ["M.swift"], kind="framework")
    app = XcodeProject()
    app.target("App", ["A.swift"], links=["CallKit-Extras.framework"])
    sources = code("kit/K.swift", "media/M.swift") | {"app/A.swift": "import Media\nclass A {}"}
    manifests = {
        "kit/Kit.xcodeproj/project.pbxproj": kit.data,
        "media/Media.xcodeproj/project.pbxproj": other.data,
        "app/App.xcodeproj/project.pbxproj": app.data,
    }
    assert built(sources, manifests) == {"App": set(sources)}


def test_of_frameworks_with_one_name_the_nearest_counts() -> None:
    manifests: Manifests = {}
    sources: dict[str, str] = {}
    for sample in ("one", "two"):
        made = XcodeProject()
        made.target("Common", ["Common/C.swift"], kind="framework")
        made.target(sample, ["A.swift"])
        manifests[f"{sample}/App.xcodeproj/project.pbxproj"] = made.data
        sources |= {f"{sample}/A.swift": "import Common\nclass A {}", f"{sample}/Common/C.swift": CODE}
    assert built(sources, manifests) == {
        "one": {"one/A.swift", "one/Common/C.swift"},
        "two": {"two/A.swift", "two/Common/C.swift"},
    }


def test_of_products_with_one_name_the_declared_one_counts() -> None:
    made = XcodeProject()
    sources = dict.fromkeys(("A.swift", "B.swift"), "import Kit\nclass A {}") | code("phone/K.swift", "desk/K.swift")
    phone = made.target("Kit iOS", ["phone/K.swift"], kind="framework", settings={"PRODUCT_NAME": "Kit"})
    desk = made.target("Kit macOS", ["desk/K.swift"], kind="framework", settings={"PRODUCT_NAME": "Kit"})
    made.target("Phone", ["A.swift"], needs=[phone], links=["Kit.framework"])
    made.target("Desk", ["B.swift"], needs=[desk], links=["Kit.framework"])
    assert built(sources, {"App.xcodeproj/project.pbxproj": made.data}) == {
        "Phone": {"A.swift", "phone/K.swift"},
        "Desk": {"B.swift", "desk/K.swift"},
    }


def test_files_that_only_tests_are_built_from_belong_to_no_program() -> None:
    made = XcodeProject()
    app = made.target("App", ["App/A.swift", "App/Both.swift"])
    made.target("AppTests", ["Checks/T.swift", "App/Both.swift"], kind="bundle.unit-test", needs=[app])
    sources = code("App/A.swift", "App/Both.swift", "Checks/T.swift", "Checks/T.h")
    assert built(sources, {"App.xcodeproj/project.pbxproj": made.data}) == {"App": {"App/A.swift", "App/Both.swift"}}


def test_an_extension_goes_with_its_app() -> None:
    made = XcodeProject()
    extension = made.target("Service", ["Service/S.swift"], kind="app-extension")
    made.target("Loose", ["Loose/L.swift"], kind="app-extension")
    made.target("App", ["App/A.swift"], needs=[extension])
    sources = code("App/A.swift", "Service/S.swift", "Loose/L.swift")
    assert built(sources, {"App.xcodeproj/project.pbxproj": made.data}) == {"App": set(sources)}


def test_an_extension_that_takes_calls_itself_is_a_program() -> None:
    made = XcodeProject()
    extension = made.target("Service", ["Service/S.swift", "Shared.swift"], kind="app-extension")
    made.target("App", ["App/A.swift", "Shared.swift"], needs=[extension])
    sources = code("App/A.swift", "Shared.swift") | {"Service/S.swift": CALLS}
    assert built(sources, {"App.xcodeproj/project.pbxproj": made.data}) == {
        "App": {"App/A.swift", "Shared.swift"},
        "Service": {"Service/S.swift", "Shared.swift"},
    }


def test_an_app_in_an_app_is_a_program_of_its_own() -> None:
    made = XcodeProject()
    watch = made.target("Watch", ["Watch/W.swift"], kind="application.watchapp2")
    made.target("App", ["App/A.swift"], needs=[watch])
    sources = code("App/A.swift", "Watch/W.swift")
    found = built(sources, {"App.xcodeproj/project.pbxproj": made.data})
    assert found == {"App": {"App/A.swift"}, "Watch": {"Watch/W.swift"}}


def test_what_the_build_defines_stays_with_the_program() -> None:
    made = XcodeProject()
    made.target(
        "App", ["A.swift"], settings={"IPHONEOS_DEPLOYMENT_TARGET": "15.0", "GCC_PREPROCESSOR_DEFINITIONS": ["V=1"]}
    )
    (program,) = partition(lowered(code("A.swift")), {"App.xcodeproj/project.pbxproj": made.data})
    assert (program.deployment_target, program.macros) == ("15.0", ("V=1",))


def test_what_holds_in_every_variant_stays_with_the_program() -> None:
    made = XcodeProject()
    key, macros = "IPHONEOS_DEPLOYMENT_TARGET", "SWIFT_ACTIVE_COMPILATION_CONDITIONS"
    made.target("Television", ["A.swift"], settings={"SDKROOT": "appletvos", macros: "TV"})
    made.target("Phone", ["A.swift"], settings={key: "15.0", macros: "CALLS STORE"})
    made.target("PhoneBeta", ["A.swift"], settings={key: "12.0", macros: "CALLS"})
    (program,) = partition(lowered({"A.swift": CALLS}), {"P.xcodeproj/project.pbxproj": made.data})
    assert (program.name, program.platform) == ("Phone", "")
    assert (program.deployment_target, program.macros) == ("12.0", ("CALLS",))


def test_a_library_that_only_an_app_for_another_system_uses_is_a_program_when_it_takes_calls() -> None:
    made = XcodeProject()
    library = made.target("CallsCore", ["Core/Calls.swift"], kind="framework")
    made.target("Desk", ["Desk/A.swift"], needs=[library], settings={"SDKROOT": "macosx"})
    sources = {"Core/Calls.swift": CALLS, "Desk/A.swift": APP}
    found = partition(lowered(sources), {"P.xcodeproj/project.pbxproj": made.data})
    assert [(one.name, one.platform, set(one.files)) for one in found] == [
        ("CallsCore", "", {"Core/Calls.swift"}),
        ("Desk", "macOS", set(sources)),
    ]


def test_paths_are_compared_as_a_mac_does() -> None:
    made = project(App=["sources/a.swift", "Caf\u00e9.swift"], Other=["B.swift"])
    sources = code("Sources/A.swift", "Cafe\u0301.swift", "B.swift")
    assert built(sources, {"App.xcodeproj/project.pbxproj": made})["App"] == {"Sources/A.swift", "Cafe\u0301.swift"}


def test_a_wrong_path_is_found_by_the_only_file_of_its_name() -> None:
    made = project(App=["Wrong/A.swift", "Wrong/Twice.swift"], Other=["B.swift"])
    sources = code("x/A.swift", "y/Twice.swift", "z/Twice.swift", "B.swift")
    found = built(sources, {"App.xcodeproj/project.pbxproj": made})
    assert {name for name, files in found.items() if "x/A.swift" in files} == {"App"}
    assert {name for name, files in found.items() if "y/Twice.swift" in files} == {"App", "Other"}


def test_synchronised_folders_are_filled_from_the_tree() -> None:
    made = XcodeProject()
    app = made.target("App", fileSystemSynchronizedGroups=["FOLDER"])
    widget = made.target("Tool", kind="tool")
    without = made.add(
        "PBXFileSystemSynchronizedBuildFileExceptionSet", target=app, membershipExceptions=["No.swift", "Old"]
    )
    shared = made.add(
        "PBXFileSystemSynchronizedBuildFileExceptionSet", target=widget, membershipExceptions=["No.swift"]
    )
    made.objects["FOLDER"] = {
        "isa": "PBXFileSystemSynchronizedRootGroup",
        "path": "Code",
        "sourceTree": "<group>",
        "exceptions": [without, shared],
    }
    sources = code("Code/A.swift", "Code/Calls/B.swift", "Code/No.swift", "CodeOther/C.swift")
    found = built(sources, {"App.xcodeproj/project.pbxproj": made.data})
    assert found["App"] == {"Code/A.swift", "Code/Calls/B.swift", "CodeOther/C.swift"}
    assert found["Tool"] == {"Code/No.swift", "CodeOther/C.swift"}


def test_an_app_that_no_project_names_beside_others_is_a_program() -> None:
    sources = code("one/A.swift", "two/Two/UI/B.swift") | {"two/Two/App.swift": f"import UIKit\n{APP}"}
    found = built(sources, {"one/One.xcodeproj/project.pbxproj": project(One=["A.swift"])})
    assert found == {"One": {"one/A.swift"}, "two": {"two/Two/App.swift", "two/Two/UI/B.swift"}}


def test_a_forgotten_copy_of_an_app_is_no_program() -> None:
    sources = code("App/A.swift") | {"Old/App.swift": f"import UIKit\n{APP}"}
    assert built(sources, {"App.xcodeproj/project.pbxproj": project(App=["App/A.swift"])}) == {"App": set(sources)}


# ---- packages, pods and plugins -------------------------------------------------------------------------------------

PACKAGE = b"""
let package = Package(name: "Phone", products: [.library(name: "PhoneKit", targets: ["Phone"])], targets: [
    .target(name: "Phone", dependencies: ["Audio"]), .target(name: "Audio", path: "Audio"),
    .testTarget(name: "PhoneTests", dependencies: ["Phone"]),
])
"""


def test_local_packages_come_with_the_apps_that_use_them() -> None:
    app = XcodeProject()
    app.target("App", ["A.swift"], packages=["PhoneKit"])
    app.target("Other", ["B.swift"])
    sources = code("app/A.swift", "app/B.swift", "Phone/Sources/Phone/P.swift", "Phone/Audio/Deep/S.swift")
    manifests = {"app/App.xcodeproj/project.pbxproj": app.data, "Phone/Package.swift": PACKAGE}
    found = built(sources, manifests)
    assert found["App"] == {"app/A.swift", "Phone/Sources/Phone/P.swift", "Phone/Audio/Deep/S.swift"}
    assert found["Other"] == {"app/B.swift"}


def test_pods_by_path_come_with_the_targets_that_have_them() -> None:
    podfile = b"target 'App' do\n  pod 'Phone', :path => '../'\nend\ntarget 'Other' do\nend\n"
    sources = code("example/App/A.swift", "example/Other/B.swift", "Classes/P.m", "Classes/P.h")
    made = project(App=["App/A.swift"], Other=["Other/B.swift"])
    manifests = {"example/App.xcodeproj/project.pbxproj": made, "example/Podfile": podfile}
    assert built(sources, manifests) == {
        "App": {"example/App/A.swift", "Classes/P.m", "Classes/P.h"},
        "Other": {"example/Other/B.swift"},
    }


def test_a_plugin_and_its_example_are_one_program() -> None:
    sources = code("ios/Classes/P.swift", "example/ios/Runner/A.swift")
    manifests = {
        "pubspec.yaml": b"name: phone\n",
        "example/pubspec.yaml": b"name: phone_example\ndependencies:\n  phone:\n    path: ../\n",
        "example/ios/Runner.xcodeproj/project.pbxproj": project(Example=["Runner/A.swift"]),
    }
    assert built(sources, manifests) == {"Example": set(sources)}


def test_a_plugin_comes_with_the_apps_that_name_it() -> None:
    manifests = {
        "packages/audio/pubspec.yaml": b"name: audio\n",
        "app/pubspec.yaml": b"name: app\ndependencies:\n  audio: ^1.0.0\n",
        "app/ios/Runner.xcodeproj/project.pbxproj": project(App=["Runner/C.swift"]),
    }
    manifests["other/ios/Runner.xcodeproj/project.pbxproj"] = project(Other=["Runner/B.swift"])
    sources = code("app/ios/Runner/C.swift", "other/ios/Runner/B.swift", "packages/audio/ios/S.swift")
    assert built(sources, manifests) == {
        "App": {"app/ios/Runner/C.swift", "packages/audio/ios/S.swift"},
        "Other": {"other/ios/Runner/B.swift"},
    }


def test_packages_of_another_language_bring_what_they_name() -> None:
    sources = code("app/ios/App/A.swift", "libs/calls/ios/C.m", "libs/other/ios/O.m", "demo/ios/Demo/D.swift")
    manifests = {
        "app/package.json": b'{"name": "app", "dependencies": {"calls": "file:../libs/calls"}}',
        "libs/calls/package.json": b'{"name": "calls"}',
        "libs/other/package.json": b'{"name": "other"}',
        "app/ios/App.xcodeproj/project.pbxproj": project(App=["App/A.swift"]),
        "demo/ios/Demo.xcodeproj/project.pbxproj": project(Demo=["Demo/D.swift"]),
    }
    found = built(sources, manifests)
    assert "libs/calls/ios/C.m" in found["App"]
    assert "libs/calls/ios/C.m" not in found["Demo"]


def test_a_plugin_without_an_app_is_a_program_when_it_takes_calls() -> None:
    sources = {"ios/Calls.swift": CALLS} | code("ios/Other.swift", "www/Readme.swift")
    plugin = b'<plugin id="calls"><platform name="ios"><source-file src="ios/Calls.swift"/></platform></plugin>'
    assert built(sources, {"plugin.xml": plugin}) == {"calls": set(sources)}
    (quiet,) = partition(lowered(code("ios/Other.swift")), {"plugin.xml": plugin})
    assert (quiet.name, len(quiet.evidence)) == ("app", 1)


def test_a_library_that_no_app_uses_is_a_program_when_it_takes_calls() -> None:
    made = XcodeProject()
    made.target("Calls", ["Calls/C.swift"], kind="framework")
    made.target("Quiet", ["Quiet/Q.swift"], kind="framework")
    made.target("App", ["App/A.swift"])
    sources = {"Calls/C.swift": CALLS} | code("Quiet/Q.swift", "App/A.swift")
    assert built(sources, {"App.xcodeproj/project.pbxproj": made.data}) == {
        "Calls": {"Calls/C.swift", "Quiet/Q.swift"},
        "App": {"App/A.swift", "Quiet/Q.swift"},
    }


def test_builds_of_one_library_are_one_program() -> None:
    made = XcodeProject()
    for system, more in (("iOS", "phone.swift"), ("macOS", "desk.swift")):
        made.target(f"Calls-{system}", ["C.swift", more], kind="framework", settings={"PRODUCT_NAME": "Calls"})
    sources = {"C.swift": CALLS} | code("phone.swift", "desk.swift")
    assert list(built(sources, {"C.xcodeproj/project.pbxproj": made.data}).values()) == [set(sources)]


# ---- evidence -------------------------------------------------------------------------------------------------------


def test_evidence_says_why() -> None:
    made = XcodeProject()
    kit = made.target("Kit", ["Kit/K.swift"], kind="framework")
    made.target("App", ["App/A.swift", "App/B.swift"], needs=[kit])
    made.target("Beta", ["App/A.swift", "App/B.swift"], needs=[kit])
    sources = code("App/A.swift", "App/B.swift", "Kit/K.swift", "Kit/K.h")
    (program,) = partition(lowered(sources), {"App.xcodeproj/project.pbxproj": made.data})
    assert program.evidence == (
        "application target App of App.xcodeproj (2 files)",
        "library target Kit of App.xcodeproj (1 file): App depends on it",
        "application target Beta of App.xcodeproj (2 files): all files of the program are the same",
        "1 file is in no target and lies nearest to these",
    )


def test_no_manifests_are_too_bad() -> None:
    rubbish = b'{ objects = { A = { isa = PBXNativeTarget; productType = "x.application"; buildPhases = (A, B); }; }; }'
    names = ("App.xcodeproj/project.pbxproj", "Package.swift", "Podfile", "pubspec.yaml", "package.json", "plugin.xml")
    for data in (b"", rubbish, b"\xff\xfe\x00", b"(((((", b"[[[["):
        for place in ("", "a/", "a/b/"):
            found = built({"a/A.swift": APP, "B.swift": CODE}, {place + name: data for name in names})
            assert {file for files in found.values() for file in files} == {"a/A.swift", "B.swift"}
