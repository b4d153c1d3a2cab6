"""The one Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SimappConfig(AppConfig):
    """Label ``simapp``; templates and static files lie in the project's own folders."""

    name = "simapp"
    label = "simapp"
    verbose_name = "Sociarium"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Whoever sends a task, a page or a command, must do it through our app, not Celery's default one.
        import simapp.celery  # noqa: F401
