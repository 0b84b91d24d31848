"""What breaks when the version of MiniStack moves is said by name."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from local_aws import ministack_internals

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_the_one_that_is_pinned() -> None:
    assert version("ministack") == ministack_internals.VERSION
    assert f"ministack=={ministack_internals.VERSION}" in (ROOT / "requirements/local.txt").read_text().splitlines()


def test_everything_that_is_relied_on_is_there() -> None:
    ministack_internals.check()


def test_what_is_gone_or_different_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stacks = "ministack.services.cloudformation.stacks"
    monkeypatch.delattr(f"{stacks}._runs_on_worker_thread")
    monkeypatch.setattr(f"{stacks}._sends_back_failed_update", lambda name, more: None)
    with pytest.raises(ministack_internals.MiniStackChanged) as raised:
        ministack_internals.check()
    text = str(raised.value)
    assert f"{stacks}._runs_on_worker_thread is gone" in text
    assert f"{stacks}._sends_back_failed_update takes ('name', 'more'), not ('resource_type',)" in text


def test_only_one_module_touches_the_internals() -> None:
    touching = [path.name for path in (ROOT / "local").glob("*/*.py") if "import_module" in path.read_text()]
    importing = [path.name for path in (ROOT / "local").glob("*/*.py") if "import ministack\n" in path.read_text()]
    assert (touching, importing) == (["ministack_internals.py"], [])
