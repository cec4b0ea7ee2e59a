"""Small real servers that play PISTE and Chorus Pro as each test tells them, down to what is wrong below HTTP."""

import datetime
import ipaddress
import json
import socket
import ssl
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

OK = {"codeRetour": 0, "libelle": "GCU_MSG_01_000"}


@dataclass
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Answer:
    """What to do with a request: answer, or break the connection.

    `drop` closes it without a byte; `hang` stays silent that many seconds; `cut` announces more than it sends.
    """

    status: int = 200
    body: object = None
    headers: dict = field(default_factory=dict)
    drop: bool = False
    hang: float = 0
    cut: bool = False

    @property
    def content(self) -> bytes:
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body).encode()


class ScriptedServer:
    """Answers each path with its scripted answers in turn; the last one stays."""

    def __init__(self):
        self.scripts = {}
        self.received = []
        self.tokens = 0
        self.lock = threading.Lock()

    def script(self, path, *answers):
        self.scripts[path] = [answer if isinstance(answer, Answer) else Answer(body=answer) for answer in answers]

    def calls(self, path=None) -> list[Received]:
        return [one for one in self.received if one.path != "/api/oauth/token" and path in (None, one.path)]

    def token_calls(self) -> list[Received]:
        return [one for one in self.received if one.path == "/api/oauth/token"]

    def answer(self, request: Received) -> Answer:
        with self.lock:
            self.received.append(request)
            script = self.scripts.get(request.path)
            if script:
                return script.pop(0) if len(script) > 1 else script[0]
            if request.path == "/api/oauth/token":
                self.tokens += 1
                token = f"token-{self.tokens:02d}-" + "x" * 45
                return Answer(
                    body={"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": "openid"}
                )
            return Answer(status=403, body={})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: ScriptedServer

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.script.answer(Received(self.command, self.path, headers, self.rfile.read(length)))
        if answer.hang:
            threading.Event().wait(answer.hang)
        if answer.drop:
            # RST rather than a polite end, as a dying gateway does.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content[: -5 if answer.cut else None])
        if answer.cut:
            self.close_connection = True

    do_POST = do_GET = handle_one

    def log_message(self, *args):
        pass


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Broken connections are what the tests ask for."""


@contextmanager
def serve():
    script = ScriptedServer()
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    http = QuietServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield script
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@contextmanager
def _listening(talk):
    """A server that hands its first connection to `talk`, and gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            try:
                connection, _address = listener.accept()
                with connection:
                    talk(connection)
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=5)


@contextmanager
def serve_dripping():
    """A server whose answer never stops coming, slowly."""
    stop = threading.Event()

    def talk(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while not stop.wait(0.1):
            connection.sendall(b" " * 70_000)

    with _listening(talk) as port:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()


@contextmanager
def serve_hanging_up():
    """A TLS server that closes the connection in the middle of the handshake."""
    with _listening(lambda connection: connection.recv(1)) as port:
        yield f"https://127.0.0.1:{port}"


@contextmanager
def serve_unsigned_tls(folder):
    """A TLS server whose certificate nobody signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    with _listening(lambda connection: context.wrap_socket(connection, server_side=True).close()) as port:
        yield f"https://127.0.0.1:{port}"


def _certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem
