"""How what players bring about together is shared out among them: each one's mean contribution over orders of joining.

`worth` says what any coalition of the players comes to. In an order of joining each player contributes what the
coalition comes to with them less what it came to before; the Shapley value is the mean over every order. Where
orders are too many it is estimated from some, each taken with its reverse, so that who joins early in one joins late
in the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

Coalition = frozenset[str]
Worth = Callable[[Coalition], float]
Order = tuple[str, ...]

FEWEST_ORDERS = 4
"""Two orders and their reverses: the fewest from which a standard error can be told."""


def every_coalition(players: Sequence[str]) -> list[Coalition]:
    """Every coalition of the players, the empty one first."""
    return [frozenset(some) for size in range(len(players) + 1) for some in combinations(players, size)]


def orders_and_reverses(players: Sequence[str], at_least: int, seed: int) -> list[Order]:
    """Random orders of joining, each followed by its reverse; as many as asked for, or one more to make them even."""
    random = np.random.default_rng(seed)
    pairs = -(-max(at_least, FEWEST_ORDERS) // 2)
    found: list[Order] = []
    for _ in range(pairs):
        order = tuple(players[i] for i in random.permutation(len(players)))
        found += [order, order[::-1]]
    return found


def met_by(orders: Iterable[Order]) -> list[Coalition]:
    """The coalitions that orders of joining pass through, each once, as they are met."""
    return list(dict.fromkeys(frozenset(order[:n]) for order in orders for n in range(len(order) + 1)))


def exact(players: Sequence[str], worth: Worth) -> dict[str, float]:
    """Each player's Shapley value, from every coalition; but for rounding they sum to what all bring about."""
    return {
        player: math.fsum(
            (worth(some | {player}) - worth(some)) / (len(players) * math.comb(len(players) - 1, len(some)))
            for some in every_coalition([other for other in players if other != player])
        )
        for player in players
    }


def estimated(orders: Sequence[Order], worth: Worth) -> tuple[dict[str, float], dict[str, float]]:
    """Each player's mean contribution over orders that come in pairs, and its standard error over the pairs."""
    contributions = [_contributions(order, worth) for order in orders]
    pairs = list(zip(contributions[::2], contributions[1::2], strict=True))
    means, errors = {}, {}
    for player in orders[0]:
        of_pairs = [(one[player] + reverse[player]) / 2.0 for one, reverse in pairs]
        means[player] = math.fsum(of_pairs) / len(pairs)
        errors[player] = float(np.std(of_pairs, ddof=1)) / math.sqrt(len(pairs))
    return means, errors


def summing_to(total: float, shares: Mapping[str, float]) -> dict[str, float]:
    """The shares, the largest of them given what rounding left over, so that `math.fsum` of them is the total.

    What the largest has too few digits to take goes to the next in size. A share of 0 stays 0.
    """
    exactly = dict(shares)
    for player in sorted(exactly, key=lambda player: -abs(exactly[player])):
        left = total - math.fsum(exactly.values())
        if left and exactly[player]:
            exactly[player] = math.fsum([total, *(-share for other, share in exactly.items() if other != player)])
    return exactly


def _contributions(order: Order, worth: Worth) -> dict[str, float]:
    worths = [worth(frozenset(order[:n])) for n in range(len(order) + 1)]
    return {player: worths[n + 1] - worths[n] for n, player in enumerate(order)}
