"""The built server as a process: started on a free port, with a data folder of its own, killed or stopped at the end."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from . import waiting
from .programs import program

REGION = "us-east-1"
READY = re.compile(r"Poolhouse is ready at (http://\S+)")
FUNCTIONS = {"2faDefine": "2fa-define", "2faCreate": "2fa-create", "2faVerify": "2fa-verify"}


class Server:
    """A running server. `functions` is `in-process`, `processes` or what follows the inbox's port in poolhouse.toml;
    `smtp` is the URL of a relay to mail through."""

    def __init__(
        self, home: Path, *, functions: str = "in-process", smtp: str | None = None, inbox: bool = True
    ) -> None:
        self.functions = functions
        self._home = home
        self._data = home / "data"
        self._smtp = smtp
        self._inbox = inbox
        self._store = store(home)
        self._config = home / "poolhouse.toml"
        self._config.write_text(configuration(functions), encoding="utf-8")
        self._listen = "127.0.0.1:0"
        self.start()
        self.access_key = self._create_key()

    def start(self) -> None:
        """Starts the server and waits until it says that it is ready; again on the same port after a kill."""
        command = [program("poolhouse"), "serve", "--listen", self._listen]
        command += ["--data", self._data, "--config", self._config, *self._store]
        command += ["--mail-from", "Poolhouse <no-reply@example.com>"]
        if self._inbox:
            command.append("--inbox")
        if self._smtp:
            command += ["--smtp", self._smtp]
        said = (self._home / "server.out").open("w+b")
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=log)
        self.url: str = waiting.until("the start of the server", lambda: self._ready(Path(said.name)))
        self._listen = self.url.removeprefix("http://")

    def _ready(self, said: Path) -> str | None:
        if self._process.poll() is not None:
            raise RuntimeError(f"the server did not start:\n{self.log()}")
        found = READY.search(said.read_text(encoding="utf-8"))
        return found.group(1) if found else None

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self._data

    @property
    def store_options(self) -> list[str]:
        """The options that name its database to a command, where that is not in the data folder."""
        return self._store

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def function_log(self, function: str) -> str:
        """What a function that runs as a process has printed, and what is said about its calls."""
        return (self._data / "logs" / f"{function}.log").read_text(encoding="utf-8")

    def log(self) -> str:
        """All that the server has logged."""
        return (self._home / "server.log").read_text(encoding="utf-8")

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Asks the server to stop and returns its exit status."""
        self._process.terminate()
        return self._process.wait(timeout=30)

    def _create_key(self) -> tuple[str, str]:
        command = [program("poolhouse"), "keys", "create", "--output", "json", "--data", self._data]
        command += self._store
        printed = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
        key = json.loads(printed)
        return key["AccessKeyId"], key["SecretAccessKey"]

    def open_door(self, pool_id: str) -> None:
        """Allows sign-ins without a code on a pool."""
        command = [program("poolhouse"), "door", "open", "--user-pool-id", pool_id, "--data", self._data]
        command += self._store
        subprocess.run(command, capture_output=True, check=True, timeout=30)

    def idp(self, *, connections: int = 10, key: tuple[str, str] | None = None, validate: bool = True) -> Any:
        """boto3's client of the pool, with the operator's access key or another. It tries nothing twice."""
        key_id, secret = key or self.access_key
        return boto3.client(
            "cognito-idp",
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=Config(
                max_pool_connections=connections,
                parameter_validation=validate,
                retries={"total_max_attempts": 1},
            ),
        )

    def unsigned_idp(self) -> Any:
        """boto3's client without an access key."""
        config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
        return boto3.client("cognito-idp", region_name=REGION, endpoint_url=self.url, config=config)


def store(home: Path) -> list[str]:
    """The options that name a schema of the server's own in the database that POOLHOUSE_STORE names, if it does."""
    url = os.environ.get("POOLHOUSE_STORE")
    if not url:
        return []
    file = home / "store"
    file.write_text(f"{url}?schema=s{secrets.token_hex(8)}\n", encoding="utf-8")
    return ["--store", f"@{file}"]


def configuration(functions: str) -> str:
    """poolhouse.toml with an inbox port of its own and, if asked, the functions as processes."""
    inbox_port = free_port()
    text = f'[inbox]\nsmtp = "127.0.0.1:{inbox_port}"\n'
    if functions == "in-process":
        return text
    if functions != "processes":
        return text + functions
    environment = {
        "CUSTOM_ATTRIBUTES": "custom:authChallenge",
        "OTP_KEY": secrets.token_hex(32),
        "SMTP_URL": f"smtp://127.0.0.1:{inbox_port}",
        "MAIL_FROM": "Poolhouse <no-reply@example.com>",
    }
    for name, binary in FUNCTIONS.items():
        text += f"\n[functions.{name}]\nprogram = {json.dumps(os.fspath(program(binary)))}\n"
        text += f"[functions.{name}.environment]\n"
        text += "".join(f"{variable} = {json.dumps(value)}\n" for variable, value in environment.items())
    return text


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
