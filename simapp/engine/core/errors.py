"""Errors that carry what the caller must decide."""

from __future__ import annotations


class SociariumError(Exception):
    """Base of errors whose text may be shown to a member as it is."""


class WrongInput(SociariumError):
    """Input refused before anything was written; the text names the field or row."""


class BrokenAction(SociariumError):
    """An action failed while it changed the world; the step it belongs to cannot be committed."""


class Refused(SociariumError):
    """A wish that cannot be granted as things stand."""


class SnapshotDamaged(SociariumError):
    """A snapshot file whose content does not match its hash, or cannot be decoded."""


class LostLease(SociariumError):
    """Another worker owns the run; everything of the current step was rolled back."""
