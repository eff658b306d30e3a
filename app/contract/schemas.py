"""JSON Schemas of the types that the code uses, by name, for both documents."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

Schema = dict[str, Any]

PREFIX = "#/components/schemas/"
_PAGE = re.compile(r"^Page_(\w+)_$")


class Schemas:
    """The schemas of `read` (models of what is sent) and of `drawn` (types of what leaves), each under one name."""

    def __init__(self, *, read: Iterable[Any], drawn: Iterable[Any]) -> None:
        mode: dict[Any, Literal["validation", "serialization"]] = dict.fromkeys(read, "validation")
        mode |= dict.fromkeys(drawn, "serialization")
        wanted = [(kind, mode[kind], TypeAdapter(kind)) for kind in mode]
        places, found = TypeAdapter.json_schemas(wanted, ref_template=PREFIX + "{model}")
        self._places = {kind: _tidy(place) for (kind, _), place in places.items()}
        self.components: dict[str, Schema] = {
            _named(name): _tidy(schema) for name, schema in found.get("$defs", {}).items()
        }

    def of(self, kind: Any) -> Schema:
        """Where the schema of a type is, or what it is, for one without a name."""
        place: Schema = self._places[kind]
        return place

    def fields(self, model: type[BaseModel]) -> Mapping[str, Schema]:
        """The fields of a model of what is sent, by name."""
        fields: Mapping[str, Schema] = self.components[self._name(model)].get("properties", {})
        return fields

    def needs(self, model: type[BaseModel]) -> list[str]:
        """The names of those fields that must be sent."""
        needed: list[str] = self.components[self._name(model)].get("required", [])
        return needed

    def drop(self, models: Iterable[type[BaseModel]]) -> None:
        """Leave out schemas of which only the fields are shown."""
        for model in set(models):
            self.components.pop(self._name(model), None)

    def _name(self, model: type[BaseModel]) -> str:
        name: str = self._places[model]["$ref"].removeprefix(PREFIX)
        return name


def name(schema: Schema) -> str:
    """The name that a reference leads to; empty for anything else."""
    return str(schema.get("$ref", "")).removeprefix(PREFIX)


def camel(event: str) -> str:
    """`MessagePosted` for `message_posted`."""
    return "".join(word.capitalize() for word in event.split("_"))


def _named(name: str) -> str:
    """`MessagePage` for pydantic's `Page_Message_`."""
    return _PAGE.sub(r"\1Page", name)


def _tidy(schema: Any) -> Any:
    """The same without titles that only repeat a field's name, and with the names of `_named`."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "patternProperties" in schema:
        schema = _closed(schema)
    tidied: Schema = {}
    for key, value in schema.items():
        if key == "properties":
            tidied[key] = {name: _tidy(each) for name, each in value.items()}
        elif key == "$ref":
            tidied[key] = PREFIX + _named(value.removeprefix(PREFIX))
        elif key != "title":
            tidied[key] = _tidy(value)
    return tidied


def _closed(schema: Schema) -> Schema:
    """The same for an object by id, where pydantic would let names of another shape have any value."""
    schema = dict(schema)
    [(pattern, value)] = schema.pop("patternProperties").items()
    names = {**schema.get("propertyNames", {}), "pattern": pattern}
    return {**schema, "additionalProperties": value, "propertyNames": names}
