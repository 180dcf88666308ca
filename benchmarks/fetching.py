"""Gets the peers from their registries, each into a folder of its own in a cache outside the tree.

A peer that is there already, of the wanted version, is left alone. What cannot be had (no network, no java) raises
`CannotBeHad` with the reason in one line; the next run tries again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.fetch_clients import CannotBeHad, install_from_npm, install_from_pypi, run

__all__ = ["CannotBeHad", "Source", "cache_folder", "fetched"]

BUILD_S_MAX = 1800.0
_READY = ".ready"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>stator</groupId><artifactId>peers</artifactId><version>1</version>
<dependencies><dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>
</dependency></dependencies></project>
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One way to get a peer: what is asked of which registry, and the function that asks."""

    requirement: str
    install: Callable[[Path, str], None]


def cache_folder() -> Path:
    """Where peers are kept between runs."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "stator" / "peers"


def fetched(name: str, sources: tuple[Source, ...], cache: Path) -> tuple[Path, str]:
    """The folder that holds the peer, and the requirement it was made from: the first of `sources` that can be had."""
    folder = cache / name
    ready = folder / _READY
    wanted = [source.requirement for source in sources]
    if ready.exists() and (there := ready.read_text("utf-8")) in wanted:
        return folder, there
    reasons = []
    for source in sources:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            source.install(folder, source.requirement)
        except (CannotBeHad, OSError, subprocess.CalledProcessError) as error:
            reasons.append(f"{source.requirement}: {error}")
            continue
        ready.write_text(source.requirement, "utf-8")
        return folder, source.requirement
    shutil.rmtree(folder, ignore_errors=True)
    raise CannotBeHad("; ".join(reasons))


def from_pypi(folder: Path, requirement: str) -> None:
    install_from_pypi(folder, (requirement,))


def from_npm(folder: Path, requirement: str) -> None:
    install_from_npm(folder, (requirement,))


def from_cargo(folder: Path, requirement: str) -> None:
    _need("cargo")
    name, version = requirement.split("@")
    folder.mkdir(parents=True)
    target = folder / "target"
    build = ["cargo", "install", "--quiet", "--root", str(folder), "--target-dir", str(target)]
    run([*build, f"{name}@{version}"], BUILD_S_MAX)
    shutil.rmtree(target)


def from_maven(folder: Path, requirement: str) -> None:
    """The jars, and the native libraries beside them, in `lib`."""
    _need("java", "mvn")
    group, artifact, version = requirement.split(":")
    pom = folder / "pom.xml"
    folder.mkdir(parents=True)
    pom.write_text(_POM.format(group=group, artifact=artifact, version=version), "utf-8")
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'lib'}")
    run(["mvn", "--batch-mode", "--quiet", "--file", str(pom), *goal], BUILD_S_MAX)


def _need(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise CannotBeHad(f"{' and '.join(missing)} not installed")
