"""Templates: where they are, how they are written, and errors that name their line."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from functools import cache
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

from ci_kit.errors import UsageError
from ci_kit.workflow import scalars

_SHIPPED_PREFIX = "ci-kit"


def shipped_templates() -> Path:
    """The folder of ci-kit's own templates: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@cache
def environment(own: Path | None = None) -> Environment:
    """The one way templates are read. Those in the folder ``own`` come before the shipped ones.

    A shipped template that one of the same name hides is still there as ``ci-kit/<name>``, to extend.
    """
    shipped = FileSystemLoader(shipped_templates())
    loaders = [FileSystemLoader(own)] if own else []
    # Jinja's usual delimiters are GitHub's expressions, shell's [[ ]] and ${#array[@]} all over again.
    env = Environment(  # noqa: S701  (it writes YAML, whose escape is the filter `yaml`)
        loader=ChoiceLoader([*loaders, shipped, PrefixLoader({_SHIPPED_PREFIX: shipped})]),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="#%>",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["yaml"] = scalars.scalar
    env.filters["block"] = scalars.block
    return env


def fill_in(env: Environment, name: str, values: Mapping[str, object]) -> str:
    """The text of a template. Raises UsageError with file and line for whatever is wrong in one."""
    try:
        return env.get_template(name).render(values)
    except TemplateSyntaxError as error:
        raise _broken(error.filename or name, error.lineno, error) from error
    except Exception as error:
        # An expression of a template can raise anything; what no template is part of is our own bug.
        if place := _template_line(error.__traceback__):
            raise _broken(*place, error) from error
        raise


def _template_line(traceback: TracebackType | None) -> tuple[str, int] | None:
    """The innermost line of a template in a traceback; Jinja puts them there in frames that it marks."""
    place = None
    while traceback:
        if "__jinja_exception__" in traceback.tb_frame.f_globals:
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


def _broken(file: str, line: int, error: Exception) -> UsageError:
    excerpt = linecache.getline(file, line).strip()
    return UsageError(
        f"the template {file} cannot be used, line {line}",
        why=f"{type(error).__name__}: {error}",
        details=(excerpt,) if excerpt else (),
        todo="mend the template; docs/render.md lists the values and blocks there are",
    )
