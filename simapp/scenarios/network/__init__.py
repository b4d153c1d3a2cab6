"""Builds follow networks. An edge points from follower to followee; attention flows the other way."""
