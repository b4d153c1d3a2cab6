"""Feeds: declared pipelines of sources, filters, scorers and re-rankers. Pure: numpy, numba, torch."""
