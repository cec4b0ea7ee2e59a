{
    "name": "Works contracts from sale orders",
    "summary": "A confirmed quotation becomes a works contract, or posts of one",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "author": "Chorus Visiobat contributors",
    "license": "LGPL-3",
    "depends": ["chorus_visiobat", "sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/works_sale_rules.xml",
        "views/sale_order_views.xml",
        "views/works_sale_import_views.xml",
    ],
    "auto_install": True,
}
