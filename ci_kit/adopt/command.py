"""``ci-kit adopt``: the workflows of a repository, one after the other."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ci_kit.adopt.adoption import Adoption, adopt_text
from ci_kit.console import harmless
from ci_kit.errors import OutOfDateError, UsageError
from ci_kit.host.machine import Host
from ci_kit.templating import require_inside
from ci_kit.workflow.action import typed_action
from ci_kit.workflow.difference import unified_diff
from ci_kit.workflow.header import is_generated
from ci_kit.workflow.loading import workflow_action
from ci_kit.workflow.uses import Uses

_FOLDER = Path(".github/workflows")


@dataclass(frozen=True)
class Request:
    """What the user asks for. ``path`` is None for all workflows; ``action`` is as it is typed."""

    path: Path | None
    action: str
    check: bool = False
    diff: bool = False
    in_place: bool = False


def adopt(root: Path, host: Host, request: Request) -> None:
    """Explain, show or write what becomes of workflows.

    Raises OutOfDateError for ``check`` if something can be replaced, UsageError for a file that is not a
    workflow, and UnavailableError if it cannot be written.
    """
    paths = [root / request.path] if request.path else _workflows(root)
    # All of them, before the first is written.
    adoptions = [(path, _adopt_file(path, request)) for path in paths]
    changed = [path for path, adoption in adoptions if adoption.changed]
    for path, adoption in adoptions:
        _report(path, adoption, request, root)
        if request.in_place and adoption.changed:
            mode = stat.S_IMODE(path.stat().st_mode)
            host.write(path.resolve(), adoption.after, mode=mode)
            host.console.step("adopt", f"{path} {'would be written' if host.dry else 'is written'}")
        elif not adoption.changed:
            host.console.step("adopt", f"{path} has nothing that ci-kit replaces")
    if request.check and changed:
        raise OutOfDateError(
            f"ci-kit can replace steps of {', '.join(map(str, changed))}",
            why="they are written by hand, and the action does the same",
            todo="check `ci-kit adopt --diff`, then use `ci-kit adopt --in-place`",
        )
    if changed and not (request.check or request.diff or request.in_place):
        host.console.step("adopt", "nothing is written yet; --in-place writes it")


def _workflows(root: Path) -> list[Path]:
    """The workflows of a repository. Raises UsageError if there are none."""
    folder = root / _FOLDER
    found = sorted(path for path in folder.glob("*.y*ml") if path.suffix in {".yml", ".yaml"})
    if not found:
        raise UsageError(
            f"there is no workflow in {folder}", todo="name a file, or give the repository's folder with -C"
        )
    return found


def _adopt_file(path: Path, request: Request) -> Adoption:
    repository = _repository(path)
    text = _read(path, repository)
    if is_generated(text):
        return Adoption(text, text, ())
    return adopt_text(text, _action(request.action, repository), name=str(path))


def _repository(path: Path) -> Path:
    """The folder of the repository that a workflow belongs to; without one, its own folder."""
    for folder in path.absolute().parents:
        if (folder / ".git").exists() or (folder / _FOLDER) == path.absolute().parent:
            return folder
    return path.absolute().parent


def _read(path: Path, repository: Path) -> str:
    require_inside(path, repository)
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8", why=f"byte {error.start}: {error.reason}", todo="save the file as UTF-8"
        ) from error
    except OSError as error:
        raise UsageError(
            f"cannot read {path}", why=error.strerror or str(error), todo="name a workflow file"
        ) from error


def _action(text: str, repository: Path) -> Uses:
    if text:
        return typed_action(text)
    try:
        return workflow_action(repository)
    except UsageError as error:
        raise UsageError(error.what, why=error.why, todo=f"give --action, or {error.todo}") from error


def _report(path: Path, adoption: Adoption, request: Request, root: Path) -> None:
    """Print the explanation and the difference. With ``--diff``, only the difference, for ``git apply``."""
    if not request.diff:
        for line in _explanation(path, adoption):
            print(harmless(line))
    if adoption.changed and not request.in_place and not request.check:
        print(harmless(unified_diff(adoption.before, adoption.after, _names(path, root))), end="")


def _names(path: Path, root: Path) -> tuple[str, str]:
    """The names of a file in a difference: as git has them, in its repository or in the folder ``root``.

    Elsewhere, it is the whole path.
    """
    file = path.resolve()
    for folder in (_repository(path).resolve(), root.resolve()):
        # Without a repository, the folder of the file counts as one, and would leave out the path to it.
        if file.is_relative_to(folder) and (folder != file.parent or folder == root.resolve()):
            name = file.relative_to(folder)
            return f"a/{name}", f"b/{name}"
    return str(file), str(file)


def _explanation(path: Path, adoption: Adoption) -> Iterator[str]:
    for one in adoption.explanations:
        lines = list(one.lines())
        if lines:
            yield f"{path}: job {one.job}" if one.job else f"{path}"
            yield from lines
