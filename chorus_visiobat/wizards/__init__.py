from . import (
    account_move_reversal,
    account_payment_register,
    chorus_attach,
    chorus_proof_export,
    chorus_send,
    chorus_subscription,
    chorus_subscription_review,
    works_chart_setup,
    works_imposed_statement,
    works_admission,
    works_price_import,
    works_receivable_clearing,
)
