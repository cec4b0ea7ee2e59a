"""Who may do what: every model and every public method of the addon, for each kind of user.

Columns: portal user, employee without any group of ours, site manager, accountant, accountant of another
company, administrator. Each cell of ``RECORDS`` lists what the user may do with a record of the first company
(c create, r read, u update, d delete, - nothing). In ``METHODS``, y: may call it on such a record, n: AccessError.
A dialog belongs to who opened it: to the administrator those of the subscription and of the proof, to the
accountant the others. Business rules are not rights: a call that a rule stops (nothing to pause…) still counts as y.
"""

USERS = ("portal", "employee", "site", "accountant", "stranger", "administrator")

RECORDS = {
    # model                       portal employee site accountant stranger administrator
    "chorus.account":             "-      -        r    r          -        r",
    "chorus.attach":              "-      -        -    cru        -        -",
    "chorus.document":            "-      -        r    ru         -        ru",
    "chorus.event":               "-      -        r    r          -        r",
    "chorus.framework":           "-      r        r    r          r        crud",
    "chorus.piste.application":   "-      -        -    -          -        crud",
    "chorus.proof.export":        "-      -        -    -          -        crud",
    "chorus.rejection":           "-      -        r    r          r        crud",
    "chorus.send":                "-      -        -    crud       -        -",
    "chorus.send.paper":          "-      -        -    crud       -        -",
    "chorus.send.problem":        "-      -        -    crud       -        -",
    "chorus.service":             "-      -        r    cru        cru      cru",
    "chorus.status":              "-      r        r    r          r        crud",
    "chorus.structure":           "-      -        r    cru        cru      cru",
    "chorus.subscription":        "-      -        -    -          -        ru",
    "chorus.transmission":        "-      -        r    r          -        r",
    "works.chart.setup":          "-      -        -    -          -        cru",
    "works.chart.setup.line":     "-      -        -    -          -        crud",
    "works.contract":             "-      -        r    crud       -        crud",
    "works.contract.amendment":   "-      -        r    crud       -        crud",
    "works.contract.line":        "-      -        r    crud       -        crud",
    "works.contract.party":       "-      -        r    crud       -        crud",
    "works.imposed.statement":    "-      -        -    cru        -        -",
    "works.price.import":         "-      -        -    crud       -        -",
    "works.price.index":          "-      -        r    crud       crud     crud",
    "works.price.index.link":     "-      -        r    crud       crud     crud",
    "works.price.index.value":    "-      -        r    crud       crud     crud",
    "works.revision.formula":     "-      -        r    crud       -        crud",
    "works.revision.weight":      "-      -        r    crud       -        crud",
    "works.receivable.clearing":   "-      -        -    cru        -        -",
    "works.situation":            "-      -        ru   crud       -        crud",
    "works.situation.deduction":  "-      -        r    crud       -        crud",
    "works.situation.direct_payment": "-  -        r    crud       -        crud",
    "works.situation.report":     "-      -        r    r          -        r",
    "works.situation.line":       "-      -        ru   crud       -        crud",
    "works.situation.vat":        "-      -        r    r          -        r",
}  # fmt: skip

METHODS = {
    # model.method                                  portal employee site accountant stranger administrator
    "account.journal.action_chorus_legal_numbers":     "n n n y n y",
    "account.move.action_chorus_send":                 "n n n y n y",
    "account.move.line.action_works_release":          "n n n y n y",
    "account.move.button_cancel":                      "n n n y n y",
    "account.move.button_draft":                       "n n n y n y",
    "account.move.button_request_cancel":              "n n n y n y",
    "chorus.account.action_chorus_subscription":       "n n n n n y",
    "chorus.account.action_pause":                     "n n n n n y",
    "chorus.account.action_resume":                    "n n n n n y",
    "chorus.account.action_test":                      "n n n n n y",
    "chorus.attach.action_attach":                     "n n n y n n",
    "chorus.document.action_correct_and_resend":       "n n n y n y",
    "chorus.document.action_open_origin":              "n n y y n y",
    "chorus.document.action_print":                    "n n y y n y",
    "chorus.document.action_refresh":                  "n n y y n y",
    "chorus.document.action_send_again":               "n n n y n y",
    "chorus.document.action_withdraw":                 "n n n y n y",
    "chorus.piste.application.action_test":            "n n n n n y",
    "chorus.proof.export.action_export":               "n n n n n y",
    "chorus.send.action_check_again":                  "n n n y n n",
    "chorus.send.action_send":                         "n n n y n n",
    "chorus.send.paper.action_preview":                "n n n y n n",
    "chorus.send.problem.action_fix":                  "n n n y n n",
    "chorus.structure.action_look_up":                 "n n n y y y",
    "chorus.subscription.action_back":                 "n n n n n y",
    "chorus.subscription.action_confirm":              "n n n n n y",
    "chorus.subscription.action_save":                 "n n n n n y",
    "ir.module.module.button_uninstall":               "n n n n n y",
    # Opens an empty form; creating the contract is another right.
    "project.project.action_create_works_contract":    "n y y y n y",
    "project.project.action_view_works_contracts":     "n n y y n y",
    "res.company.action_chorus_subscription":          "n n n n n y",
    "res.config.settings.action_chorus_subscription":  "n n n n n y",
    "res.config.settings.action_works_chart_setup":    "n n n n n y",
    # The page shows each user his own profile.
    "res.users.action_chorus_my_account":              "y y y y y y",
    "res.partner.action_chorus_look_up":               "n n n y y y",
    "res.users.action_chorus_subscription":            "n n n n n y",
    "works.chart.setup.action_create":                 "n n n n n y",
    "works.contract.action_close":                     "n n n y n y",
    "works.contract.action_month_open":                "n n y y n y",
    "works.contract.action_month_send":                "n n n y n y",
    # The site manager opens the month's statement, to enter its progress.
    "works.contract.action_new_situation":             "n n y y n y",
    "works.contract.action_record_direct_payment":     "n n n y n y",
    "works.contract.action_release_retention":         "n n n y n y",
    "works.contract.action_reopen":                    "n n n y n y",
    "works.contract.action_start":                     "n n n y n y",
    "works.contract.action_view_documents":            "n n y y n y",
    "works.contract.action_view_moves":                "n n n y n y",
    "works.contract.action_view_situations":           "n n y y n y",
    "works.contract.action_view_steering":             "n n y y n y",
    "works.imposed.statement.action_add":              "n n n y n n",
    "works.price.import.action_import":                "n n n y n n",
    "works.receivable.clearing.action_clear":          "n n n y n n",
    "works.situation.action_cancel":                   "n n n y n y",
    "works.situation.action_chorus_send":              "n n n y n y",
    "works.situation.action_credit_cut":               "n n n y n y",
    "works.situation.action_draft":                    "n n n y n y",
    "works.situation.action_invoice":                  "n n n y n y",
    "works.situation.action_impose_statement":         "n n n y n y",
    "works.situation.action_invoice_and_send":         "n n n y n y",
    "works.situation.action_prepare_paper":            "n n n y n y",
    "works.situation.action_print":                    "n n y y n y",
    "works.situation.action_remove_imposed_statement": "n n n y n y",
    "works.situation.action_view_chorus_document":     "n n y y n y",
    "works.situation.action_view_move":                "n n y y n y",
}  # fmt: skip

ORM = {"create", "write", "unlink", "copy", "copy_data", "default_get", "read"}
"""Overrides of the ORM, tried through RECORDS."""
