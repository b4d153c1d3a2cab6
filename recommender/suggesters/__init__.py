"""Whom to follow: rankings of users for a user, one file each."""
