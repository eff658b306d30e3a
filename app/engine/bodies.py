"""The JSON of HTTP bodies: as strict as that of the socket's packets."""

from typing import Any

import orjson
from flask.json.provider import DefaultJSONProvider

from app.engine.packets import AS_THE_STANDARD, StrictJSON


class BodyJSON(DefaultJSONProvider):
    """Flask's JSON, but that nothing is read which another reader would take for something else."""

    compact = True
    sort_keys = False  # what belongs together is drawn together

    def dumps(self, obj: Any, **options: Any) -> str:
        """JSON, as compact as the packets'. NaN and Infinity, which other readers refuse, are null or a ValueError."""
        if options.keys() <= {"separators"}:
            try:
                return orjson.dumps(obj, option=AS_THE_STANDARD).decode()
            except TypeError:
                pass  # Flask knows more types
        return super().dumps(obj, allow_nan=False, **options)

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of UTF-8 text. Raises ValueError for anything outside of the limits."""
        return StrictJSON.loads(s if isinstance(s, str) else s.decode())
