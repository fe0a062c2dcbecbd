"""Postfix as a relay: its own folder, a port of its own, started and stopped by a test. Debian's packages, run as root."""

import email
import email.policy
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from . import waiting
from .server import free_port

DOMAIN = "example.com"
NEEDED = ["postfix", "postgrey", "dovecot"]

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.test
mydestination =
mynetworks =
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_client_event_limit_exceptions =
smtpd_recipient_restrictions = {restrictions}
smtpd_relay_restrictions = {relay_restrictions}
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str | None:
    """Why Postfix cannot be started here, if so."""
    if os.geteuid() != 0:
        return "Postfix is started by root only"
    absent = [name for name in NEEDED if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    return f"not installed: {', '.join(absent)}" if absent else None


class Postfix:
    """A running Postfix. `settings` are lines of main.cf, `restrictions` what a recipient has to pass."""

    def __init__(self, home: Path, settings: dict[str, str] | None = None, restrictions: str = "permit") -> None:
        self.home = home
        self._config = home / "etc"
        for name in ["etc", "queue", "data", "mail"]:
            (home / name).mkdir(parents=True)
        # Postfix's own user has to get through to them.
        for folder in [home, *home.parents]:
            if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o055)
        shutil.chown(home / "data", "postfix")
        nobody = 65534
        os.chown(home / "mail", nobody, nobody)
        # Postfix starts only where it is sure not to relay for everybody.
        relayed = restrictions if "reject" in restrictions else "reject_unauth_destination"
        main = MAIN.format(
            home=home,
            domain=DOMAIN,
            uid=nobody,
            gid=nobody,
            restrictions=restrictions,
            relay_restrictions=relayed,
        )
        main += "".join(f"{name} = {value}\n" for name, value in (settings or {}).items())
        (self._config / "main.cf").write_text(main, encoding="ascii")
        self._take_a_port()

    def _take_a_port(self) -> None:
        self.port = free_port()
        (self._config / "master.cf").write_text(MASTER.format(port=self.port), encoding="ascii")

    def __enter__(self) -> "Postfix":
        for _ in range(5):
            if self._start():
                break
            # Another test was given the port in the meantime.
            self._take_a_port()
        else:
            self._postfix("start")
        waiting.until("the start of Postfix", self._listens)
        return self

    def __exit__(self, *_: object) -> None:
        self._postfix("stop")

    def _start(self) -> bool:
        done = self._run("start")
        if done.returncode != 0 and "Address already in use" in done.stderr + self.log():
            return False
        assert done.returncode == 0, done.stderr + self.log()
        return True

    def _run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/usr/sbin/postfix", "-c", self._config, command], capture_output=True, text=True, timeout=60
        )

    def _postfix(self, command: str) -> None:
        done = self._run(command)
        assert done.returncode == 0, done.stderr + self.log()

    def _listens(self) -> bool | None:
        return "starting the Postfix mail system" in self.log() or None

    def log(self) -> str:
        """All that it has logged."""
        file = self.home / "postfix.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def mails(self) -> list[tuple[float, email.message.EmailMessage]]:
        """The mails that it delivered, the first first, and when."""
        files = sorted((self.home / "mail" / "all" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [
            (file.stat().st_mtime, email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
            for file in files
        ]

    def mail_to(self, address: str, patience_s: float) -> tuple[float, email.message.EmailMessage]:
        """The mail to an address, and when it came; waits for it."""

        def found() -> tuple[float, email.message.EmailMessage] | None:
            return next((mail for mail in self.mails() if mail[1]["To"] == address), None)

        return waiting.until(f"mail to {address}", found, patience_s)


DOVECOT = """
base_dir = {home}/run
protocols =
ssl = no
log_path = {home}/dovecot.log
auth_mechanisms = plain login
default_internal_user = root
default_internal_group = root
default_login_user = nobody
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
service auth {{
  unix_listener {home}/auth {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


class Passwords:
    """A running Dovecot that knows one user, for Postfix to ask."""

    def __init__(self, home: Path, user: str, password: str) -> None:
        self.home = home / "sasl"
        (self.home / "run").mkdir(parents=True)
        # A colon ends a field of the file; the quoted-printable of Dovecot's own would hide what is tested.
        assert ":" not in password
        (self.home / "users").write_text(f"{user}:{password}::::::\n", encoding="utf-8")
        config = self.home / "dovecot.conf"
        config.write_text(DOVECOT.format(home=self.home), encoding="ascii")
        self._process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", config])

    def __enter__(self) -> "Passwords":
        waiting.until("the start of Dovecot", lambda: (self.home / "auth").exists() or None)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    @property
    def settings(self) -> dict[str, str]:
        """Settings of main.cf by which this user may send, and nobody else."""
        return {
            "smtpd_sasl_auth_enable": "yes",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": str(self.home / "auth"),
            "smtpd_tls_auth_only": "yes",
        }


def with_tls(certificate: Path, key: Path) -> dict[str, str]:
    """Settings of main.cf for STARTTLS with this certificate, without which nothing is taken."""
    return {
        "smtpd_tls_cert_file": str(certificate),
        "smtpd_tls_key_file": str(key),
        "smtpd_tls_security_level": "encrypt",
    }


class Postgrey:
    """A running greylist: a new sender is let in after `delay_s`."""

    def __init__(self, home: Path, delay_s: int) -> None:
        self.port = free_port()
        (home / "greylist").mkdir(parents=True)
        self._process = subprocess.Popen(
            [
                "/usr/sbin/postgrey",
                f"--inet=127.0.0.1:{self.port}",
                f"--delay={delay_s}",
                f"--dbdir={home / 'greylist'}",
                "--user=root",
                "--group=root",
                "--whitelist-clients=/dev/null",
                "--whitelist-recipients=/dev/null",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> "Postgrey":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    @property
    def restrictions(self) -> str:
        """What a recipient has to pass."""
        return f"check_policy_service inet:127.0.0.1:{self.port}, permit"


def lost_connections(log: str) -> list[str]:
    """Conversations that ended without a goodbye."""
    return re.findall(r"lost connection after \S+", log)


def now() -> float:
    """The present moment, by the clock that files are stamped with."""
    return time.time()
