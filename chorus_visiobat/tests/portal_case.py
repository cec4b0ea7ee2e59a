"""What others deposit on Chorus Pro by their own means: a subcontractor, or a colleague on the portal."""

from datetime import date
from decimal import Decimal

from odoo.addons.chorus_visiobat.chorus_api import (
    ChorusClient,
    Credentials,
    Endpoint,
    FileUpload,
    MainFile,
    MemoryTokenStore,
    Pacer,
    Secret,
    Totals,
    WorksSubmission,
)

from .common import CLIENT_ID, CLIENT_SECRET, LOGIN, MOE_SIRET, OTHER_LOGIN, OTHER_PASSWORD, PASSWORD, PDF, TOWN_SIRET

LOGINS = {"colleague": (LOGIN, PASSWORD), "carpenter": (OTHER_LOGIN, OTHER_PASSWORD)}


class PortalMixin:
    """Deposits made outside Odoo, over HTTP like ours."""

    def deposit_elsewhere(self, who, framework, number, amount, content=PDF, tax="0.2", **values):
        """Deposit a works paper; returns its technical number, int.

        :param who: ``colleague`` of our company, or ``carpenter``, our subcontractor
        :param framework: API code
        :param amount: EUR HT
        """
        login, password = LOGINS[who]
        untaxed = Decimal(str(amount))
        taxes = untaxed * Decimal(tax)
        endpoint = Endpoint(self.simulator.api_url, self.simulator.oauth_url)
        credentials = Credentials(login, Secret(password), CLIENT_ID, Secret(CLIENT_SECRET))
        with ChorusClient(endpoint, credentials, MemoryTokenStore(), pacer=Pacer(0)) as client:
            [structure] = client.list_supplier_structures()
            file_id = client.add_file(FileUpload(content, f"{number}.pdf", "application/pdf"))
            submission = WorksSubmission(
                **{
                    "number": number,
                    "date": date(2026, 11, 20),
                    "framework": framework,
                    "recipient_siret": TOWN_SIRET,
                    "supplier_id": structure.structure_id,
                    "totals": Totals(untaxed, taxes, untaxed + taxes, untaxed + taxes),
                    "main_file": MainFile(file_id),
                    "vat_regime": "TVA_SUR_ENCAISSEMENT",
                    "moe_siret": MOE_SIRET,
                    "moa_siret": TOWN_SIRET,
                    **values,
                }
            )
            return client.submit_works(submission).works_id
