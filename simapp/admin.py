"""What Django's admin discovers; the pages are in simapp/store/admin.py."""

from __future__ import annotations

from simapp.store import admin as store_admin

__all__ = ["store_admin"]
