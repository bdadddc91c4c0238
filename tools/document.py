"""Write what follows from the code: action.yml, docs/configuration.md and docs/exit-codes.md.

With ``--check``, change nothing and fail if a file is not what would be written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ci_kit.errors import exit_codes
from ci_kit.report.outputs import OUTPUTS
from ci_kit.settings.options import OPTIONS, Option

ROOT = Path(__file__).parents[1]
NOTE = "Written by tools/document.py from ci_kit/settings/options.py; run `make render` to write it anew."


def main() -> int:
    documents = {
        "action.yml": action(),
        "docs/configuration.md": configuration(),
        "docs/exit-codes.md": codes(),
    }
    stale = [name for name, text in documents.items() if current(ROOT / name) != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"{name} is out of date; run `make render`", file=sys.stderr)
        return bool(stale)
    for name in stale:
        (ROOT / name).write_text(documents[name], encoding="utf-8")
    return 0


def current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def action() -> str:
    """The composite action: an input for each setting, which arrives as its environment variable."""
    inputs = [
        entry("command", "What to do: run, mysql up or mysql down.", "run"),
        entry("working-directory", "The project's folder in the repository.", "."),
        *(entry(option.name, option.help, "") for option in OPTIONS),
    ]
    variables = [
        "        CI_KIT_COMMAND: ${{ inputs.command }}",
        "        CI_KIT_WORKING_DIRECTORY: ${{ inputs.working-directory }}",
        # A variable of the job stands where no input is given.
        *(
            f"        {option.variable}: ${{{{ inputs.{option.name} || env.{option.variable} }}}}"
            for option in OPTIONS
        ),
    ]
    outputs = [
        f"  {output.name}:\n    description: {quoted(output.description)}\n"
        f"    value: ${{{{ steps.ci-kit.outputs.{output.name} }}}}"
        for output in OUTPUTS
    ]
    newline = "\n"
    return f"""\
# {NOTE}
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
    rows = "\n".join(row(option) for option in OPTIONS)
    return f"""\
<!-- {NOTE} -->
# Settings

A value comes from the first of these that gives one: the flag, the environment variable, the key in
`[tool.ci-kit]` of the project's `pyproject.toml`, the default. The action's inputs have the keys' names and
arrive as the environment variables. `ci-kit render` has settings of its own, in [render.md](render.md).

```toml
[tool.ci-kit]
timezone = "Asia/Seoul"
database = "meeting"
pytest-args = ["-m", "not slow"]
fail-under = 90
```

| key | flag | environment variable | default | what it is |
|---|---|---|---|---|
{rows}
"""


def row(option: Option) -> str:
    variables = ", ".join(f"`{name}`" for name in (option.variable, *option.also_from))
    flag = "none" if option.secret else f"`--{option.name}`"
    return f"| `{option.name}` | {flag} | {variables} | {default(option)} | {option.help} |"


def default(option: Option) -> str:
    match option.default:
        case None:
            return "none" if option.name == "fail-under" else "`auto`"
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case "" | ():
            return "empty"
        case value:
            return f"`{value}`"


def codes() -> str:
    rows = "\n".join(f"| {code} | {meaning} |" for code, meaning in exit_codes().items())
    return f"""\
<!-- {NOTE.replace("settings", "errors")} -->
# Exit codes

| code | meaning |
|---|---|
{rows}
"""


if __name__ == "__main__":
    sys.exit(main())
