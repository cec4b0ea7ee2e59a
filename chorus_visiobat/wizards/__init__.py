from . import chorus_attach, chorus_proof_export, chorus_send, chorus_subscription, chorus_subscription_review
