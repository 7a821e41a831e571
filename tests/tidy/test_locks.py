"""The locks: complete, hashed, bound to no index, and free of our own names."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.locks import read_lock
from tests.support.tracked import PRODUCT, ROOT, short, tracked_files

RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
BUILD = PROJECT["dependency-groups"]["build"]
RUN = PROJECT["project"]["dependencies"] + BUILD
TEST = RUN + PROJECT["project"]["optional-dependencies"]["test"]

both_locks = pytest.mark.parametrize("lock", [RUN_LOCK, TEST_LOCK], ids=short)


@both_locks
def test_every_entry_names_one_version_and_its_hashes(lock: Path) -> None:
    for name, entries in read_lock(lock).items():
        for entry in entries:
            assert entry.version, f"{name} is not held to one version in {short(lock)}"
            assert entry.hashes, f"{name} has no hash in {short(lock)}"
            assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in entry.hashes)


@both_locks
def test_a_lock_names_no_index_and_no_address(lock: Path) -> None:
    for line in lock.read_text("utf-8").splitlines():
        assert "://" not in line, f"an address in {short(lock)}: {line}"
        assert not re.search(r"index|find-links|trusted-host|file:", line), line


@pytest.mark.parametrize(
    ("lock", "wanted"), [(RUN_LOCK, RUN), (TEST_LOCK, TEST)], ids=["run", "test"]
)
def test_a_lock_holds_what_the_project_asks_for(lock: Path, wanted: list[str]) -> None:
    locked = read_lock(lock)
    for line in wanted:
        requirement = Requirement(line)
        entries = locked.get(canonicalize_name(requirement.name))
        assert entries, f"{short(lock)} lacks {requirement.name}: run make lock"
        for entry in entries:
            assert entry.version is not None
            assert requirement.specifier.contains(entry.version, prereleases=True), (
                f"{short(lock)} has {entry.requirement}, the project asks for {line}: make lock"
            )


def test_tests_run_on_the_very_versions_that_are_shipped() -> None:
    tested = read_lock(TEST_LOCK)
    for name, entries in read_lock(RUN_LOCK).items():
        assert name in tested, f"the test lock lacks {name}: run make lock"
        assert [e.version for e in tested[name]] == [e.version for e in entries], name


@both_locks
def test_no_stranger_of_our_names_is_ever_installed(lock: Path) -> None:
    taken = {*PRODUCT, "samruat"}.intersection(read_lock(lock))
    assert not taken, f"{short(lock)} brings strangers named {taken}; only our sources bear these"


def test_our_package_names_lead_to_our_sources_only() -> None:
    owners = packages_distributions()
    for name in PRODUCT:
        strangers = set(owners.get(name, ())) - {"samruat"}
        assert not strangers, f"{name} comes from {strangers}: remove it from the environment"


def test_no_lock_of_another_tool_is_kept() -> None:
    assert "uv.lock" not in {short(path) for path in tracked_files()}
