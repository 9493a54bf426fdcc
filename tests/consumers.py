"""What `make test-consumers` installs: Debian's package of a program that is missing, packages of npm."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def need(**packages: str) -> None:
    """Installs Debian's package of each program that is not there; what cannot be had fails the tests."""
    missing = [package for program, package in packages.items() if not shutil.which(program)]
    if missing:
        root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run([*root, "apt-get", "update", "-qq"], check=True)
        subprocess.run([*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=True)


def from_npm(folder: Path, *packages: str) -> Path:
    """The folder with these packages below it, each named with its version; their install scripts do not run."""
    need(node="nodejs", npm="npm")
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(["npm", "install", *quiet, "--prefix", str(folder), *packages], check=True, timeout=300)
    return folder / "node_modules"
