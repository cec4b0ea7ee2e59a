"""Addresses: PISTE's by default, replaceable in qualification only."""

import subprocess
import sys
from pathlib import Path

import pytest

from chorus_api import Endpoint, Misconfigured

SIMULATOR = ("http://127.0.0.1:8090/cpro", "http://127.0.0.1:8090/api/oauth/token")


def test_hosts_of_piste():
    qualification, production = Endpoint.qualification(), Endpoint.production()
    assert qualification.api_url == "https://sandbox-api.piste.gouv.fr/cpro"
    assert qualification.oauth_url == "https://sandbox-oauth.piste.gouv.fr/api/oauth/token"
    assert production.api_url == "https://api.piste.gouv.fr/cpro"
    assert production.oauth_url == "https://oauth.piste.gouv.fr/api/oauth/token"
    assert Endpoint.from_settings("qualification") == qualification
    assert Endpoint.from_settings("production", None, "") == production


def test_qualification_can_be_played_by_a_simulator():
    endpoint = Endpoint.from_settings("qualification", SIMULATOR[0] + "/", SIMULATOR[1])
    assert (endpoint.api_url, endpoint.oauth_url) == SIMULATOR


@pytest.mark.parametrize(
    "settings, said",
    [
        (("production", *SIMULATOR), "production"),
        (("qualification", SIMULATOR[0], None), "ensemble"),
        (("qualification", None, SIMULATOR[1]), "ensemble"),
        (("recette", None, None), "recette"),
        (("recette", *SIMULATOR), "recette"),
        (("qualification", "http://127.0.0.1:8090", SIMULATOR[1]), "/cpro"),
        (("qualification", "127.0.0.1/cpro", SIMULATOR[1]), "http"),
    ],
)
def test_other_settings_are_refused_with_the_cure(settings, said):
    with pytest.raises(Misconfigured) as caught:
        Endpoint.from_settings(*settings)
    assert said in str(caught.value) and caught.value.reason == "settings"


def test_production_cannot_be_redirected_by_building_the_endpoint_oneself():
    with pytest.raises(Misconfigured):
        Endpoint(*SIMULATOR, environment="production")


def test_package_needs_no_odoo():
    """Imported alone in a fresh interpreter, it loads nothing but its declared dependencies."""
    addon = Path(__file__).parents[3] / "chorus_visiobat"
    code = f"import sys; sys.path.insert(0, {str(addon)!r}); import chorus_api; print('odoo' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
