"""The models of the one app; they live beside the code that reads and writes them."""

from __future__ import annotations

from simapp.store.asked import CachedReply, ModelReply, QuestionBatch, ReplyFile
from simapp.store.endpoints import Endpoint
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

__all__ = [
    "Attempts",
    "Audit",
    "CachedReply",
    "Desk",
    "Endpoint",
    "Export",
    "FidelityGap",
    "Invitation",
    "Membership",
    "ModelForecast",
    "ModelReply",
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
    "Scenario",
    "ScenarioVersion",
    "ShareLink",
    "Upload",
]
