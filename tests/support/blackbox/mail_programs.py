"""Mail servers that nobody here wrote, and the mail crate's own programs."""

import datetime
import ipaddress
import json
import ssl
import subprocess

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .programs import REPOSITORY


def example(name):
    """The path of an example program of the mail crate, built."""
    build = ["cargo", "build", "--quiet", "-p", "poolhouse-mail", "--example", name, "--message-format=json"]
    built = subprocess.run(build, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)
    artifacts = [json.loads(line) for line in built.stdout.splitlines()]
    paths = [a["executable"] for a in artifacts if a["reason"] == "compiler-artifact" and a.get("executable")]
    assert len(paths) == 1, paths
    return paths[0]


class Recorder:
    """Keeps what a mail server is told: envelopes, and messages byte by byte."""

    def __init__(self, refusals=None):
        self.envelopes = []
        self.refusals = refusals or {}

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 2.0.0 queued as 4711"


class Credentials:
    """Accepts one user, and remembers which mechanism was used."""

    def __init__(self, user, password):
        self.pair = (user.encode(), password.encode())
        self.mechanisms = []

    def __call__(self, server, session, envelope, mechanism, auth_data):
        self.mechanisms.append(mechanism)
        known = (auth_data.login, auth_data.password) == self.pair
        # "Handled" means that the server has nothing left to say; a refusal is the server's to say.
        return AuthResult(success=known, handled=known)


class LoopbackController(Controller):
    """Learns its port from the socket, so that port 0 means a free one."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """aiosmtpd on a loopback port, for as long as a `with` block."""

    def __init__(self, handler, **options):
        self.handler = handler
        self.controller = LoopbackController(handler, hostname="127.0.0.1", port=0, **options)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    @property
    def port(self):
        return self.controller.port


class Certificate:
    """A self-signed certificate, as a TLS server's context and as the PEM file that trusts it."""

    def __init__(self, folder, name="localhost", days=1):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName(names[:1] if name != "localhost" else names), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.file = folder / f"{name}.pem"
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.file.write_bytes(pem)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        both = folder / f"{name}-key.pem"
        both.write_bytes(pem + private)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(both)
