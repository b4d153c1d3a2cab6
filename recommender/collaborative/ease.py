"""A linear autoencoder in closed form (Steck 2019, WWW: "Embarrassingly shallow autoencoders for sparse data")."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.collaborative.table import Table

RIDGE = 200.0
MOST = 20_000  # items: the matrix is dense, and inverting it costs the cube


def fit(table: Table, ridge: float = RIDGE) -> NDArray[np.float64]:
    """Return weights float64[I, I], 0 on the diagonal: a user's score for an item is the sum of the weights from
    what the user reacted to. More than MOST items raise ValueError."""
    if table.count > MOST:
        msg = f"{table.count} items; a dense matrix of more than {MOST} is too large"
        raise ValueError(msg)
    from scipy.sparse import csr_matrix

    held = csr_matrix((np.ones(table.items.shape[0]), table.items, table.indptr), (table.users, table.count))
    gram = (held.T @ held).toarray()
    gram[np.diag_indices_from(gram)] += ridge
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights, np.float64)
