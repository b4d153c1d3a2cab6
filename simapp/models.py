"""The models of the one app; they live beside the code that reads and writes them."""

from __future__ import annotations

from simapp.store.asked import CachedReply, ModelReply, QuestionBatch, ReplyFile
from simapp.store.cohorts import Cohort, NetworkLayout
from simapp.store.endpoints import Endpoint
from simapp.store.experiments import Arm, Cell, Experiment
from simapp.store.explained import FeedExplanation
from simapp.store.forecasts import FidelityGap, ModelForecast
from simapp.store.members import Attempts, Desk, Invitation, Membership, Project, ShareLink
from simapp.store.models import Audit, Export, Probe, Run, Scenario, ScenarioVersion, Upload
from simapp.store.rows import (
    RunEvent,
    RunFile,
    RunFollow,
    RunInput,
    RunMetric,
    RunPost,
    RunProbe,
    RunStep,
    RunText,
    RunUser,
)
from simapp.store.saved_views import SavedView

__all__ = [
    "Arm",
    "Attempts",
    "Audit",
    "CachedReply",
    "Cell",
    "Cohort",
    "Desk",
    "Endpoint",
    "Experiment",
    "Export",
    "FeedExplanation",
    "FidelityGap",
    "Invitation",
    "Membership",
    "ModelForecast",
    "ModelReply",
    "NetworkLayout",
    "Probe",
    "Project",
    "QuestionBatch",
    "ReplyFile",
    "Run",
    "RunEvent",
    "RunFile",
    "RunFollow",
    "RunInput",
    "RunMetric",
    "RunPost",
    "RunProbe",
    "RunStep",
    "RunText",
    "RunUser",
    "SavedView",
    "Scenario",
    "ScenarioVersion",
    "ShareLink",
    "Upload",
]
