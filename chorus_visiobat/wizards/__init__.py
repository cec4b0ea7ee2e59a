from . import chorus_proof_export, chorus_subscription, chorus_subscription_review
