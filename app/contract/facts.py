"""A schema for each fact, under its own name, so that `type` tells them apart."""

from collections.abc import Mapping

from app.contract.schemas import PREFIX, Schemas, camel
from app.payloads import Told

ANY = "LoggedFact"


def name(schemas: Schemas, logged: Mapping[str, Told], passing: Mapping[str, Told]) -> None:
    """Add one schema per fact, and one of any that is logged, which is what a catch-up holds."""
    components = schemas.components
    for event, fact in logged.items():
        components[camel(event)] = {
            "description": fact.says,
            "type": "object",
            "allOf": [schemas.of(fact.shape)],
            "properties": {"type": {"const": event}},
        }
    for event, fact in passing.items():
        components[camel(event)]["description"] = fact.says
    components[ANY] = {
        "description": "A fact of the log. More kinds may come: ignore one that you don't know, but go on to its seq.",
        "oneOf": [{"$ref": PREFIX + camel(event)} for event in logged],
    }
    components["RoomMissed"]["properties"]["entries"]["items"] = {"$ref": PREFIX + ANY}
