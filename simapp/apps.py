"""The one Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SimappConfig(AppConfig):
    """Label ``simapp``; templates and static files lie in the project's own folders."""

    name = "simapp"
    label = "simapp"
    verbose_name = "Sociarium"
    default_auto_field = "django.db.models.BigAutoField"
