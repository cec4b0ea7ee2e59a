"""The crash test: real servers, killed, cut and lied to at random, then counted (docs/chaos.md).

``papers`` says what is to leave, ``returns`` what comes back, ``persons`` answer it, ``world`` is what can be broken,
``strikes`` breaks it, ``verdict`` compares what the State received with what Odoo believes, ``run`` puts them in order.
"""
