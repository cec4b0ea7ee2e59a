from . import chorus_health, chorus_paper
