"""A server that runs the functions of this folder."""

import json
from pathlib import Path

import pytest
from blackbox.server import Server

FOLDER = Path(__file__).parent
NODE = {"runtime": "nodejs", "directory": FOLDER / "node"}
PYTHON = {"runtime": "python", "directory": FOLDER / "python"}
FUNCTIONS = {
    "2faDefine": {**NODE, "handler": "2faDefine.handler"},
    "2faCreate": {**NODE, "handler": "2faCreate.handler"},
    "2faVerify": {**NODE, "handler": "2faVerify.handler"},
}
VERIFY_IN_PYTHON = {**FUNCTIONS, "2faVerify": {**PYTHON, "handler": "verify.handler"}}


def configuration(functions):
    """The functions in poolhouse.toml, with the variables that they are deployed with on Lambda."""
    lines = []
    for name, settings in functions.items():
        lines.append(f"[functions.{name}]")
        lines += [f"{key} = {json.dumps(str(value))}" for key, value in settings.items()]
        lines.append('environment = { CUSTOM_ATTRIBUTES = "custom:authChallenge", PYTHONDONTWRITEBYTECODE = 1 }')
    return "\n".join(lines)


@pytest.fixture(scope="session", params=[FUNCTIONS, VERIFY_IN_PYTHON], ids=["node", "python"])
def server(request, tmp_path_factory):
    """A running server with its local inbox on, and the functions as processes."""
    running = Server(tmp_path_factory.mktemp("server"), functions=configuration(request.param))
    yield running
    assert running.stop() == 0
