from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class WorksContract(models.Model):
    """Where the advance of a contract stands (*avances restant à rembourser*), as its last invoiced statement left it,
    or its opening.

    What the statement keeps for the next one holds what was granted and repaid, admitted amounts included. EUR TTC.
    """

    _inherit = "works.contract"

    advance_granted = fields.Monetary(
        "Advance granted", compute="_compute_advance_left", help="Asked for so far, incl. tax."
    )
    advance_repaid = fields.Monetary(
        "Advance repaid", compute="_compute_advance_left", help="Repaid by the statements so far, incl. tax."
    )
    advance_left = fields.Monetary(
        "Advance left to repay",
        compute="_compute_advance_left",
        search="_search_advance_left",
        help="Granted and not repaid yet, incl. tax: the next statements are paid that much less.",
    )
    advance_progress = fields.Float(
        "Works done %",
        compute="_compute_advance_left",
        help="Progress that the repayment follows: works done incl. tax, without price variation, over the contract.",
    )

    @api.depends(
        "situation_ids.state", "situation_ids.closing_data", "opening_advance_granted", "opening_advance_repaid"
    )
    def _compute_advance_left(self):
        states = {contract: state for contract, *state in self.env.execute_query(self._advance_query(self._origin.ids))}
        for contract in self:
            granted, repaid, progress = states.get(contract._origin.id, (0, 0, 0))
            contract.advance_granted = granted
            contract.advance_repaid = repaid
            contract.advance_left = granted - repaid
            contract.advance_progress = progress

    def _search_advance_left(self, operator, value):
        if operator not in (">", ">=", "<", "<=") or isinstance(value, bool):
            return NotImplemented
        comparison = SQL({">": ">", ">=": ">=", "<": "<", "<=": "<="}[operator])
        return Domain(
            "id",
            "in",
            SQL(
                "(SELECT contract_id FROM (%s) state WHERE granted - repaid %s %s)",
                self._advance_query(None),
                comparison,
                value,
            ),
        )

    @api.model
    def _advance_query(self, ids):
        """:return: SQL of (contract, granted, repaid, progress %) as the last invoiced statement left them.

        :param ids: of contracts; None: all.
        """
        self.env["works.situation"].flush_model(["contract_id", "number", "state", "closing_data", "advance_progress"])
        self.flush_model(["opening_number", "opening_advance_granted", "opening_advance_repaid"])
        return SQL(
            """
            SELECT DISTINCT ON (contract_id) contract_id, granted, repaid, advance_progress
              FROM (
                    SELECT contract_id,
                           number,
                           (closing_data #>> '{carried,advance,granted}')::numeric AS granted,
                           (closing_data #>> '{carried,advance,repaid}')::numeric AS repaid,
                           advance_progress
                      FROM works_situation
                     WHERE state = 'invoiced' AND closing_data IS NOT NULL
                 UNION ALL
                    SELECT id, opening_number, opening_advance_granted, opening_advance_repaid, 0
                      FROM works_contract
                     WHERE opening_number > 0
                   ) left_by
             WHERE %s
          ORDER BY contract_id, number DESC
            """,
            SQL("contract_id = ANY(%s)", list(ids)) if ids is not None else SQL("TRUE"),
        )


class WorksSituation(models.Model):
    _inherit = "works.situation"

    advance_progress = fields.Float(
        "Works done %",
        readonly=True,
        copy=False,
        help="Progress that the repayment of the advance follows. Nil where no advance was granted.",
    )

    def _settlement_values(self, statement):
        repaid = statement.settlement.advance_repaid
        return {**super()._settlement_values(statement), "advance_progress": float(repaid.progress) if repaid else 0.0}
