"""Renders the text of a workflow file from its settings and template."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment

from ci_kit.errors import UsageError
from ci_kit.report.outputs import OUTPUTS
from ci_kit.settings.names import did_you_mean
from ci_kit.templating import OwnTemplates, render_template, strict_environment
from ci_kit.workflow import scalars
from ci_kit.workflow.blocks import require_known_blocks
from ci_kit.workflow.header import header
from ci_kit.workflow.pins import pins_of
from ci_kit.workflow.sections import forbid_sections
from ci_kit.workflow.settings import TEMPLATE_SUFFIX, WorkflowSettings
from ci_kit.workflow.validation import require_dependabot, require_workflow

TEMPLATES = "workflows"
"""The folder of the shipped templates."""


def render_text(root: Path, settings: WorkflowSettings) -> str:
    """The generated text of one file of the repository in ``root``, with its header.

    Raises UsageError if the template is wrong, or if it does not produce a valid file.
    """
    templates = workflow_templates(
        OwnTemplates(root / settings.templates, root) if settings.templates else None
    )
    _require_template(settings, templates)
    values = {
        "workflow": settings,
        "pins": pins_of(root),
        "outputs": [output.name for output in OUTPUTS],
        "descriptions": {output.name: output.description for output in OUTPUTS},
    }
    body = render_template(templates, settings.template_file, values)
    if settings.templates:
        require_known_blocks(templates, settings.template_file)
    # Not in the template: a project's own template could leave it out.
    text = header(settings.table, body) + body
    require_valid(text, settings)
    forbid_sections(body, settings.template_file)
    return text


def require_valid(text: str, settings: WorkflowSettings) -> None:
    """Raise UsageError if the text is not what its template is for."""
    (require_workflow if settings.is_workflow else require_dependabot)(text, settings.template_file)


@cache
def workflow_templates(own: OwnTemplates | None = None) -> Environment:
    """The templates of workflows; the project's own come first."""
    return strict_environment({"yaml": scalars.scalar, "block": scalars.block}, own, folder=TEMPLATES)


def _require_template(settings: WorkflowSettings, templates: Environment) -> None:
    """Raise UsageError for a template that does not exist."""
    names = [
        name.removesuffix(TEMPLATE_SUFFIX)
        for name in templates.list_templates()
        if name.endswith(TEMPLATE_SUFFIX) and "/" not in name
    ]
    if settings.template not in names:
        raise UsageError(
            f"unknown template {settings.template!r}",
            why=f"it came from [{settings.table}] template in pyproject.toml",
            todo=did_you_mean(settings.template, names) or f"the templates are {', '.join(names)}",
        )
