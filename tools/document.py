"""Write what follows from the code: action.yml, the schema of a run's document, and the tables in docs/.

With ``--check``, change nothing and fail if a file is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from ci_kit.adopt.recognise.table import ROWS
from ci_kit.errors import exit_codes
from ci_kit.github import TOKEN_VARIABLE
from ci_kit.report.document.schema import SCHEMA_FILE, schema_text
from ci_kit.report.outputs import OUTPUTS
from ci_kit.settings.option import SERVER_KINDS, Group, Option
from ci_kit.settings.options import OPTIONS
from ci_kit.workflow.option import WorkflowOption
from ci_kit.workflow.options import WORKFLOW_OPTIONS, options_of
from ci_kit.workflow.pins import PINS
from ci_kit.workflow.shipped import SHIPPED
from ci_kit.workflow.uses import Uses
from tools import schema

ROOT = Path(__file__).parents[1]
NOTE = "Written by tools/document.py from {}; run `make render` to update it."
OPTIONS_NOTE = NOTE.format("ci_kit/settings/options/")
END = "<!-- The end of what tools/document.py wrote. -->"


def main() -> int:
    documents = {
        "action.yml": action(),
        "docs/adopt.md": between_marks(
            "docs/adopt.md",
            "ci_kit/adopt/recognise/table.py",
            table(
                ("what", "what ci-kit finds", "what becomes of it"),
                [(row.name, row.found, row.became) for row in ROWS],
            ),
        ),
        "docs/configuration.md": configuration(),
        "docs/exit-codes.md": codes(),
        str(SCHEMA_FILE.relative_to(ROOT)): schema_text(),
        "docs/render.md": between_marks("docs/render.md", "ci_kit/workflow/options.py", workflow_settings()),
        schema.PATH: schema.schema(),
    }
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        name = str(path.relative_to(ROOT))
        documents[name] = pinned(documents.get(name) or current(path))
    stale = [name for name, text in documents.items() if current(ROOT / name) != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is out of date; run `make render`", file=sys.stderr)
        return bool(stale)
    for name in stale:
        (ROOT / name).write_text(documents[name], encoding="utf-8")
    return 0


def pinned(text: str) -> str:
    """A document whose examples of workflows use the present pins."""

    def replaced(match: re.Match[str]) -> str:
        old = Uses.parse(match["uses"])
        pin = PINS.get(old.repository)
        new = Uses(old.action, pin.ref, pin.version) if pin else old
        return f"{match['key']}{new}"

    return re.sub(r"(?P<key>\buses: +)(?P<uses>\S+@[0-9a-f]{40} # v\S+)", replaced, text)


def current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def action() -> str:
    """The composite action: an input for each setting, which arrives as its environment variable."""
    inputs = [
        entry("command", "What to do: run, report, combine, mysql up or mysql down.", "run"),
        entry(
            "documents",
            "For report and combine: documents of runs. Files, folders or patterns, as in a shell.",
            "",
        ),
        entry("min-runs", "For report: fail if fewer runs have a document. Empty: 1.", ""),
        entry("working-directory", "The project's folder in the repository.", "."),
        *(entry(option.name, option.help, "") for option in OPTIONS),
        entry("token", "Token for the comment on the pull request. Empty: the job's own token.", ""),
    ]
    variables = [
        "        CI_KIT_COMMAND: ${{ inputs.command }}",
        "        CI_KIT_DOCUMENTS: ${{ inputs.documents }}",
        "        CI_KIT_MIN_RUNS: ${{ inputs.min-runs }}",
        "        CI_KIT_WORKING_DIRECTORY: ${{ inputs.working-directory }}",
        # A variable of the job stands where no input is given.
        *(
            f"        {option.variable}: ${{{{ inputs.{option.name} || env.{option.variable} }}}}"
            for option in OPTIONS
        ),
        f"        {TOKEN_VARIABLE}: ${{{{ inputs.token || env.{TOKEN_VARIABLE} || github.token }}}}",
    ]
    outputs = [
        f"  {output.name}:\n    description: {quoted(output.description)}\n"
        f"    value: ${{{{ steps.ci-kit.outputs.{output.name} }}}}"
        for output in OUTPUTS
    ]
    newline = "\n"
    return f"""\
# {OPTIONS_NOTE}
name: ci-kit
description: The test job of a Python project with a MySQL database, from the time zone to the report.
branding:
  icon: database
  color: blue

# An input that is not given is taken from [tool.ci-kit] in the project's pyproject.toml, or has its default.
inputs:
{newline.join(inputs)}

outputs:
{newline.join(outputs)}

runs:
  using: composite
  steps:
    - name: ci-kit
      id: ci-kit
      shell: bash
      env:
{newline.join(variables)}
      run: exec "$GITHUB_ACTION_PATH/action/main.sh"
"""


def entry(name: str, description: str, default: str) -> str:
    return f"  {name}:\n    description: {quoted(description)}\n    default: {quoted(default)}"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def configuration() -> str:
    sections = "\n\n".join(section(group) for group in get_args(Group))
    return f"""\
<!-- {OPTIONS_NOTE} -->
# Settings

The value of a setting comes from the first of these that gives one:

1. the flag,
2. the environment variable,
3. the key in `[tool.ci-kit]` of the project's `pyproject.toml`, or of one above it in the repository
   ([testing.md](testing.md#settings-above-the-project)),
4. the default.

The inputs of the action have the names of the keys, and reach ci-kit as the environment variables. A flag of
a list can be repeated, and its value is split as a shell splits it. A list or a table from a flag or a
variable replaces the one of `pyproject.toml`; it is not added to it. More servers have tables of their own,
`[tool.ci-kit.servers.NAME]` ([mysql.md](mysql.md#several-servers)). `ci-kit render` has settings of its own,
in [render.md](render.md).

```toml
[tool.ci-kit]
timezone = "Asia/Seoul"
database = "meeting"
pytest-args = ["-m", "not slow"]
fail-under = 90
```

{sections}
"""


def section(group: Group) -> str:
    columns = ["key", "flag", "environment variable", "default", "meaning"]
    if group == "Server":
        columns.insert(4, "kinds of server")
    rows = [cells(option) for option in OPTIONS if option.group == group]
    lines = (columns, ["---"] * len(columns), *([row[column] for column in columns] for row in rows))
    return f"## {group}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cells(option: Option) -> dict[str, str]:
    default = option.default_text
    return {
        "key": f"`{option.name}`",
        "flag": "none" if option.secret else f"`{option.flag}`",
        "environment variable": ", ".join(f"`{name}`" for name in (option.variable, *option.also_from)),
        "default": default if default in {"empty", "none"} else f"`{default}`",
        "kinds of server": "all" if option.kinds == SERVER_KINDS else ", ".join(sorted(option.kinds)),
        "meaning": option.help,
    }


def between_marks(name: str, source: str, content: str) -> str:
    """A document with a content between its marks, which name the source."""
    begin = f"<!-- {NOTE.format(source)} -->"
    before, _, rest = current(ROOT / name).partition(begin)
    _, _, after = rest.partition(END)
    return f"{before}{begin}\n\n{content}\n\n{END}{after}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(line)} |" for line in (columns, *rows)]
    return "\n".join([lines[0], "|---" * len(columns) + "|", *lines[1:]])


def workflow_settings() -> str:
    """The tables of the templates and of the workflow's settings."""
    shipped = table(("template", "what it writes"), [(f"`{one.name}`", one.help) for one in SHIPPED.values()])
    settings = table(
        ("key", "default", "templates", "meaning"),
        [(f"`{one.name}`", defaults(one), templates(one), one.help) for one in WORKFLOW_OPTIONS],
    )
    return f"{shipped}\n\n{settings}"


def defaults(option: WorkflowOption) -> str:
    """The default of a setting, and those of the templates that change it."""
    changed = {
        name: one.defaults[option.name] for name, one in SHIPPED.items() if option.name in one.defaults
    }
    return "; ".join(
        [option.default_text, *(f"{name}: `{json.dumps(value)}`" for name, value in changed.items())]
    )


def templates(option: WorkflowOption) -> str:
    """The templates that use a setting."""
    used = [name for name in SHIPPED if option in options_of(name)]
    unused = [name for name in SHIPPED if name not in used]
    if len(unused) < len(used):
        return f"all except {', '.join(unused)}" if unused else "all"
    return ", ".join(used)


def codes() -> str:
    rows = "\n".join(f"| {code} | {meaning} |" for code, meaning in exit_codes().items())
    return f"""\
<!-- {NOTE.format("ci_kit/errors.py")} -->
# Exit codes

The codes 1 to 4 and 6 are pytest's. The setting `test-command` can start other programs. Their exit codes
pass through too, whatever they mean. The result names the command.

| code | meaning |
|---|---|
{rows}
"""


if __name__ == "__main__":
    sys.exit(main())
