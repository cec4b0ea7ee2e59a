{
    "name": "Newer electronic invoices, as Odoo writes them since 2026",
    "version": "19.0.1.0.0",
    "author": "Chorus Visiobat contributors",
    "license": "LGPL-3",
    "depends": ["l10n_fr_facturx_chorus_pro"],
    "installable": True,
}
