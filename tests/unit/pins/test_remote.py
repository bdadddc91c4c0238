"""What git tells about the repository of an action."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_kit.errors import MovedTagError, UnavailableError
from ci_kit.pins import remote
from ci_kit.pins.releases import Release
from ci_kit.pins.remote import Remotes, open_remotes
from tests.unit.pins.conftest import Actions
from tests.unit.support import make_host

ACTION = "actions/checkout"


@pytest.fixture
def remotes(actions: Actions) -> Iterator[Remotes]:
    with open_remotes(make_host()) as opened:
        yield opened


def test_a_tag_has_its_commit_whether_it_is_an_object_or_not(actions: Actions, remotes: Remotes) -> None:
    light = actions.release(ACTION, "v1.0.0")
    annotated = actions.release(ACTION, "v2.0.0", annotated_days=1)
    assert remotes.tags(ACTION) == {"v1.0.0": light, "v2.0.0": annotated}


def test_a_repository_without_a_tag_has_no_releases(actions: Actions, remotes: Remotes) -> None:
    actions.repository(ACTION)
    assert remotes.tags(ACTION) == {}


@pytest.mark.parametrize(("commit_days", "tag_days", "age"), [(9, None, 9), (9, 4, 4), (4, 9, 4)])
def test_the_newer_date_of_tag_and_commit_is_the_age(
    actions: Actions, remotes: Remotes, commit_days: int, tag_days: int | None, age: int
) -> None:
    commit = actions.release(ACTION, "v1.0.0", commit_days, annotated_days=tag_days)
    assert remotes.age(ACTION, Release((1, 0, 0), "v1.0.0", commit)) == age


def test_a_date_in_the_future_is_no_age(actions: Actions, remotes: Remotes) -> None:
    commit = actions.release(ACTION, "v1.0.0", -5)
    assert remotes.age(ACTION, Release((1, 0, 0), "v1.0.0", commit)) == 0


def test_a_tag_that_moves_during_an_update_is_seen(actions: Actions, remotes: Remotes) -> None:
    old = actions.release(ACTION, "v1.0.0", 9)
    new = actions.release(ACTION, "v1.0.0", 8)
    with pytest.raises(MovedTagError, match=r"v1\.0\.0") as caught:
        remotes.age(ACTION, Release((1, 0, 0), "v1.0.0", old))
    assert new in caught.value.why


def test_only_the_tag_and_its_commit_are_fetched(actions: Actions, remotes: Remotes) -> None:
    commit = actions.release(ACTION, "v1.0.0")
    remotes.age(ACTION, Release((1, 0, 0), "v1.0.0", commit))
    listed = actions.git(remotes.folder, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    assert listed == commit


def test_the_objects_are_in_the_temporary_folder_until_the_end(tmp_path: Path) -> None:
    with open_remotes(make_host({**os.environ, "RUNNER_TEMP": str(tmp_path)}, dry=True)) as opened:
        assert opened.folder.parent == tmp_path
        assert (opened.folder / "HEAD").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_an_error(remotes: Remotes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.http://127.0.0.1:{server.getsockname()[1]}/.insteadOf")
        with open_remotes(make_host()) as opened, pytest.raises(UnavailableError) as caught:
            opened.tags(ACTION)
    assert caught.value.what == f"cannot read the releases of {ACTION}"
    assert "did not end in 0.2 s" in caught.value.why
