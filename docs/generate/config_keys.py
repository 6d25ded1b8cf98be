"""Tables of all keys of a config, from its JSON schema."""

import json
from typing import Any

from workflow.scripts import write_schema

HEADER = ["| key | allowed values | default | meaning |", "|---|---|---|---|"]
KINDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "`true`, `false`",
    "object": "mapping",
}
BOUNDS = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
    "exclusiveMaximum": "and below",
    "multipleOf": "and a multiple of",
}
POWERS = {10**5: "10^5", 10**6: "10^6", 10**9: "10^9", 2**63: "2^63"}

Schema = dict[str, Any]


def tables() -> str:
    """Return a folded table for each section of a config, and for each family of models."""
    schema = write_schema.content()
    sections = schema["$defs"]
    alone, folded = {}, []
    for key, spec in schema["properties"].items():
        inside = [sections[name] for name in _held(spec)]
        many = not any("$ref" in one for one in spec.get("anyOf", [spec]))
        name = f"{key}.NAME" if many else key
        if not inside:
            alone[key] = spec
        elif len(inside) == 1:
            folded.append(_table(name, _about(inside[0], spec), _rows(inside[0], sections)))
        else:
            folded += _families(name, inside, _about({}, spec), sections)
    top = {"properties": alone, "required": schema["required"]}
    return "\n\n".join([_table("", "keys of the whole run", _rows(top, sections)), *folded])


def _held(spec: Schema) -> list[str]:
    """Return the names of the sections that a key may contain, directly or by name."""
    if "$ref" in spec:
        return [spec["$ref"].rsplit("/", 1)[-1]]
    inner = [*spec.get("anyOf", ()), *spec.get("oneOf", ())]
    inner += spec.get("patternProperties", {}).values()
    if isinstance(spec.get("additionalProperties"), dict):
        inner.append(spec["additionalProperties"])
    return [name for one in inner for name in _held(one)]


def _families(name: str, inside: list[Schema], about: str, sections: Schema) -> list[str]:
    """Return a table of common keys, and one per family of its own keys.

    A common key that one family lacks, or defines differently, has a note.
    """
    everywhere = [section["properties"] for section in inside]
    shared = {}
    for key, spec in everywhere[0].items():
        others = [one["family"]["const"] for one in everywhere if one.get(key) != spec]
        if not others:
            shared[key] = spec
        elif len(others) == 1:
            shared[key] = {**spec, "description": f"{spec['description']} (not `{others[0]}`)"}
    choice = {
        "enum": [properties["family"]["const"] for properties in everywhere],
        "description": "family of the model, which selects one of the tables below",
    }
    common = {"properties": {"family": choice, **shared}, "required": inside[0]["required"]}
    folded = [_table(name, about, _rows(common, sections))]
    for section in inside:
        alike = {key: spec for key, spec in everywhere[0].items() if key in shared}
        own = {key: spec for key, spec in section["properties"].items() if alike.get(key) != spec}
        family = own.pop("family")["const"]
        lines = _rows({**section, "properties": own}, sections)
        folded.append(_table(f"{name}, family: {family}", _about(section, {}), lines))
    return folded


def _about(section: Schema, spec: Schema) -> str:
    """Return the description of a key, with that of its section."""
    said = section.get("description", "").split(", see ``")[0].rstrip(".")
    return "; ".join(filter(None, [said, spec.get("description", "")]))


def _table(name: str, about: str, lines: list[str]) -> str:
    title = f"<code>{name}</code>: {about}" if name else about
    return "\n".join([f"<details>\n<summary>{title}</summary>\n", *HEADER, *lines, "\n</details>"])


def _rows(section: Schema, sections: Schema, place: str = "") -> list[str]:
    """Return a row for each key of a section, nested sections included."""
    lines = []
    for key, spec in section["properties"].items():
        inside = [sections[name] for name in _held(spec)]
        for one in inside:
            lines += _rows(one, sections, f"{place}{key}.")
        if not inside:
            left_out = f"`{json.dumps(spec.get('default'))}`"
            if key in section.get("required", ()):
                left_out = "required"
            meaning = spec.get("description", "").replace("|", "\\|")
            lines.append(f"| `{place}{key}` | {_allowed(spec)} | {left_out} | {meaning} |")
    return lines


def _allowed(spec: Schema) -> str:
    """Return the allowed values of a key in words."""
    if "anyOf" in spec:
        return " or ".join(map(_allowed, spec["anyOf"]))
    if "enum" in spec:
        return ", ".join(f"`{value}`" for value in spec["enum"])
    kind = spec.get("type")
    if "const" in spec or kind == "null":
        return f"`{json.dumps(spec.get('const')).strip(chr(34))}`"
    if kind == "array":
        least = f", {spec['minItems']} or more" if "minItems" in spec else ""
        least = f", {spec['maxItems']} of them" if "maxItems" in spec else least
        items = _allowed(spec["items"]).replace("number", "numbers").replace("name", "names")
        return f"list of {items}{least}"
    if isinstance(kind, list):
        return "temperatures"
    if "pattern" in spec:
        return "path with `{T}`" if r"\{T" in spec["pattern"] else "name"
    if kind == "integer" and "exclusiveMinimum" in spec:
        spec = {**spec, "minimum": spec["exclusiveMinimum"] + 1, "exclusiveMinimum": None}
    bounds = [
        f"{word} {POWERS.get(spec[key], format(spec[key], 'g'))}"
        for key, word in BOUNDS.items()
        if spec.get(key) is not None
    ]
    return " ".join([KINDS.get(kind, kind), *bounds])
