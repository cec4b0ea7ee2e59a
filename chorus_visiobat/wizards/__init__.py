from . import chorus_attach, chorus_proof_export, chorus_subscription, chorus_subscription_review
