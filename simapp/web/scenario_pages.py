"""Addresses of the scenario studio beside its page: live checks, versions, differences, the shelf, files of people."""

from __future__ import annotations

from django.urls import path

from simapp.web import (
    people_columns,
    people_page,
    scenario_diff,
    scenario_live,
    scenario_shelf,
    scenario_versions,
)

_ONE = "scenarios/<int:scenario_id>/"

urlpatterns = [
    path("scenarios/archived/", scenario_shelf.archived, name="archived-scenarios"),
    path("scenarios/diff/", scenario_diff.diff, name="scenario-diff"),
    path("scenarios/diff/apply/", scenario_diff.apply, name="apply-difference"),
    path(f"{_ONE}check/", scenario_live.check, name="scenario-check"),
    path(f"{_ONE}preview/", scenario_live.preview, name="scenario-preview"),
    path(f"{_ONE}rename/", scenario_shelf.rename, name="rename-scenario"),
    path(f"{_ONE}archive/", scenario_shelf.archive, name="archive-scenario"),
    path(f"{_ONE}unarchive/", scenario_shelf.unarchive, name="unarchive-scenario"),
    path(f"{_ONE}versions/", scenario_versions.versions, name="scenario-versions"),
    path(f"{_ONE}versions/<int:number>/", scenario_versions.version, name="scenario-version"),
    path(f"{_ONE}versions/<int:number>/restore/", scenario_versions.restore, name="restore-version"),
    path(f"{_ONE}people/columns/", people_columns.columns, name="people-columns"),
    path(f"{_ONE}people/skipped.csv", people_page.skipped_csv, name="people-skipped"),
]
