"""Jinja as ci-kit uses it: where templates are, their syntax, and errors that name the line.

Each caller passes its own filters.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
)
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean

_SHIPPED_PREFIX = "ci-kit"


def shipped_templates() -> Path:
    """The folder of ci-kit's own templates: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@dataclass(frozen=True)
class OwnTemplates:
    """The project's own templates: a folder of its repository."""

    folder: Path
    repository: Path


class _HelpfulUndefined(StrictUndefined):
    """An undefined name is an error, which names the nearest one."""

    @property
    def _undefined_message(self) -> str:
        message = super()._undefined_message
        owner, name = self._undefined_obj, str(self._undefined_name)
        known = owner if isinstance(owner, Mapping) else [one for one in dir(owner) if one[0] != "_"]
        # Without an owner, it is a value of the template.
        near = "" if owner is missing else did_you_mean(name, map(str, known))
        return f"{message}; {near}" if near else message


class _OwnLoader(FileSystemLoader):
    """Loads templates of a repository. Raises UsageError for a link to a file outside it."""

    def __init__(self, own: OwnTemplates) -> None:
        super().__init__(own.folder)
        self._own = own

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self._own.folder.joinpath(*split_template_path(template))
        require_inside(path, self._own.repository)
        return super().get_source(environment, template)


def require_inside(path: Path, repository: Path) -> None:
    """Raise UsageError if a path leads out of the repository by a link."""
    if not path.resolve().is_relative_to(repository.resolve()):
        raise UsageError(
            f"{path} is outside the repository",
            why="it is a symbolic link, or below one",
            todo="replace the link with the file or folder that it leads to",
        )


def strict_environment(
    filters: Mapping[str, Callable[..., str]],
    own: OwnTemplates | None = None,
    *,
    folder: str = "",
    autoescape: bool = False,
) -> Environment:
    """The Jinja environment of every template. An undefined name is an error, never empty text.

    ``folder`` is a folder of the shipped templates.

    A template in the project's folder ``own`` replaces the shipped template of the same name. The shipped
    one stays available as ``ci-kit/<name>``, for ``extends``. With ``own``, templates run in Jinja's sandbox:
    a template of a pull request cannot reach Python's modules by the attributes of a value. ``autoescape`` is
    for HTML: a value shows as it is, and cannot be markup.
    """
    shipped = FileSystemLoader(shipped_templates() / folder)
    loaders = [_OwnLoader(own)] if own else []
    # Jinja's own delimiters also occur in GitHub's expressions and in shell: ${{ }}, ${#array[@]}.
    # Outside the sandbox, a report of many failures takes half of the time.
    environment = (ImmutableSandboxedEnvironment if own else Environment)(
        loader=ChoiceLoader([*loaders, shipped, PrefixLoader({_SHIPPED_PREFIX: shipped})]),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="#%>",
        undefined=_HelpfulUndefined,
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    return environment


def render_template(environment: Environment, name: str, values: Mapping[str, object]) -> str:
    """The text of a template. Raises UsageError, with file and line, for an error in a template."""
    try:
        return environment.get_template(name).render(values)
    except UsageError:
        raise
    except TemplateSyntaxError as error:
        raise _broken(error.filename or name, error.lineno, error) from error
    except Exception as error:
        # An expression in a template can raise any exception. One from elsewhere is a bug of ci-kit.
        if place := _template_line(error.__traceback__):
            raise _broken(*place, error) from error
        raise


def _template_line(traceback: TracebackType | None) -> tuple[str, int] | None:
    """File and line of the innermost template in a traceback. Jinja marks the frames of templates."""
    place = None
    while traceback:
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


def _broken(file: str, line: int, error: Exception) -> UsageError:
    excerpt = linecache.getline(file, line).strip()
    return UsageError(
        f"cannot render the template {file}, line {line}",
        why=f"{type(error).__name__}: {error}",
        details=(excerpt,) if excerpt else (),
        todo="correct that line; docs/render.md lists the values, filters and blocks of templates",
    )
