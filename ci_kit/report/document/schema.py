"""The JSON Schema of a document, from the types of the report and the description of each field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ci_kit.report.document.codec import (
    ChoiceCodec,
    Codec,
    ListCodec,
    NumberCodec,
    OptionalCodec,
    PathCodec,
    RecordCodec,
    RowCodec,
    TextCodec,
)
from ci_kit.report.document.descriptions import DESCRIPTIONS
from ci_kit.report.document.run_document import FORMAT, REPORT, VERSION

SCHEMA_FILE = Path(__file__).with_name(f"run-report-{VERSION}.json")

_NUMBERS = {int: "integer", float: "number", bool: "boolean"}


def schema_text() -> str:
    """The schema, as its file has it. Raises KeyError for a field without a description."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    definitions: dict[str, Any] = {}
    report = _schema(REPORT, definitions)
    head = {
        "format": {"description": "The name of the format.", "const": FORMAT},
        "version": {
            "description": "The version of the format. Additions keep it. A reader ignores unknown fields.",
            "const": VERSION,
        },
        "written_by": {"description": "The program and its version.", "type": "string"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A run of ci-kit",
        "description": "What `ci-kit run` found: the setting run-report and `--json` write it.",
        "type": "object",
        "allOf": [report],
        "required": list(head),
        "properties": head,
        "$defs": definitions,
    }


def _schema(codec: Codec, definitions: dict[str, Any]) -> dict[str, Any]:
    match codec:
        case TextCodec() | PathCodec():
            found: dict[str, Any] = {"type": "string"}
        case NumberCodec(kind):
            found = {"type": _NUMBERS[kind]}
        case ChoiceCodec(choices):
            found = {"enum": list(choices)}
        case OptionalCodec(value):
            found = {"anyOf": [_schema(value, definitions), {"type": "null"}]}
        case ListCodec(item):
            found = {"type": "array", "items": _schema(item, definitions)}
        case RowCodec(items):
            parts = [_schema(item, definitions) for item in items]
            found = {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}
        case RecordCodec():
            found = _record(codec, definitions)
    return found


def _record(record: RecordCodec, definitions: dict[str, Any]) -> dict[str, Any]:
    name = record.kind.__name__
    if name not in definitions:
        # First the name: a record may contain itself.
        definitions[name] = {}
        described = DESCRIPTIONS[name]
        definitions[name] |= {
            "type": "object",
            "required": [field for field in record.fields if field in record.required],
            "properties": {
                field: {"description": described[field], **_schema(codec, definitions)}
                for field, codec in record.fields.items()
            },
        }
    return {"$ref": f"#/$defs/{name}"}
