"""`kill -9` of a server whose functions are processes: none of them outlives it."""

import json
import shutil
from pathlib import Path

from blackbox import waiting
from blackbox.programs import program
from blackbox.server import Server

HANDLERS = {
    "node": ("nodejs", "handler.js", "exports.handler = async (event) => event;\n"),
    "python": ("python", "handler.py", "def handler(event, context):\n    return event\n"),
}


def settings(home: Path) -> str:
    """Part of poolhouse.toml: one function of each kind, started with the server."""
    text = f"\n[functions.rust]\nprogram = {json.dumps(str(program('2fa-define')))}\n"
    for name, (runtime, file, source) in HANDLERS.items():
        (home / file).write_text(source, encoding="utf-8")
        text += f'\n[functions.{name}]\nruntime = "{runtime}"\nhandler = "handler.handler"\n'
        text += f"directory = {json.dumps(str(home))}\n"
    return text


def state(pid: int) -> list[str]:
    """State and parent of a process; nothing once it is gone, or has ended and waits to be collected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[:2]
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def children(pid: int) -> list[int]:
    """The processes that live and were started by this one."""
    everybody = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [other for other in everybody if state(other)[1:] == [str(pid)]]


def test_the_functions_of_a_killed_server_end_by_themselves(tmp_path):
    assert shutil.which("node"), "Node.js is needed"
    server = Server(tmp_path, functions=settings(tmp_path))
    functions = waiting.until(
        "three functions", lambda: found if len(found := children(server.pid)) == 3 else None
    )
    server.kill()
    waiting.until("the end of the functions", lambda: not any(map(state, functions)) or None)
