"""What the user ends with for each error behaviour of chorus-pro-api.md §6.4: where the paper stands, whose move it is,
what he reads, and where it stands once the cause is gone. The rows bear the numbers of that table.
"""

from odoo.tests import tagged

from .behaviour_plays import BehaviourPlays

PASSWORD = "queued chorus", "technical login or password|identifiant ou le mot de passe", "with_moe"
LOST = "unknown chorus", "réponse s'est perdue|answer was lost", "with_moe"
UNNOTICED = "with_moe moe", "maîtrise d'œuvre a 7 jours", "with_moe"
NOT_OURS_TO_CORRECT = "to_fix us", "votre administrateur", "to_fix"

ROWS = {
    # number: how it is met (behaviour_plays.py), stage and owner, what is read (one of), stage once the cause is gone
    1: ("refused_token", "queued chorus", "PISTE", "with_moe"),
    2: ("passing_token", *UNNOTICED),
    3: ("token", "queued chorus", "PISTE refuse la demande de jeton", "with_moe"),
    4: ("token", "queued chorus", "PISTE refuse la demande de jeton", "with_moe"),
    5: ("token", "queued chorus", "PISTE ne délivre pas de jeton (HTTP 503)", "with_moe"),
    6: ("works", *UNNOTICED),
    7: ("works", *UNNOTICED),
    8: ("refused_account", *PASSWORD),
    9: ("refused_account", *PASSWORD),
    10: ("refused_account", *PASSWORD),
    11: ("refused_account", *PASSWORD),
    12: ("refused_account", *PASSWORD),
    13: ("works", *UNNOTICED),
    14: ("works", "queued chorus", "n'a pas accès à cette API", "with_moe"),
    15: ("works", "queued chorus", "déclarer un raccordement PISTE", "with_moe"),
    16: ("works", "queued chorus", "Quota PISTE atteint", "with_moe"),
    17: ("works", *NOT_OURS_TO_CORRECT),
    18: ("look_up", None, "le contenu de la demande n'est pas accepté", None),
    19: ("upload", "to_fix us", "Renommez ce fichier", "to_fix"),
    20: ("works", *NOT_OURS_TO_CORRECT),
    21: ("works", *LOST),
    22: ("works", *LOST),
    23: ("upload", "to_fix us", "Allégez ou divisez le fichier", "to_fix"),
    24: ("flow", "to_fix us", "Allégez ou divisez le fichier", "to_fix"),
    25: ("upload", "to_fix us", "Allégez ou divisez le fichier", "to_fix"),
    26: ("flow", *NOT_OURS_TO_CORRECT),
    27: ("report", "deposited chorus", "contrôle le dépôt|checking the deposit", "with_payer"),
    28: ("lost_then_searched", *LOST),
    29: ("works", *LOST),
    30: ("history", "with_payer payer", "le service financier a reçu la pièce", "with_payer"),
    31: ("works", "to_fix us", "Demandez au gestionnaire principal", "to_fix"),
    32: ("completed_too_early", "to_complete us", "n'est plus dans un état qui permet cette action", "to_complete"),
    33: ("recycled_too_early", "to_recycle us", "n'est plus dans un état qui permet cette action", "to_recycle"),
    34: ("works", "unknown chorus", "Ne la déposez pas à la main|Do not deposit it by hand", "to_fix"),
    35: ("flow", "unknown chorus", "Ne la déposez pas à la main|Do not deposit it by hand", "to_fix"),
    36: ("works", "to_fix us", "totaux", "to_fix"),
    37: ("look_up", None, "ne le connaît pas|does not know it", None),
    38: ("flow", "to_fix us", "code service", "to_fix"),
    39: ("flow", "to_fix us", "numéro d'engagement", "to_fix"),
    40: ("flow", "to_fix us", "code service", "to_fix"),
    41: ("flow", "to_fix us", "SIRET", "to_fix"),
    42: ("flow", "to_fix us", "20 caractères", "to_fix"),
    43: ("flow", "to_fix us", "moyen", "to_fix"),
    44: ("flow", "to_fix us", "cadre de A1 à A25", "to_fix"),
    45: ("flow", *NOT_OURS_TO_CORRECT),
    46: ("flow", "to_fix us", "il peut y avoir d'autres motifs|there may be other reasons", "to_fix"),
    47: ("flow", "queued chorus", "part d'elle-même|leaves by itself", "with_payer"),
    48: ("archive", "to_fix us", "moyen", "to_fix"),
    49: ("flow", "deposited chorus", "contrôle le dépôt|checking the deposit", "deposited"),
    50: ("refused_by_moe", "refused us", "Métré absent", "refused"),
    51: ("suspended_by_payer", "to_complete us", "Joindre le procès-verbal", "to_complete"),
    52: ("commitment", None, "knows no ordered commitment|ne connaît", None),
    53: ("read_structure", None, "Département du Haut-Val", None),
    54: ("read_services", None, "12 services", None),
    55: ("lost_then_searched", "with_moe moe", "maîtrise d'œuvre a 7 jours", "with_moe"),
    56: ("works", "to_fix us", "n'existe pas en qualification", "to_fix"),
}
OTHER_CASES = (
    # Rows of several cases: (number, the same as above).
    (50, "refused_by_moa", "associated moe", "Refusée par le maître d'ouvrage", "associated"),
    (50, "refused_by_validator", "refused us", "Travaux non exécutés", "refused"),
    (50, "not_answered_by_validator", *UNNOTICED),
    (51, "recycled_by_payer", "to_recycle us", "Service DIRBAT attendu", "to_recycle"),
    (51, "rejected_by_payer", "rejected us", "Prix erronés", "rejected"),
)


@tagged("post_install", "-at_install")
class TestBehaviours(BehaviourPlays):
    def shown(self, papers):
        """All that the screens of the paper and of its account say."""
        paper = papers[:1]
        told = (paper.hold_reason, paper.status_reason, paper.next_step, self.account.poll_trouble, self.told)
        return "\n".join(filter(None, told))

    def check(self, number, play, standing, words, cured):
        papers = getattr(self, play)(number)
        paper = papers[:1]
        self.assertEqual(standing, f"{paper.stage} {paper.owner}" if paper else None)
        shown = self.shown(papers)
        self.assertTrue(any(word in shown for word in words.split("|")), f"{words!r} is not in {shown!r}")
        if paper:
            self.cause_ends(papers)
            self.assertEqual(paper.stage, cured, self.shown(papers))
            self.assertLessEqual(len([w for w in self.control.works() if w["number"] == paper.number]), 1)

    def cause_ends(self, papers):
        """The behaviour ends, whoever had to act did, time passes."""
        self.control.clear_faults()
        if self.account.state == "paused":
            self.account._resume()
        for _period in range(2):
            self.wait(self.account, hours=1)
            self.wait(papers.transmission_ids, hours=4)
            self.deposit()
        self.control.advance(60)
        self.poll()

    def test_every_row_is_there(self):
        known = {row["number"] for row in self.control.behaviours()}
        self.assertEqual(sorted(ROWS), sorted(known))


def _test_of(*row):
    def test(self):
        self.check(*row)

    return test


for _row in (*((number, *row) for number, row in ROWS.items()), *OTHER_CASES):
    setattr(TestBehaviours, f"test_{_row[0]:02}_{_row[1]}", _test_of(*_row))
