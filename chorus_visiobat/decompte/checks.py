"""What is wrong with the progress entered for a month: all of it at once, in French.

Two levels. *Structure*: what no statement can be computed from. *Judgement*: what can be computed and should
not be billed, or only with a reason (works-billing.md §5.3, rows 17 and 19).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from .amendments import Amendment
from .errors import Problem
from .money import ZERO, as_decimal, round_money
from .posts import MODES, Post, Progress
from .wording import euros, number, percent


def check_progress(
    posts: Iterable[Post],
    progress: Iterable[Progress],
    previous: Mapping[str | int, Decimal],
    reasons: Mapping[str | int, str] = MappingProxyType({}),
    amendments: Iterable[Amendment] = (),
) -> list[Problem]:
    """Return every problem of a month, in the order of the posts; empty when it may be billed.

    Codes: those of :func:`structure_problems`, then ``negative``, ``above_contract``, ``below_previous``
    (accepted once a reason is given), ``amendment_not_notified`` and ``nothing_moves``.

    :param previous: as for :func:`compute_statement`.
    :param reasons: by post, why its cumulative goes down.
    :param amendments: those that posts name; one that is not listed counts as notified.
    """
    posts, progress = list(posts), list(progress)
    problems = structure_problems(posts, progress, previous)
    broken = {problem.key for problem in problems}
    entered = {one.key: one for one in progress}
    pending = {one.key: one for one in amendments if not one.billable}
    moves = False
    for post in posts:
        value = entered[post.key].value(post.mode) if post.key in entered else None
        if post.key in broken or value is None:
            continue
        before = round_money(as_decimal(previous.get(post.key, ZERO)))
        moves = moves or post.cumulative(value) != before
        problems += _judge(post, value, before, reasons.get(post.key))
        if post.amendment_key in pending and post.cumulative(value):
            problems.append(_not_notified(post, pending[post.amendment_key]))
    if not problems and not moves:
        problems.append(
            Problem(
                None,
                "nothing_moves",
                "Aucun poste n'avance ce mois-ci : saisissez l'avancement d'au moins un poste, "
                "ou supprimez cette situation.",
            )
        )
    return problems


def structure_problems(
    posts: Sequence[Post], progress: Sequence[Progress], previous: Mapping[str | int, Decimal]
) -> list[Problem]:
    """Return what makes a statement impossible to compute.

    Codes: ``duplicate_post``, ``vat_rate``, ``no_unit_price``, ``unknown_post``, ``duplicate_progress``,
    ``wrong_mode``, ``not_a_number``, ``post_removed``.
    """
    problems = []
    by_key = {post.key: post for post in posts}
    for key, count in Counter(post.key for post in posts).items():
        if count > 1:
            problems.append(_problem(by_key[key], "duplicate_post", "il figure deux fois au marché."))
    for post in posts:
        if not 0 <= post.vat_rate <= 100:
            problems.append(
                _problem(post, "vat_rate", f"le taux de TVA {percent(post.vat_rate)} n'existe pas : corrigez-le.")
            )
        if post.mode == "quantity" and not post.unit_price and (post.amount or post.unit_price is None):
            problems.append(_problem(post, "no_unit_price", "il avance en quantité : indiquez son prix unitaire HT."))
    for key, count in Counter(one.key for one in progress).items():
        if key not in by_key:
            problems.append(
                Problem(
                    key,
                    "unknown_post",
                    f"L'avancement saisi pour « {key} » ne correspond à aucun poste du marché : "
                    "ajoutez ce poste au marché ou retirez la ligne.",
                )
            )
        elif count > 1:
            problems.append(
                _problem(by_key[key], "duplicate_progress", "son avancement est saisi deux fois : gardez-en un.")
            )
    for one in progress:
        if one.key in by_key and (problem := _mode_problem(by_key[one.key], one)):
            problems.append(problem)
    for key, amount in previous.items():
        problems += _previous_problems(key, amount, by_key)
    return problems


def _mode_problem(post, progress):
    # A nil number in another mode is no entry: forms fill the fields that they hide with zeros.
    if any(progress.value(mode) for mode in MODES if mode != post.mode):
        return _problem(post, "wrong_mode", f"saisissez {MODES[post.mode]}, et rien d'autre.")
    return None


def _previous_problems(key, amount, by_key):
    try:
        before = as_decimal(amount)
    except ValueError:
        label = by_key[key].label if key in by_key else key
        message = f"Poste « {label} » : le cumul précédent doit être un nombre (reçu : « {amount} »)."
        return [Problem(key, "not_a_number", message)]
    if before and key not in by_key:
        return [
            Problem(
                key,
                "post_removed",
                f"Le poste « {key} » ne figure plus au marché, alors que {euros(before)} HT y ont été "
                "comptés : remettez-le, et ramenez son avancement à zéro si les travaux sont abandonnés.",
            )
        ]
    return []


def _judge(post, value, before, reason):
    """What should not be billed as it stands; a *moins-value* advances downwards."""
    ceiling, reached = post.ceiling, post.cumulative(value)
    if value * _sign(ceiling) < 0:
        against = "ne peut pas être négatif" if _sign(ceiling) > 0 else "doit être négatif, comme au marché"
        yield _problem(
            post,
            "negative",
            f"son avancement {against} ({number(value)}) : corrigez {MODES[post.mode]}.",
        )
        return
    if ceiling is not None and (value - ceiling) * _sign(ceiling) > 0:
        share = f" ({percent(round_money(value / ceiling * 100))})" if ceiling else ""
        yield _problem(
            post,
            "above_contract",
            f"il dépasse le marché{share}. Ramenez {MODES[post.mode]} à {number(ceiling)} et portez le "
            "surplus sur un poste d'avenant ou d'ordre de service (ajoutez-le au marché s'il n'y est pas).",
        )
    # A stock of materials goes down as they are used.
    if post.kind != "materials" and (reached - before) * _sign(post.amount) < 0 and not (reason or "").strip():
        yield _problem(
            post,
            "below_previous",
            f"son cumul baisse de {euros(before)} à {euros(reached)} HT : corrigez {MODES[post.mode]}, "
            "ou indiquez le motif de cette baisse.",
        )


def _not_notified(post, amendment):
    cure = "attendez sa notification" + (
        ", ou indiquez que ses prix sont provisoires" if amendment.kind == "service_order" else ""
    )
    return _problem(
        post,
        "amendment_not_notified",
        f"« {amendment.label} » n'est pas notifié, ses travaux ne peuvent pas être facturés : {cure}, "
        "et ramenez son avancement à zéro d'ici là.",
    )


def _sign(amount):
    return -1 if amount is not None and amount < 0 else 1


def _problem(post, code, sentence):
    return Problem(post.key, code, f"Poste « {post.label} » : {sentence}")
