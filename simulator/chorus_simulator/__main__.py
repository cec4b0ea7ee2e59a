"""``python -m chorus_simulator --port 8090 --state DIR``."""

import argparse
import signal
import sys

from . import clock
from .server import Simulator, build


def main():
    """Run the simulator until it is interrupted; exit status 1 when its port is taken."""
    parser = argparse.ArgumentParser(
        prog="chorus-simulator", description="Chorus Pro et PISTE, simulés sur cette machine."
    )
    parser.add_argument("--port", type=int, default=8090, help="port d'écoute (8090)")
    parser.add_argument("--host", default="127.0.0.1", help="adresse d'écoute (127.0.0.1 : cette machine seule)")
    parser.add_argument("--state", required=True, help="dossier de l'état, créé au besoin")
    parser.add_argument("--clock-speed", type=float, help="vitesse de l'horloge (1 = temps réel, 0 = arrêt)")
    options = parser.parse_args()
    try:
        server = build(options.host, options.port, options.state)
    except OSError as error:
        sys.exit(
            f"Le simulateur ne peut pas écouter sur {options.host}:{options.port} ({error.strerror}) : changez --port."
        )
    if options.clock_speed is not None:
        with server.app.extensions["simulator.store"].transaction() as db:
            clock.change(db, speed=options.clock_speed)
    simulator = Simulator(server)
    print(
        f"Chorus Pro simulé : console {simulator.url}/ — API {simulator.api_url} — jeton {simulator.oauth_url}",
        flush=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
