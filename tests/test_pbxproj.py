"""Xcode's project files: the property list, and the targets in it. They are written by many hands and tools."""

from __future__ import annotations

import plistlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callkit_lint.project.pbxproj import Folder, Target, read_targets
from callkit_lint.project.property_list import parse
from tests.projects import Tree, XcodeProject, document, rendered

PATH = "App/App.xcodeproj/project.pbxproj"


def only(made: XcodeProject, path: str = PATH) -> Target:
    (target,) = read_targets(path, made.data)
    return target


def named(made: XcodeProject, path: str = PATH) -> dict[str, Target]:
    return {target.name: target for target in read_targets(path, made.data)}


# ---- the property list ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{ a = 1; b = two; }", {"a": "1", "b": "two"}),
        ("{ a = (x, y, ); b = (); c = {}; }", {"a": ["x", "y"], "b": [], "c": {}}),
        ('{ "a b" = "c \\"d\\" \\\\ \\n"; }', {"a b": 'c "d" \\ \n'}),
        ("{ a = '<group>'; }", {"a": "<group>"}),
        ("// !$*UTF8*$!\n{ /* one */ a /* two */ = b /* = c; } */; }", {"a": "b"}),
        ("{ a = Sources/View.swift; // end\n b = $(SRCROOT)/x-y_z.m; }", {"a": "Sources/View.swift"}),
        ('{ a = "\\U00e9t\\U00e9"; }', {"a": "été"}),
    ],
)
def test_property_list(text: str, value: object) -> None:
    found = parse(text.encode())
    assert {key: found.get(key) for key in value} == value  # type: ignore[attr-defined]


def test_a_missing_semicolon_costs_nothing_and_a_missing_bracket_what_it_encloses() -> None:
    assert parse(b"{ a = 1 b = 2; c = (x, y; d = 3; }") == {"a": "1", "b": "2", "c": ["x", "y"], "d": "3"}
    assert parse(b"{ a = { x = 1; }; b = { y = 2;")["a"] == {"x": "1"}


def test_both_sides_of_a_merge_conflict_are_read() -> None:
    text = "{ a = (\n<<<<<<< HEAD\n one,\n=======\n two,\n>>>>>>> other/branch\n); b = 1; }"
    assert parse(text.encode()) == {"a": ["one", "two"], "b": "1"}


def test_xml() -> None:
    assert parse(plistlib.dumps({"objects": {"A": {"isa": "PBXProject"}}})) == {"objects": {"A": {"isa": "PBXProject"}}}
    assert parse(b'<?xml version="1.0"?><plist><dict><key>a</key>') == {}
    assert parse(plistlib.dumps(["a"])) == {}


plain = st.recursive(
    st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=5), plain, max_size=4))
def test_what_is_written_is_read(value: dict[str, Tree]) -> None:
    assert parse(rendered(value).encode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=300) | st.text("{}()=;,\"'/*\\ \na1", max_size=300).map(str.encode))
def test_no_bytes_are_too_bad(data: bytes) -> None:
    assert isinstance(parse(data), dict)
    read_targets(PATH, data)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 500_000,
        "{a=" * 200_000,
        "(" * 500_000,
        '"\\' * 500_000,
        "/*" * 500_000,
        "'\"" * 300_000,
        "{a=b;" * 200_000,
    ],
)
def test_hostile_text_takes_no_more_than_linear_time(text: str) -> None:
    started = time.process_time()
    parse(text.encode())
    assert time.process_time() - started < 5


def test_a_broken_project_costs_what_is_broken() -> None:
    made = XcodeProject()
    made.target("App", ["A.swift"])
    data = made.data
    for end in range(0, len(data), 97):
        read_targets(PATH, data[:end])
        read_targets(PATH, data[:end] + data[end + 40 :])


KEYS = ("isa", "children", "path", "sourceTree", "files", "fileRef", "targets", "buildPhases", "dependencies", "target")
KINDS = ("PBXNativeTarget", "PBXGroup", "PBXSourcesBuildPhase", "PBXBuildFile", "PBXProject", "<group>", "../..")
ids = st.sampled_from("ABCDE")
values = ids | st.lists(ids, max_size=3) | st.sampled_from(KINDS)


@given(st.dictionaries(ids, st.dictionaries(st.sampled_from(KEYS), values)))
def test_objects_of_the_wrong_kind_do_no_harm(objects: dict[str, Tree]) -> None:
    read_targets(PATH, document(objects))


# ---- files ----------------------------------------------------------------------------------------------------------


def test_a_file_lies_where_its_groups_say() -> None:
    made = XcodeProject()
    in_group, absolute, root, outside, sdk = (
        made.add("PBXFileReference", path=path, sourceTree=tree)
        for path, tree in [
            ("View.swift", "<group>"),
            ("/Users/me/B.swift", "<absolute>"),
            ("C.swift", "SOURCE_ROOT"),
            ("../../D.swift", "<group>"),
            ("E.swift", "SDKROOT"),
        ]
    )
    inner = made.add("PBXGroup", path="Views", sourceTree="<group>", children=[in_group])
    nameless = made.add("PBXGroup", name="Calls", sourceTree="<group>", children=[inner])
    made.add("PBXGroup", path="../Shared", sourceTree="<group>", children=[nameless, outside])
    sources = made.phase("PBXSourcesBuildPhase", [in_group, absolute, root, outside, sdk])
    made.add("PBXNativeTarget", name="App", buildPhases=[sources], productType="com.apple.product-type.application")
    assert only(made).sources == ("Shared/Views/View.swift", "App/C.swift")


def test_groups_that_hold_each_other_are_no_place() -> None:
    made = XcodeProject()
    file = made.add("PBXFileReference", path="A.swift", sourceTree="<group>")
    made.objects["G1"] = {"isa": "PBXGroup", "path": "a", "sourceTree": "<group>", "children": [file, "G2"]}
    made.objects["G2"] = {"isa": "PBXGroup", "path": "b", "sourceTree": "<group>", "children": ["G1"]}
    phase = made.phase("PBXSourcesBuildPhase", [file])
    made.add("PBXNativeTarget", name="App", buildPhases=[phase], productType="com.apple.product-type.application")
    assert only(made).sources == ()


def test_the_project_may_say_where_it_starts() -> None:
    made = XcodeProject()
    made.add("PBXProject", projectDirPath="../Code", targets=[made.target("App", ["A.swift"])])
    assert only(made).sources == ("Code/A.swift",)


def test_variables_for_the_project_directory() -> None:
    made = XcodeProject()
    made.target("App", ["$(SRCROOT)/A.swift", "${SRCROOT}/B.swift", "$(PROJECT_DIR)/C.swift"])
    assert only(made).sources == ("App/A.swift", "App/B.swift", "App/C.swift")


def test_headers_of_a_framework_are_its_files() -> None:
    made = XcodeProject()
    headers = made.phase("PBXHeadersBuildPhase", [made.file("Kit.h")])
    made.add("PBXNativeTarget", name="Kit", buildPhases=[headers], productType="com.apple.product-type.framework")
    assert only(made).sources == ("App/Kit.h",)


def test_synchronised_folders() -> None:
    made = XcodeProject()
    app = made.target("App", fileSystemSynchronizedGroups=["FOLDER", "missing"])
    other = made.target("Widget", kind="app-extension")
    exceptions: list[Tree] = [
        made.add(
            "PBXFileSystemSynchronizedBuildFileExceptionSet", target=app, membershipExceptions=["Old", "No.swift"]
        ),
        made.add("PBXFileSystemSynchronizedBuildFileExceptionSet", target=other, membershipExceptions=["Shared.swift"]),
    ]
    made.objects["FOLDER"] = {
        "isa": "PBXFileSystemSynchronizedRootGroup",
        "path": "Sources",
        "sourceTree": "<group>",
        "exceptions": exceptions,
    }
    found = named(made)
    assert found["App"].folders == (Folder("App/Sources", ("App/Sources/Old", "App/Sources/No.swift")),)
    assert (found["Widget"].folders, found["Widget"].sources) == ((), ("App/Sources/Shared.swift",))


# ---- targets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        ("application", "application"),
        ("application.watchapp2", "application"),
        ("application.on-demand-install-capable", "application"),
        ("tool", "application"),
        ("framework", "library"),
        ("framework.static", "library"),
        ("library.static", "library"),
        ("bundle", "library"),
        ("app-extension", "extension"),
        ("app-extension.intents-service", "extension"),
        ("watchkit2-extension", "extension"),
        ("bundle.unit-test", "test"),
        ("bundle.ui-testing", "test"),
        ("something-new", "library"),
    ],
)
def test_kinds(product: str, kind: str) -> None:
    made = XcodeProject()
    made.target("App", kind=product)
    assert only(made).kind == kind


def test_what_a_target_needs() -> None:
    made = XcodeProject()
    kit = made.target("Kit", kind="framework")
    app = made.target("App", needs=[kit], links=["Other.framework", "Kit.framework"], packages=["Calls", "plugin:Lint"])
    found = named(made)["App"]
    assert found == Target(
        app,
        "App",
        "application",
        "App.app",
        ("App",),
        needs=(kit,),
        links=("Other.framework", "Kit.framework"),
        packages=("Calls", "Lint"),
    )


def test_a_target_of_another_project_is_known_by_its_name() -> None:
    made = XcodeProject()
    proxy = made.add("PBXContainerItemProxy", remoteGlobalIDString="FFFF", remoteInfo="Kit")
    dependency = made.add("PBXTargetDependency", name="ignored", targetProxy=proxy)
    made.add("PBXNativeTarget", name="App", dependencies=[dependency], productType="com.apple.product-type.application")
    assert only(made).elsewhere == ("Kit",)


def test_a_target_that_the_project_does_not_list_is_forgotten() -> None:
    made = XcodeProject()
    kept = made.target("App")
    made.target("Forgotten")
    made.add("PBXProject", targets=[kept])
    assert set(named(made)) == {"App"}


def test_names_to_import_by() -> None:
    made = XcodeProject()
    made.target("Kit-iOS", kind="framework", settings={"PRODUCT_NAME": "CallKit+Extras", "PRODUCT_MODULE_NAME": "Kit"})
    assert only(made).modules == ("CallKit_Extras", "Kit", "Kit_iOS")
    made = XcodeProject()
    made.target("Kit", kind="framework", settings={"PRODUCT_NAME": "$(TARGET_NAME)"})
    assert only(made).modules == ("Kit",)


def configured(*configurations: tuple[str, dict[str, Tree]], project: dict[str, Tree] | None = None) -> Target:
    made = XcodeProject()

    def listed(settings: tuple[tuple[str, dict[str, Tree]], ...]) -> str:
        made_of: list[Tree] = [made.add("XCBuildConfiguration", name=n, buildSettings=s) for n, s in settings]
        return made.add("XCConfigurationList", buildConfigurations=made_of)

    own = listed(configurations)
    below = listed(tuple((name, project or {}) for name, _ in configurations))
    made.add(
        "PBXNativeTarget", name="App", productType="com.apple.product-type.application", buildConfigurationList=own
    )
    made.add("PBXProject", buildConfigurationList=below)
    return only(made)


def test_the_deployment_target_is_the_lowest_one() -> None:
    key = "IPHONEOS_DEPLOYMENT_TARGET"
    assert configured(("Debug", {key: "14.0"}), ("Release", {key: "9.3"})).deployment_target == "9.3"
    assert configured(("Release", {}), project={key: "13.0"}).deployment_target == "13.0"
    assert configured(("Release", {key: "15.0"}), project={key: "13.0"}).deployment_target == "15.0"
    assert configured(("Release", {key: "$(MINIMUM)"})).deployment_target == ""
    assert configured().deployment_target == ""


def test_a_target_for_one_other_system_runs_on_no_ios() -> None:
    key, sdk, supported = "IPHONEOS_DEPLOYMENT_TARGET", "SDKROOT", "SUPPORTED_PLATFORMS"
    mac = configured(("Release", {sdk: "macosx"}), project={key: "13.0", sdk: "iphoneos"})
    assert (mac.platform, mac.deployment_target) == ("macOS", "")
    assert configured(("Release", {}), project={sdk: "macosx10.15"}).platform == "macOS"
    assert configured(("Release", {sdk: "appletvos"})).platform == "tvOS"
    assert configured(("Release", {sdk: "watchos"}), project={key: "13.0"}).platform == "watchOS"
    watch = configured(("Release", {sdk: "auto", supported: "watchsimulator watchos"}))
    assert (watch.platform, watch.deployment_target) == ("watchOS", "")


def test_a_target_that_may_run_on_ios_has_no_other_system() -> None:
    key, sdk, supported = "IPHONEOS_DEPLOYMENT_TARGET", "SDKROOT", "SUPPORTED_PLATFORMS"
    assert configured().platform == configured(("Release", {sdk: "iphoneos"})).platform == ""
    both = configured(("Release", {sdk: "auto", supported: "iphoneos iphonesimulator macosx", key: "15.0"}))
    assert (both.platform, both.deployment_target) == ("", "15.0")
    assert configured(("Debug", {sdk: "iphoneos"}), ("Release", {sdk: "macosx"})).platform == ""
    assert configured(("Release", {}), project={sdk: "macosx", key: "13.0"}).platform == ""
    assert configured(("Release", {sdk: "$(SYSTEM)"}), project={sdk: "macosx"}).platform == ""


def test_macros_are_those_of_every_configuration() -> None:
    swift, objc = "SWIFT_ACTIVE_COMPILATION_CONDITIONS", "GCC_PREPROCESSOR_DEFINITIONS"
    debug: tuple[str, dict[str, Tree]] = ("Debug", {swift: "DEBUG CALLS", objc: ["DEBUG=1", "$(inherited)", "VOIP=1"]})
    release: tuple[str, dict[str, Tree]] = ("Release", {swift: "CALLS", objc: ["$(inherited)", "VOIP=1"]})
    assert configured(debug, release, project={objc: ["POD=1"]}).macros == ("CALLS", "POD=1", "VOIP=1")
    assert configured(("Release", {swift: "CALLS"}), project={swift: "PROJECT"}).macros == ("CALLS",)
    assert configured(("Release", {}), project={swift: "PROJECT"}).macros == ("PROJECT",)
