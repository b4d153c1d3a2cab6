"""Measures of follow networks that the network tests share."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def check_simple(follower, followee, users):
    """Assert int32 ends in range, no loops, no duplicates."""
    assert follower.dtype == followee.dtype == np.int32
    assert follower.shape == followee.shape
    if follower.size:
        assert min(follower.min(), followee.min()) >= 0
        assert max(follower.max(), followee.max()) < users
    assert not np.any(follower == followee)
    keys = follower.astype(np.int64) * users + followee
    assert np.unique(keys).size == keys.size


def reciprocity(follower, followee, users):
    """Return the share of follows that are returned."""
    keys = follower.astype(np.int64) * users + followee
    return float(np.isin(followee.astype(np.int64) * users + follower, keys).mean())


def adjacency(follower, followee, users):
    return sparse.csr_matrix((np.ones(follower.size), (follower, followee)), shape=(users, users))


def mean_clustering(follower, followee, users):
    """Return the mean local clustering of the undirected graph (Watts & Strogatz 1998)."""
    a = adjacency(follower, followee, users)
    a = ((a + a.T) > 0).astype(np.float64)
    triangles = np.asarray((a @ a).multiply(a).sum(axis=1)).ravel()
    degree = np.asarray(a.sum(axis=1)).ravel()
    pairs = degree * (degree - 1)
    return float(np.mean(triangles[pairs > 0] / pairs[pairs > 0]))
