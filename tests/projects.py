"""Xcode projects made in memory: what the tests of boundaries and of the command `programs` stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Tree = str | list["Tree"] | Mapping[str, "Tree"]

PRODUCT = "com.apple.product-type."
ENDINGS = {"application": "app", "framework": "framework", "app-extension": "appex", "bundle.unit-test": "xctest"}


def rendered(value: Tree) -> str:
    """A value as an old-style property list."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "(" + "".join(f"{rendered(item)}, " for item in value) + ")"
    return "{\n" + "".join(f"{rendered(key)} /* comment */ = {rendered(item)};\n" for key, item in value.items()) + "}"


def document(objects: Mapping[str, Tree]) -> bytes:
    """A project file with these objects."""
    return f"// !$*UTF8*$!\n{rendered({'archiveVersion': '1', 'objects': objects})}\n".encode()


class XcodeProject:
    """A project file in the making: add targets, then take `data`."""

    def __init__(self) -> None:
        self.objects: dict[str, Tree] = {}

    @property
    def data(self) -> bytes:
        return document(self.objects)

    def add(self, isa: str, **values: Tree) -> str:
        """An object; gives its id."""
        key = f"{len(self.objects):024X}"
        self.objects[key] = {"isa": isa, **values}
        return key

    def file(self, path: str, tree: str = "SOURCE_ROOT") -> str:
        return self.add("PBXFileReference", path=path, sourceTree=tree)

    def phase(self, isa: str, references: Iterable[str]) -> str:
        files: list[Tree] = [self.add("PBXBuildFile", fileRef=reference) for reference in references]
        return self.add(isa, files=files)

    def target(
        self,
        name: str,
        files: Iterable[str] = (),
        *,
        kind: str = "application",
        needs: Iterable[str] = (),
        links: Iterable[str] = (),
        packages: Iterable[str] = (),
        settings: Mapping[str, Tree] | None = None,
        **more: Tree,
    ) -> str:
        """A target with these source files (paths from the project's directory); gives its id."""
        product = self.file(f"{name}.{ENDINGS.get(kind, 'a')}", "BUILT_PRODUCTS_DIR")
        sources = self.phase("PBXSourcesBuildPhase", [self.file(path) for path in files])
        frameworks = self.phase("PBXFrameworksBuildPhase", [self.file(path, "BUILT_PRODUCTS_DIR") for path in links])
        dependencies: list[Tree] = [self.add("PBXTargetDependency", target=key) for key in needs]
        products: list[Tree] = [self.add("XCSwiftPackageProductDependency", productName=one) for one in packages]
        configuration = self.add("XCBuildConfiguration", name="Release", buildSettings=settings or {})
        return self.add(
            "PBXNativeTarget",
            name=name,
            productType=PRODUCT + kind,
            productReference=product,
            buildPhases=[sources, frameworks],
            dependencies=dependencies,
            packageProductDependencies=products,
            buildConfigurationList=self.add("XCConfigurationList", buildConfigurations=[configuration]),
            **more,
        )


def project(**targets: Iterable[str]) -> bytes:
    """A project file with an application target for each of these, by name with its files."""
    made = XcodeProject()
    for name, files in targets.items():
        made.target(name, files)
    return made.data
