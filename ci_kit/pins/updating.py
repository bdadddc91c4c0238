"""``ci-kit pins update``: moves pins to newer releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import MovedTagError, OutOfDateError, UsageError
from ci_kit.host.machine import Host
from ci_kit.pins.releases import Choice, Rules, choose, number_of, releases_of, version_number
from ci_kit.pins.remote import Remotes, moved_tag, open_remotes
from ci_kit.pins.used import pins_in_workflows, used_actions
from ci_kit.settings.names import did_you_mean
from ci_kit.templating import require_inside
from ci_kit.workflow.loading import load_workflows
from ci_kit.workflow.pins import PROJECT_FILE, parse_pins, pin_text, pins_of, with_pins
from ci_kit.workflow.uses import Uses


@dataclass(frozen=True)
class Request:
    """What the user asks for. ``names`` are actions; none means all that are used.

    ``file`` is a pin file other than the project's. ``cool_down`` is in days; None for the project's setting.
    """

    names: Sequence[str] = ()
    file: Path | None = None
    cool_down: int | None = None
    major: bool = False
    from_workflows: bool = False
    check: bool = False


@dataclass(frozen=True)
class _PinFile:
    """The file that an update writes, and the ``pins`` that it may move."""

    path: Path
    text: str
    pins: Mapping[str, Uses]


def update(root: Path, host: Host, request: Request) -> None:
    """Move the pins of the repository in ``root``, in one write at the end.

    Raises UsageError, UnavailableError if a repository cannot be read, MovedTagError after the write if the
    tag of a pin was moved, and OutOfDateError for ``check`` if a pin would move.
    """
    file = _pin_file(root, request)
    if not (request.names or request.file):
        _tell_others(root, host)
    problems: list[MovedTagError] = []
    if request.from_workflows:
        moved = _from_workflows(root, host, file)
    else:
        rules = Rules(request.major, _cool_down(root, request))
        moved = list(_newer_pins(host, file.pins, rules, problems))
    if not request.check:
        _write(host, file, moved)
    if problems:
        raise _joined(problems)
    if moved and request.check:
        words = "ci-kit pins update --from-workflows" if request.from_workflows else "ci-kit pins update"
        raise OutOfDateError(
            f"{len(moved)} {'pin' if len(moved) == 1 else 'pins'} can move",
            details=tuple(f"{pin.action} {file.pins[pin.action].label} -> {pin.label}" for pin in moved),
            todo=f"run `{words}`, then `ci-kit render`, and commit the files",
        )


def _pin_file(root: Path, request: Request) -> _PinFile:
    """The pin file, with the pins that the request names. Raises UsageError."""
    if request.file:
        path = root / request.file
        require_inside(path, root)
        text = pin_text(path)
        known = used = parse_pins(text, path)
    else:
        path = root / PROJECT_FILE
        text, known = pin_text(path), dict(pins_of(root))
        used = {one.uses.action: one.uses for one in used_actions(root) if one.movable}
    if not known:
        raise UsageError(f"there are no pins in {path}", todo="give the path of a pin file")
    for name in request.names:
        if name not in known:
            raise UsageError(
                f"there is no pin of {name!r}",
                why="ci-kit moves the pins that `ci-kit pins` shows, and those of its other templates",
                todo=did_you_mean(name, known) or f"the pins are {', '.join(known)}",
            )
    pins = {name: known[name] for name in dict.fromkeys(request.names)} if request.names else used
    return _PinFile(path, text, pins)


def _tell_others(root: Path, host: Host) -> None:
    """Name the actions whose refs are in no pin file."""
    for one in used_actions(root):
        if not one.movable:
            host.console.step("pins", f"{one.uses.action} {one.uses.label} stays: it comes from {one.source}")


def _cool_down(root: Path, request: Request) -> int:
    """The days of the request, or else those of Dependabot's configuration, or of the first workflow."""
    if request.cool_down is not None:
        return request.cool_down
    all_settings = [one.settings for one in load_workflows(root)]
    return next((one for one in all_settings if not one.is_workflow), all_settings[0]).cooldown_days


def _from_workflows(root: Path, host: Host, file: _PinFile) -> list[Uses]:
    moved = [pin for pin in pins_in_workflows(root).values() if pin.action in file.pins]
    for pin in moved:
        host.console.step(
            "pins", f"{pin.action} {file.pins[pin.action].label} -> {pin.label}, as in the workflow"
        )
    return moved


def _newer_pins(
    host: Host, pins: Mapping[str, Uses], rules: Rules, problems: list[MovedTagError]
) -> Iterator[Uses]:
    """The pins that move, each at its new release. A moved tag is a problem, and leaves its pin as it is."""
    with open_remotes(host) as remotes:
        for pin in pins.values():
            with host.console.progress("pins", pin.action) as progress:
                try:
                    choice = _choice(remotes, pin, rules)
                except MovedTagError as problem:
                    problems.append(problem)
                    progress.done(f"{pin.action} {pin.label} stays: its tag was moved")
                    continue
                progress.done(_told(pin, choice, rules))
            if choice.release:
                yield Uses(pin.action, choice.release.commit, choice.release.tag)


def _choice(remotes: Remotes, pin: Uses, rules: Rules) -> Choice:
    tags = remotes.tags(pin.repository)
    releases = releases_of(tags)
    current = number_of(pin, releases)
    if current is None:
        raise UsageError(
            f"the release of {pin} is not known",
            why=f"{pin.version} is not a version such as v1.2.3, and no release has this commit",
            todo="write a release and its commit into the pin file",
        )
    # A tag such as v4 moves with each release.
    if version_number(pin.version):
        _check_tag(remotes.host, pin, tags.get(pin.version))
    return choose(current, releases, rules, lambda release: remotes.age(pin.repository, release))


def _check_tag(host: Host, pin: Uses, found: str | None) -> None:
    """Check that the tag of a pin still names its commit. Raises MovedTagError; warns if the tag is gone."""
    if found is None:
        host.console.warning(
            f"the tag {pin.version} of {pin.repository} is gone: its owner may have withdrawn that release"
        )
    elif found != pin.ref:
        raise moved_tag(pin.repository, pin.version, pin.ref, found)


def _told(pin: Uses, choice: Choice, rules: Rules) -> str:
    """What becomes of a pin, and which releases it does not take."""
    taken = choice.release
    first = (
        f"{pin.action} {pin.label} -> {taken.tag}, {_days(choice.age)} old"
        if taken
        else f"{pin.action} {pin.label} stays"
    )
    notes = [
        f"{release.tag} is {_days(age)} old, and the cool-down is {_days(rules.cool_down)}"
        for release, age in choice.waiting
    ]
    if choice.new_major:
        notes.append(f"{choice.new_major.tag} is a new major version, which --major takes")
    return "; ".join((first, *notes))


def _days(number: int) -> str:
    return f"{number} {'day' if number == 1 else 'days'}"


def _write(host: Host, file: _PinFile, moved: Sequence[Uses]) -> None:
    if not moved:
        host.console.step("pins", "no pin moves")
        return
    host.make_dir(file.path.parent)
    host.write(file.path, with_pins(file.text, moved))
    host.console.step(
        "pins",
        f"{file.path} {'would be written' if host.dry else 'is written'}; `ci-kit render` takes it into the"
        " workflows",
    )


def _joined(problems: Sequence[MovedTagError]) -> MovedTagError:
    """One error for all moved tags."""
    if len(problems) == 1:
        return problems[0]
    return MovedTagError(
        f"the tags of {len(problems)} pinned actions were moved",
        details=tuple(line for problem in problems for line in problem.lines()),
        todo="find out why before you trust newer releases of them",
    )
