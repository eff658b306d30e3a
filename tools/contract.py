"""The files that are made of the contract: `python tools/contract.py types`, or `release`.

`types` writes docs/parlor.d.ts. `release` writes docs/contract/: the documents that the next change is compared with.
It says what breaks clients of the earlier ones, and then releases only when `--break` says that this is meant.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

from app import contract  # noqa: E402
from app.contract import comparing, typescript  # noqa: E402

TYPES = ROOT / "docs" / "parlor.d.ts"
RELEASED = ROOT / "docs" / "contract"
DOCUMENTS = {"openapi.json": contract.openapi, "asyncapi.json": contract.asyncapi}


def main() -> int:
    match sys.argv[1:]:
        case ["types"]:
            TYPES.write_text(types())
            print(TYPES)
            return 0
        case ["release", *rest] if rest in ([], ["--break"]):
            return release(even_when_it_breaks=bool(rest))
    print("Usage: python tools/contract.py types | release [--break]", file=sys.stderr)
    return 2


def types() -> str:
    """The text that docs/parlor.d.ts has to have."""
    return typescript.typescript(contract.openapi(), contract.asyncapi())


def breaks() -> list[str]:
    """What clients of the released documents stumble over now."""
    found = []
    for name, document in DOCUMENTS.items():
        if (RELEASED / name).exists():
            found += comparing.breaks(json.loads((RELEASED / name).read_text()), document())
    return found


def release(*, even_when_it_breaks: bool) -> int:
    """Write the documents of the code as those that later ones are compared with."""
    found = breaks()
    for sentence in found:
        print(sentence, file=sys.stderr)
    if found and not even_when_it_breaks:
        print("This breaks clients: nothing was released.", file=sys.stderr)
        return 1
    RELEASED.mkdir(parents=True, exist_ok=True)
    for name, document in DOCUMENTS.items():
        (RELEASED / name).write_text(text(document()))
        print(RELEASED / name)
    return 0


def text(document: Mapping[str, Any]) -> str:
    """A document as it is kept: one that a diff can be read of."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
