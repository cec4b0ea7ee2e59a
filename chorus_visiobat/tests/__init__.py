from . import (
    test_document,
    test_facturx,
    test_neutralize,
    test_outbox,
    test_poller,
    test_reminders,
    test_secrets,
    test_settings,
    test_subscription,
    test_works_contract,
    test_works_invoice,
    test_works_situation,
)
