"""Start everything with a live example run and print a link that signs you in."""

from __future__ import annotations

from simapp.management.commands import up


class Command(up.Command):
    """``manage.py demo``: what ``make demo`` runs after set-up."""

    help = "Start everything with a live example run; prints a sign-in link. Ctrl-C stops all."

    def before_web(self) -> None:
        from simapp.runs.example import launch_example
        from simapp.web.sign_in import local_owner, make_link

        launch_example(local_owner())
        self.say(f"Open this link to sign in: {make_link(self.base_url)}")
