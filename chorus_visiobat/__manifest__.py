{
    "name": "Works contracts billed on Chorus Pro",
    "summary": "Monthly works statements of public contracts, their legal invoices, sent to Chorus Pro and followed to payment",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "author": "Chorus Visiobat contributors",
    "license": "LGPL-3",
    "countries": ["fr"],
    "depends": [
        "account",
        "l10n_fr_account",
        "l10n_fr_facturx_chorus_pro",
        "mail",
        "project_account",
    ],
    "external_dependencies": {
        "python": ["cryptography", "pikepdf", "python-stdnum", "requests", "weasyprint"],
    },
    "data": [
        "security/chorus_groups.xml",
        "security/ir.model.access.csv",
        "security/chorus_rules.xml",
        "views/menus.xml",
    ],
    "demo": [],
    "application": True,
}
