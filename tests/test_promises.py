"""What others rely on changes only on purpose: run `make snapshots`, then review the difference."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from application import shipped
from application.aggregates import AGGREGATE_OF, EVENT_TYPES
from projections.catalogue import VIEWS
from recourse import manual
from recourse.settings import Settings
from tests.snapshots import PROMISES, ROOT, events

OTHERS = {".venv", ".uv", ".git", "build", "dist", "__pycache__"}
TEXTS = {".py", ".md", ".toml", ".lock", ".sql", ".sh", ".graphql", ".html", ".json", ".xml", ""}


def tracked() -> list[Path]:
    """Every file of the project, whether or not it is committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:  # an unpacked archive has no history
        return [f for f in ROOT.rglob("*") if f.is_file() and not OTHERS & {*f.parts}]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts() -> list[Path]:
    return [file for file in tracked() if file.suffix in TEXTS]


# ── snapshots ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PROMISES, ids=lambda path: path.name)
def test_the_published_page_is_what_the_program_says(path):
    assert path.read_text(encoding="utf-8") == PROMISES[path]()


def test_an_event_on_disk_never_changes_its_form_unless_its_version_does():
    """A change of form under the same version would leave old events unreadable."""
    kept = json.loads((ROOT / "docs" / "events.json").read_text(encoding="utf-8"))
    now = json.loads(events())
    assert kept.keys() <= now.keys(), "an event was dropped; its stored ones can no longer be read"
    changed = [name for name in kept if now[name] != kept[name]]
    assert [n for n in changed if now[n]["schema_version"] == kept[n]["schema_version"]] == []


# ── documentation ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_event_is_documented(event):
    assert f"`{event}`" in (ROOT / "docs" / "events.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name, _ in manual.commands()])
def test_every_command_is_documented(name):
    assert f"## `{name}`" in (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", [str(f.alias) for f in Settings.model_fields.values()])
def test_every_setting_is_documented(setting):
    assert f"| `{setting}` |" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_documented(view):
    assert f"## `{view}`" in (ROOT / "docs" / "views.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("policy", [content.policy_id for content in shipped.contents()])
def test_every_policy_is_documented(policy):
    assert f"| `{policy}` |" in (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("thing", [*AGGREGATE_OF, *EVENT_TYPES.values()], ids=lambda t: t.__name__)
def test_every_message_says_what_it_means(thing):
    assert thing.__doc__


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in tracked()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs" / "decisions" / "0005-dependencies.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"(?:dependencies|dev|build) = \[(.*?)\]\n", project, re.DOTALL)
    names = re.findall(r'"([a-z0-9-]+)', " ".join(lists))
    assert [name for name in names if name not in reasons] == []


# ── the tree ────────────────────────────────────────────────────────────────


def test_the_layers_are_kept():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    kept = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert kept.returncode == 0, kept.stdout


def test_no_module_is_named_after_nothing():
    nothing = {"utils", "helpers", "services", "managers", "common", "misc"}
    named = [file for file in tracked() if nothing & {*file.parent.parts, file.stem}]
    assert named == []


@pytest.mark.parametrize("what", ["a registry's host", "a path of one machine", "a stub"])
def test_the_tree_names_nothing_that_belongs_elsewhere(what):
    forbidden = {
        "a registry's host": r"pythonhosted\.org|//pypi\.|(?<!emit-)index-url",
        "a path of one machine": r"(?<![\w.])/(work|root/|home)/",
        "a stub": r"NotImplementedError|\bTODO\b|\bFIXME\b",
    }[what]
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in texts()
        if file != Path(__file__)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(forbidden, line)
    ]
    assert found == []
