from odoo import models
from odoo.exceptions import RedirectWarning

from ..hooks import MODULE


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def button_uninstall(self):
        """Before our tables go: what was deposited for good on Chorus Pro must have been exported as proof."""
        doomed = (self | self.downstream_dependencies()).filtered(lambda module: module.name == MODULE)
        if doomed and self.env.is_admin() and (missing := self.env["chorus.proof.export"]._count_unexported()):
            raise RedirectWarning(
                self.env._(
                    "Production deposits on Chorus Pro without an exported proof: %(count)s. Uninstalling erases their "
                    "evidence: export the proof archive and keep it, then uninstall.",
                    count=missing,
                ),
                self.env.ref("chorus_visiobat.action_chorus_proof_export").id,
                self.env._("Export the proof archive"),
            )
        return super().button_uninstall()
