from . import chorus_subscription, chorus_subscription_review
