from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.tools import email_normalize, single_email_re

from ..chorus_api import (
    AuthRefused,
    ChorusClient,
    ChorusError,
    Credentials,
    MemoryTokenStore,
    Pacer,
    Unknown,
)
from ..chorus_api.rules import check_siret, siret_is_genuine
from ..click_trace import click_labels
from ..keyring import KeyringError
from ..settings import endpoint_of, server_number
from .chorus_call_tally import CallTally
from .chorus_environment_mixin import ENVIRONMENTS

TEST_TIMEOUT = 20.0
"""Seconds per call of a connection test: a person waits in front of the screen."""


@dataclass(frozen=True)
class ConnectionReport:
    """What Chorus Pro answered to a connection test (*test de connexion*).

    :param ok: whether the technical account works for the SIRET asked
    :param code: ``ok``, or the kind of failure: ``password``, ``piste``, ``siret``, ``network`` …
    :param message: French sentence: what happened and, for a failure, the cure
    """

    ok: bool
    code: str
    message: str
    structure_ref: str | None = None
    structure_name: str | None = None
    password_expiry: date | None = None
    details: str | None = None


class ChorusConnectionMixin(models.AbstractModel):
    """The identity of a company on Chorus Pro: checked the same way whether it is being typed or already in use."""

    _name = "chorus.connection.mixin"
    _description = "Identity of a company on Chorus Pro"
    _inherit = ["chorus.secret.mixin"]

    environment = fields.Selection(
        ENVIRONMENTS,
        required=True,
        default="qualification",
        help="Qualification: a trial, without legal effect. Production: real sending to the public client.",
    )
    siret = fields.Char(
        "Issuer SIRET",
        help="14 digits of the establishment that invoices. Taken from your documents. If it changes, create a new "
        "technical account: Chorus Pro does not carry it over.",
    )
    contact_email = fields.Char(
        "Chorus Pro contact e-mail",
        help="Main manager or accountant. Used only for Chorus Pro alerts (password to renew, refusals). "
        "Never printed.",
    )
    login = fields.Char(
        "Technical account (login)",
        help="Address such as TECH_…@cpp2017.fr or @cpro.fr, created in Chorus Pro: Raccordements › Compte technique. "
        "It is not the address you log in with.",
    )
    piste_application_id = fields.Many2one(
        "chorus.piste.application",
        "PISTE application",
        ondelete="restrict",
        help="Keys given by piste.gouv.fr to your integrator, kept by the administrator.",
    )
    password_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)

    def _read_password(self):
        """Return the technical password as a ``chorus_api.Secret``, None when there is none.

        :raise keyring.KeyringError: see ``_decrypt_secret``
        """
        return self._decrypt_secret("password_ciphertext")

    def _identity_problems(self) -> list[str]:
        """Everything that is wrong in SIRET, e-mail, login and application, in French, each with its cure."""
        self.ensure_one()
        problems = [*self._siret_problems(), self._email_problem(), self._login_problem()]
        application = self.sudo().piste_application_id
        if not application:
            problems.append(
                self.env._(
                    "PISTE application: none is chosen. Ask your administrator to enter its keys, then choose it."
                )
            )
        elif application.environment != self.environment:
            problems.append(
                self.env._(
                    "PISTE application: “%(name)s” belongs to the other environment. Choose another one.",
                    name=application.name,
                )
            )
        elif not application.has_secret:
            problems.append(
                self.env._(
                    "PISTE application: “%(name)s” has no secret. Ask your administrator to enter it.",
                    name=application.name,
                )
            )
        return [problem for problem in problems if problem]

    def _identity_advice(self) -> list[str]:
        """What looks unusual but may be right: it never blocks."""
        self.ensure_one()
        advice = []
        trial = self.environment == "qualification"
        whole = not check_siret(self.siret, check_digit=False)
        if trial and whole and not siret_is_genuine(self.siret):
            advice.append(
                self.env._(
                    "SIRET %(siret)s: its check digit is wrong. Allowed in qualification only.", siret=self.siret
                )
            )
        registry = self.company_id.sudo().partner_id._chorus_siret()
        if whole and registry and self.siret != registry and (trial or self.siret[:9] == registry[:9]):
            advice.append(
                self.env._(
                    "SIRET %(siret)s: that of %(company)s is %(registry)s. Check that this is what you want.",
                    siret=self.siret,
                    company=self.company_id.sudo().name,
                    registry=registry,
                )
            )
        login = (self.login or "").lower()
        if login and not (login.startswith("tech_") and login.endswith(("@cpp2017.fr", "@cpro.fr"))):
            advice.append(
                self.env._(
                    "Login “%(login)s”: usual ones look like TECH_…@cpp2017.fr or TECH_…@cpro.fr.", login=self.login
                )
            )
        return advice

    def _siret_problems(self):
        label = self._fields["siret"]._description_string(self.env)
        production = self.environment == "production"
        problems = check_siret(self.siret, label=label, check_digit=production)
        registry = self.company_id.sudo().partner_id._chorus_siret()
        # The SIREN: another establishment of the same company may invoice. Test SIRETs belong to nobody.
        if not problems and production and registry and self.siret[:9] != registry[:9]:
            problems.append(
                self.env._(
                    "Issuer SIRET: “%(siret)s” is not of %(company)s (%(registry)s). Enter that of your company, or "
                    "correct the one on the company's form.",
                    siret=self.siret,
                    company=self.company_id.sudo().name,
                    registry=registry,
                )
            )
        return problems

    def _email_problem(self):
        if not self.contact_email:
            return self.env._(
                "Chorus Pro contact e-mail: it is missing. Enter that of the main manager or the accountant."
            )
        if not _is_email(self.contact_email):
            return self.env._(
                "Chorus Pro contact e-mail: “%(email)s” is not one e-mail address. Correct it.",
                email=self.contact_email,
            )
        return None

    def _login_problem(self):
        if not self.login:
            return self.env._(
                "Technical account: the login is missing. Copy it from Chorus Pro: Raccordements › Compte technique."
            )
        # A colon would end the login within the identification sent to Chorus Pro (chorus-pro-api.md §1.3).
        if any(character.isspace() or character == ":" for character in self.login):
            return self.env._(
                "Technical account: the login “%(login)s” holds a space or a colon. Copy it again.", login=self.login
            )
        return None

    def _test_connection(self) -> ConnectionReport:
        """Ask Chorus Pro who we are, without any effect there: token, structures of the account, our own card.

        Never raises for what Chorus Pro, PISTE, the network or the keys answer: that is the report.
        """
        self.ensure_one()
        try:
            return self._ask_who_we_are()
        except KeyringError as error:
            return ConnectionReport(False, "keys", str(error))
        except AuthRefused as error:
            if error.scope == "piste":
                return ConnectionReport(False, "piste", error.message, details=_details(error))
            # The client's own words announce a pause of the sendings: a test pauses nothing.
            message = self.env._(
                "Chorus Pro refuses the login or the password of the technical account. Copy both again from Chorus "
                "Pro: Raccordements › Compte technique."
            )
            return ConnectionReport(False, "password", message, details=_details(error))
        except Unknown as error:
            # Nothing was deposited, so the client's "to be checked before any new sending" would mislead.
            message = self.env._(
                "Chorus Pro does not answer properly. Your data are kept: a new test takes place by itself."
            )
            return ConnectionReport(False, "unavailable", message, details=_details(error))
        except ChorusError as error:
            code = getattr(error, "reason", None) or type(error).__name__.lower()
            return ConnectionReport(False, code, error.message, details=_details(error))

    def _counted_account(self):
        """Return the chorus.account in whose journal the calls of a test are counted, empty when there is none yet."""
        return self.env["chorus.account"]

    def _ask_who_we_are(self):
        application = self.sudo().piste_application_id
        credentials = Credentials(
            login=self.login,
            password=self._read_password(),
            client_id=application.client_id,
            client_secret=application._read_client_secret(),
        )
        # A token of its own: the test proves the keys themselves, not that a token obtained earlier still lives.
        account = self._counted_account()
        with (
            CallTally(account) as tally,
            ChorusClient(
                endpoint_of(self.environment),
                credentials,
                MemoryTokenStore(),
                timeout=min(TEST_TIMEOUT, server_number("TIMEOUT")),
                pacer=Pacer(server_number("MIN_INTERVAL")),
                on_call=tally.count,
                labels={"account": account.id or None},
            ) as client,
            client.labelled(click_labels()),
        ):
            structures = client.list_supplier_structures()
            ours = next((found for found in structures if found.siret == self.siret), None)
            if ours is None:
                return self._structure_missing(structures)
            card = client.read_structure(ours.structure_id)
        return ConnectionReport(
            True,
            "ok",
            self.env._("Connected to the structure “%(name)s”.", name=ours.name or card.name),
            structure_ref=str(ours.structure_id),
            structure_name=ours.name or card.name,
            password_expiry=card.password_expiry,
        )

    def _structure_missing(self, structures):
        if not structures:
            return ConnectionReport(
                False,
                "structure",
                self.env._(
                    "The technical account is attached to no active structure. In Chorus Pro, have the main manager "
                    "attach it to the structure of SIRET %(siret)s.",
                    siret=self.siret,
                ),
            )
        names = ", ".join(f"{found.name} ({found.siret})" for found in structures[:5])
        return ConnectionReport(
            False,
            "siret",
            self.env._(
                "The technical account does not belong to SIRET %(siret)s, but to: %(names)s. Correct the SIRET, or "
                "enter the technical account of your own company.",
                siret=self.siret,
                names=names,
            ),
        )

    @api.model
    def _normalise_identity(self, vals: dict) -> dict:
        """Return ``vals`` with the spaces of a pasted SIRET, login or e-mail removed."""
        cleaned = dict(vals)
        if cleaned.get("siret"):
            cleaned["siret"] = "".join(cleaned["siret"].split())
        for name in ("login", "contact_email"):
            if cleaned.get(name):
                cleaned[name] = cleaned[name].strip()
        return cleaned


def _is_email(text):
    """Whether a mail may leave to this single address: Odoo's own expressions let ``a@b..fr`` and ``a@b.fr;`` pass."""
    return bool(single_email_re.match(text)) and ".." not in text and email_normalize(text) == text.lower()


def _details(error):
    parts = (
        ("HTTP", error.http_status),
        ("codeRetour", error.code),
        ("libelle", error.label),
        ("x-correlationid", error.correlation_id),
    )
    return " · ".join(f"{name} {value}" for name, value in parts if value is not None) or None
