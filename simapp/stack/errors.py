"""What can go wrong with the services, in sentences meant for the person at the terminal."""

from __future__ import annotations


class StackError(Exception):
    """A problem of the machine or its settings, told in one sentence.

    ``code`` is the exit status a command ends with: 2 when something must be changed before anything can
    start (a port, a folder, disk space), 1 when a service failed although nothing was wrong beforehand.
    """

    def __init__(self, sentence: str, *, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code
