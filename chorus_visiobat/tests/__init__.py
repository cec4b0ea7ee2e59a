from . import (
    test_neutralize,
    test_reminders,
    test_secrets,
    test_settings,
    test_subscription,
)
