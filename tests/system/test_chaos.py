"""The crash test in short; the long one is ``make chaos`` (docs/chaos.md)."""

from chaos.run import Run

SEED = 4


def test_killed_cut_and_lied_to_nothing_is_lost_nor_sent_twice(tmp_path):
    run = Run(tmp_path, operations=150, kills=6, seed=SEED, firms=2)
    verdict = run.play()
    assert (verdict.lost, verdict.duplicated) == ([], []), f"seed {SEED}"
    assert not verdict.sentences(), f"seed {SEED}: {verdict.sentences()}"
    assert run.strikes.killed == 6
