"""Bridging: what people like who otherwise disagree (the matrix factorisation of Community Notes).

A rating r of a user on an item is explained as

    r = mu + i_user + i_item + f_user * f_item

with one factor. What the two sides differ on goes into the factors; an item's intercept i_item is what is left: the
approval that no side explains. Loss, with squares averaged over ratings, users and items, as in the published code:

    mean (r - r')**2 + 0.15 (mean i_user**2 + mean i_item**2 + mu**2) + 0.03 (mean f_user**2 + mean f_item**2)

Wojcik et al. 2022 (arXiv 2210.15723) and the published code of Community Notes; ratings yes, somewhat, no are 1,
0.5, 0. The loss is minimised by alternating least squares: exact solutions for one side while the other is held,
which needs no learning rate and no order of ratings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

INTERCEPT, FACTOR = 0.15, 0.03
HELPFUL, MOST_ONE_SIDED, FEWEST = 0.40, 0.50, 5
_ROUNDS = 400
_STILL = 1e-7  # largest change of an intercept at which the search ends

UNDECIDED, NOT_HELPFUL, IS_HELPFUL = 0, -1, 1


@dataclass(frozen=True)
class Bridge:
    """mu; intercepts and factors float64 of users [U] and items [I]; ratings int64[I]; loss: without penalties."""

    mu: float
    user: NDArray[np.float64]
    item: NDArray[np.float64]
    user_factor: NDArray[np.float64]
    item_factor: NDArray[np.float64]
    ratings: NDArray[np.int64]
    loss: float

    def status(self) -> NDArray[np.int8]:
        """Return int8[I]: 1 helpful, -1 not helpful, 0 undecided, by the published thresholds.

        Helpful from an intercept of 0.40 on with abs(factor) < 0.50 and 5 ratings; not helpful below
        -0.05 - 0.8 abs(factor). The published conditions on both sides' net ratings, on bounds of the intercept and on
        a refit above a loss of 0.09 are not applied.
        """
        lopsided = np.abs(self.item_factor)
        enough = self.ratings >= FEWEST
        out = np.zeros(self.item.shape[0], np.int8)
        out[enough & (self.item >= HELPFUL) & (lopsided < MOST_ONE_SIDED)] = IS_HELPFUL
        out[enough & (self.item < -0.05 - 0.8 * lopsided)] = NOT_HELPFUL
        return out


@njit(cache=True, nogil=True)
def _solve(indptr: Any, other: Any, rating: Any, mu: Any, their: Any, their_factor: Any, ridge: Any, factor_ridge: Any,
           mine: Any, mine_factor: Any) -> Any:  # fmt: skip
    """Solve each row's intercept and factor given the other side's; return the largest change of an intercept."""
    moved = 0.0
    for a in range(indptr.shape[0] - 1):
        n, sf, sff, sr, srf = 0.0, 0.0, 0.0, 0.0, 0.0
        for e in range(indptr[a], indptr[a + 1]):
            f = their_factor[other[e]]
            left = rating[e] - mu - their[other[e]]
            n += 1.0
            sf += f
            sff += f * f
            sr += left
            srf += left * f
        a11, a22 = n + ridge, sff + factor_ridge
        det = a11 * a22 - sf * sf
        intercept = (sr * a22 - srf * sf) / det if det > 0.0 else 0.0
        moved = max(moved, abs(intercept - mine[a]))
        mine[a] = intercept
        mine_factor[a] = (a11 * srf - sf * sr) / det if det > 0.0 else 0.0
    return moved


@njit(cache=True, nogil=True)
def _left(indptr: Any, other: Any, rating: Any, mine: Any, mine_factor: Any, their: Any, their_factor: Any) -> Any:
    total, squares = 0.0, 0.0
    for a in range(indptr.shape[0] - 1):
        for e in range(indptr[a], indptr[a + 1]):
            left = rating[e] - mine[a] - their[other[e]] - mine_factor[a] * their_factor[other[e]]
            total += left
            squares += left * left
    return total, squares


def _rows(rows: NDArray[Any], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(rows, kind="stable")
    indptr = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=size), out=indptr[1:])
    return indptr, order


def fit(
    user: NDArray[Any], item: NDArray[Any], rating: NDArray[Any], start: NDArray[np.float64], items: int
) -> Bridge:
    """Fit E ratings in [0, 1] of users int[E] (0 .. U - 1) on items int[E] (0 .. items - 1).

    start float64[U]: first factors of the users, drawn around 0; their sign decides which side is called
    positive. Without ratings everything is 0.
    """
    users, count = start.shape[0], user.shape[0]
    mine, theirs = np.zeros(users), np.zeros(items)
    mine_factor, their_factor = start.astype(np.float64).copy(), np.zeros(items)
    ratings = np.bincount(item, minlength=items).astype(np.int64)
    if not count:
        return Bridge(0.0, mine, theirs, np.zeros(users), their_factor, ratings, 0.0)
    rating = np.asarray(rating, np.float64)
    by_user, in_user = _rows(np.asarray(user, np.int64), users)
    by_item, in_item = _rows(np.asarray(item, np.int64), items)
    of_user, of_item = np.asarray(item, np.int64)[in_user], np.asarray(user, np.int64)[in_item]
    user_rating, item_rating = rating[in_user], rating[in_item]
    mu = float(rating.mean())
    per_user, per_item = count / users, count / items
    for _ in range(_ROUNDS):
        a = _solve(by_item, of_item, item_rating, mu, mine, mine_factor, INTERCEPT * per_item, FACTOR * per_item,
                   theirs, their_factor)  # fmt: skip
        b = _solve(by_user, of_user, user_rating, mu, theirs, their_factor, INTERCEPT * per_user, FACTOR * per_user,
                   mine, mine_factor)  # fmt: skip
        total, _ = _left(by_user, of_user, user_rating, mine, mine_factor, theirs, their_factor)
        mu = total / count / (1.0 + INTERCEPT)
        if max(a, b) < _STILL:
            break
    total, squares = _left(by_user, of_user, user_rating, mine, mine_factor, theirs, their_factor)
    loss = squares / count - 2.0 * mu * total / count + mu * mu
    return Bridge(mu, mine, theirs, mine_factor, their_factor, ratings, float(loss))
