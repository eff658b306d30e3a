"""The running server keeps the OpenAPI document: schemathesis asks every route what the document allows, and more.

No 5xx, no status and no content type that the document doesn't name, no answer that isn't by its schema.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import contract
from tests.clients import people
from tests.clients.people import Account
from tests.server.process import Server

SEED = os.environ.get("SEED", "1")  # another one tries others: SEED=2 make test
EACH = 12  # made up for each route, beside what the document's own bounds ask for
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance")
CHECKS += ("response_headers_conformance", "response_schema_conformance")
# After these nothing that others name is there any longer: they are asked about rooms and people that aren't.
ENDINGS = [
    ("DELETE", "/me"),
    ("DELETE", "/rooms/{room_id}"),
    ("DELETE", "/rooms/{room_id}/members/me"),
    ("DELETE", "/tokens/current"),
]


def operations() -> set[tuple[str, str]]:
    """Every method of every path in the document."""
    return {
        (method.upper(), path)
        for path, item in contract.openapi()["paths"].items()
        for method in item
        if method in {"get", "post", "put", "patch", "delete"}
    }


def schemathesis(folder: Path, account: Account, *options: str, document: str = "", **names: str) -> str:
    """Run it against the account's server with its token, with these for what stands in paths; what it says."""
    configuration = "".join(
        f'"path.{name}" = {json.dumps(value, ensure_ascii=False)}\n' for name, value in names.items()
    )
    (folder / "schemathesis.toml").write_text(f"[parameters]\n{configuration}", encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        "schemathesis.toml",
        "run",
    ]
    command += [
        document or f"{account.url}/api/v1/openapi.json",
        f"--header=Authorization: Bearer {account.token}",
    ]
    command += [f"--checks={','.join(CHECKS)}", "--phases=examples,coverage,fuzzing", "--continue-on-failure"]
    command += [f"--max-examples={EACH}", f"--seed={SEED}", "--generation-database=none", "--no-shrink"]
    command += [
        "--suppress-health-check=all",
        "--request-timeout=60",
        "--warnings=off",
        "--no-color",
        *options,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=500, check=False)
    said = done.stdout + done.stderr
    print(said)  # with the seed
    assert done.returncode == 0, said[-12_000:]
    return said


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_server_answers_as_the_document_says(tmp_path: Path) -> None:
    with Server(tmp_path, RATE_LIMITS="off") as server:
        ada, bob = people.register(server.url, "ada"), people.register(server.url, "bob")
        garden = ada.make_room()
        bob.join(garden)
        said = ada.say(garden, "something to change")
        made = ada.rest("POST", f"/rooms/{garden.id}/bots", {"username": "echo"}).json()
        names = {
            "room_id": garden.id,
            "user_id": bob.id,
            "bot_id": made["user"]["id"],
            "message_id": said["id"],
            "token": garden.invite,
            "emoji": "👍",
        }
        leave_out = [f"--exclude-name={method} {path}" for method, path in ENDINGS]
        schemathesis(tmp_path, ada, *leave_out, **names)
        only = [f"--include-name={method} {path}" for method, path in ENDINGS]
        schemathesis(tmp_path, bob, *only)
        granted = re.findall(rf" path=/api/v1/rooms/{garden.id}\S*.* status=20", server.log())
        assert len(granted) > 50, "what stands in paths was not taken, so that nothing was found"
        assert "Traceback" not in server.log()
        assert ada.rest("GET", f"/rooms/{garden.id}").ok


def test_what_is_left_for_the_end_is_in_the_document() -> None:
    assert set(ENDINGS) <= operations()


def test_a_server_that_is_not_by_its_document_is_found_out(tmp_path: Path) -> None:
    """The same server, and a document that promises more than it gives."""
    document = json.loads(json.dumps(contract.openapi()))
    [answer] = document["paths"]["/server"]["get"]["responses"]["200"]["content"].values()
    answer["schema"] = {"allOf": [answer["schema"]], "required": ["nonsense"]}
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    with Server(tmp_path, RATE_LIMITS="off") as server:
        ada = people.register(server.url, "ada")
        only = ["--include-name=GET /server", f"--url={server.url}/api/v1"]
        with pytest.raises(AssertionError, match="nonsense"):
            schemathesis(tmp_path, ada, *only, document="openapi.json")
