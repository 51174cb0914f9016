"""The workflows of the hosted runners, as far as they can be checked where none is: none runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


# What these files use of what there is: a slip of the pen would be passed over by the runners.
OF_A_JOB = {
    *("container", "defaults", "env", "environment", "if", "name", "needs", "outputs"),
    *("permissions", "runs-on", "steps", "strategy", "timeout-minutes"),
}
OF_A_STEP = {"env", "id", "if", "name", "run", "uses", "with"}
# Of the scripts that are called, those that are not checked elsewhere.
SHELL = ("audit", "audit-tools", "sbom", "macos/release")


def read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield f"{path.stem}/{name}", job


JOBS = dict(jobs())


def scripts() -> Iterator[tuple[str, str, str]]:
    """Give the name, the shell and the text of every script."""
    for name, job in JOBS.items():
        usual = job.get("defaults", {}).get("run", {}).get("shell", "bash")
        for number, step in enumerate(job["steps"], 1):
            if "run" in step:
                yield f"{name} {number}", step.get("shell", usual), step["run"]


SCRIPTS = tuple(scripts())


def test_there_is_one_for_changes_and_one_for_releases_and_both_say_they_were_not_run() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]
    for path in WORKFLOWS:
        assert "# NOT RUN where Giftill is developed" in path.read_text("utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_says_which_release_that_is(path: Path) -> None:
    lines = re.findall(r"^ *-? *uses: *(.*)$", path.read_text("utf-8"), re.MULTILINE)
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


def test_only_the_draft_of_a_release_may_write() -> None:
    for path in WORKFLOWS:
        assert read(path)["permissions"] == {"contents": "read"}
    given = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert given == {"release/draft": {"contents": "write"}}


def test_no_checkout_leaves_a_token_behind() -> None:
    for name, job in JOBS.items():
        for step in job["steps"]:
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, name


def test_secrets_are_only_where_the_environment_guards_them() -> None:
    with_secrets = {name for name, job in JOBS.items() if "secrets." in str(job)}
    assert with_secrets == {"release/windows-installers", "release/macos"}
    assert all(JOBS[name]["environment"] == "signing" for name in with_secrets)


def test_a_signing_step_without_a_certificate_says_so_and_goes_on() -> None:
    signing = [text for _, _, text in SCRIPTS if "_CERTIFICATE" in text]
    assert len(signing) == 2
    assert all("::warning::There is no certificate" in text for text in signing)


def test_nothing_from_outside_is_put_into_a_script() -> None:
    # What a tag or a branch is called would be carried out; it comes in as a variable instead.
    assert [name for name, _, text in SCRIPTS if "${{" in text] == []


def test_every_job_ends_by_itself_and_waits_only_for_those_that_there_are() -> None:
    for name, job in JOBS.items():
        assert 0 < job["timeout-minutes"] <= 90, name
        needs = job.get("needs", [])
        others = {needs} if isinstance(needs, str) else set(needs)
        assert {f"{name.split('/')[0]}/{other}" for other in others} <= JOBS.keys()
        assert set(re.findall(r"needs\.([\w-]+)\.", str(job))) <= others, name


def test_every_word_of_a_job_and_of_a_step_is_one_that_runners_know() -> None:
    for name, job in JOBS.items():
        assert job.keys() <= OF_A_JOB, name
        assert {"runs-on", "steps"} <= job.keys(), name
        for step in job["steps"]:
            assert step.keys() <= OF_A_STEP, name
            assert ("run" in step) is not ("uses" in step), name


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, shell, text in SCRIPTS if shell == "bash"]
)
def test_every_script_for_bash_is_sound(name: str, text: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), "--shell", "bash", "-"],
        input=f"set -eo pipefail\n{text}",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{name}: {done.stdout}"


@pytest.mark.parametrize("name", SHELL)
def test_the_shell_of_what_the_scripts_call_is_sound(name: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), ROOT / "packaging" / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_script_and_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name, _, text in SCRIPTS:
        assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= targets, name
        for path in re.findall(r"(?<![\w/])(?:packaging/[\w./-]+|\.ci/run)", text):
            assert (ROOT / path).is_file(), f"{name}: {path}"


def test_what_is_attached_is_made_by_the_jobs_before() -> None:
    uploads = [
        step["with"]["name"]
        for job in JOBS.values()
        for step in job["steps"]
        if "upload-artifact" in step.get("uses", "")
    ]
    attached = [name for name in uploads if name.startswith("release-")]
    assert len(set(uploads)) == len(uploads)
    assert {"release-debian", "release-windows", "release-windows-sbom"} <= set(attached)
    (download,) = (
        step["with"]
        for step in JOBS["release/draft"]["steps"]
        if "download-artifact" in step.get("uses", "")
    )
    assert download["pattern"] == "release-*"
    assert {"audit", "debian", "windows-test", "macos"} <= set(JOBS["release/draft"]["needs"])
