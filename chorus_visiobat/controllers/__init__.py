from . import chorus_paper
