"""rspamd with its own rules and nothing of the network's: Debian's package and configuration, a port and folders of a test."""

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

from . import waiting
from .server import free_port

DEBIANS = Path("/etc/rspamd")
# What asks other machines, or keeps what it saw.
OF_THE_NETWORK = [
    "rbl surbl fuzzy_check asn spf dkim dmarc arc phishing neural ratelimit mx_check greylist history_redis replies",
    "bayes_expiry dkim_signing url_redirector",
]


def missing() -> str | None:
    """Why rspamd cannot be started here, if so."""
    if os.geteuid() != 0:
        return "rspamd is started by root only"
    return None if shutil.which("rspamd") and DEBIANS.exists() else "not installed: rspamd"


class Rspamd:
    """A running rspamd, for as long as a `with` block."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        config = home / "conf"
        shutil.copytree(DEBIANS, config)
        local = config / "local.d"
        local.mkdir(exist_ok=True)
        settings = {
            "options.inc": 'dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }',
            "worker-normal.inc": f'bind_socket = "127.0.0.1:{self._port}"; count = 1;',
            "logging.inc": f'type = "file"; filename = "{home}/log/rspamd.log";',
        }
        off = [f"{module}.conf" for modules in OF_THE_NETWORK for module in modules.split()]
        off += ["worker-controller.inc", "worker-proxy.inc"]
        for name, text in [*settings.items(), *((name, "enabled = false;") for name in off)]:
            (local / name).write_text(text + "\n", encoding="ascii")
        for name in ["db", "run", "log"]:
            (home / name).mkdir()
            shutil.chown(home / name, "_rspamd", "_rspamd")
        # Its own user has to get through to them.
        for folder in [home, *home.parents]:
            if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o055)

    def __enter__(self) -> "Rspamd":
        home = self._home
        folders = {"CONFDIR": "conf", "LOCAL_CONFDIR": "conf", "DBDIR": "db", "RUNDIR": "run", "LOGDIR": "log"}
        command = ["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd", "-c", home / "conf/rspamd.conf"]
        command += [word for name, folder in folders.items() for word in ("--var", f"{name}={home / folder}")]
        with (home / "said").open("wb") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=said)
        waiting.until("the start of rspamd", self._answers, 240)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)

    def _answers(self) -> bool | None:
        assert self._process.poll() is None, (self._home / "said").read_text()
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self._port}/ping", timeout=5).status == 200 or None
        except OSError:
            return None

    def judge(self, mail: Path) -> dict[str, float]:
        """The score of every rule that matched."""
        envelope = {"From": "no-reply@example.com", "Rcpt": "ada@example.com"}
        url = f"http://127.0.0.1:{self._port}/checkv2"
        request = urllib.request.Request(url, mail.read_bytes(), envelope)
        answer = json.load(urllib.request.urlopen(request, timeout=60))
        return {name: symbol["score"] for name, symbol in answer["symbols"].items()}
