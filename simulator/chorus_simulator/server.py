"""The HTTP server: threaded, keep-alive, able to close a connection without an answer (which WSGI itself
cannot say).
"""

import contextlib
import socket
import threading

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app
from .control import Control


class Handler(WSGIRequestHandler):
    """Quiet requests: the journal of the simulator has them all."""

    def log_request(self, *args):
        pass

    def connection_dropped(self, error, environ=None):
        """Close the socket now, so that the client sees the loss at once."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def build(host, port, state_dir):
    """Return a server ready for ``serve_forever()``; port 0 takes a free one.

    :raises OSError: the port is busy
    """
    app = create_app(state_dir)
    probe = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with contextlib.closing(probe):
        probe.bind((host, port))
        probe.listen(128)
        server = make_server(host, port, app, threaded=True, request_handler=Handler, fd=probe.fileno())
    server.daemon_threads = True
    return server


class Simulator:
    """A running simulator: ``url``, ``api_url`` (ends with /cpro), ``oauth_url`` (token endpoint), ``control``."""

    def __init__(self, server):
        self.server = server
        host, port = server.server_address[:2]
        self.url = f"http://{host}:{port}"
        self.api_url = f"{self.url}/cpro"
        self.oauth_url = f"{self.url}/api/oauth/token"
        self.control = Control(self.url)


@contextlib.contextmanager
def running_simulator(state_dir=None, port=0):
    """Run a real HTTP server in a thread on 127.0.0.1 and yield its :class:`Simulator`.

    :param state_dir: folder of the state, a temporary one when None
    """
    server = build("127.0.0.1", port, state_dir)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    simulator = Simulator(server)
    try:
        yield simulator
    finally:
        simulator.control.close()
        server.shutdown()
        thread.join()
        server.server_close()
