"""A project with somebody in every role and one of everything in it, for tests that walk the site."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from simapp.models import (
    Arm,
    Cell,
    Endpoint,
    Experiment,
    Export,
    Membership,
    ModelForecast,
    ModelReply,
    Project,
    ReplyFile,
    Run,
    RunPost,
    SavedView,
    Scenario,
    ScenarioVersion,
)
from simapp.runs import invitations, layouts, projects, services, share_links
from simapp.runs.cohorts import make_cohort
from simapp.scenarios.document import as_dict, load_scenario
from simapp.web.rights import WHO
from tests.store import story
from tests.web.conftest import SMALL

# What an address of this name takes, where another value than usual is needed.
ONES = {
    "unarchive-scenario": ("scenario_id", "archived"), "restore-version": ("number", "version"),
    "scenario-version": ("number", "version"), "experiment-series": ("metric", "headline"),
    "run:network-graph": ("kind", "drawn"),
}  # fmt: skip
NAMES = {"run:metric": "posts_written", "run:metric-csv": "posts_written", "download-file": "posts.csv"}


@dataclass
class Site:
    """The people by column of the matrix, and what parts of addresses stand for."""

    project: Project
    run: Run
    scenario: Scenario
    arguments: dict[str, Any]
    tokens: dict[str, str]
    members: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def browser(self, who: str) -> Client:
        """A browser of somebody, of WHO, as it was when they came."""
        client = Client()
        if self.cookies.get(who):
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return client

    def url(self, name: str, pattern: URLPattern | None = None) -> str:
        """The address of a name, of the things of the project."""
        takes = (pattern or addresses()[name]).pattern.converters
        known = {**self.arguments, "name": NAMES.get(name, ""), "token": self.tokens.get(name, "")}
        if name in ONES:
            part, instead = ONES[name]
            known[part] = known[instead]
        return reverse(name, kwargs={key: known[key] for key in _takes(name) | set(takes)})


def make_site(data_root: Any) -> Site:
    """Make the project. The settings must have `data_root` as the folder of data."""
    project = Project.objects.create(name="Town")
    people = {who: _person(who, project) for who in WHO if who not in {"anonymous", "share link"}}
    own = people["researcher, own"]
    run = story.make_run(own)
    Scenario.objects.filter(pk=run.scenario_version.scenario_id).update(project=project, archived=False)
    # The story's own document says only what the story needs; pages read the rest of it too.
    whole = as_dict(load_scenario(SMALL)) | run.scenario_version.document
    ScenarioVersion.objects.filter(pk=run.scenario_version_id).update(document=whole)
    Run.objects.filter(pk=run.pk).update(project=project)
    run = story.tell(Run.objects.get(pk=run.pk)).run
    scenario = services.create_scenario(owner=own, document=load_scenario(SMALL)).scenario
    Scenario.objects.filter(pk=scenario.pk).update(project=project)
    for person in people.values():
        ModelForecast.objects.create(version=scenario.versions.get(), member=person, status="failed", error="no model")
    asked: dict[str, Any] = {"tier": "archetype", "model": "oracle", "outcome": "answered", "key": b"k" * 32}
    ModelReply.objects.create(run_id=run.pk, step=1, user_id=-1, text="{}", **asked)
    folder = data_root / "exports" / "1"
    folder.mkdir(parents=True)
    (folder / "posts.csv").write_bytes(b"a\n")
    export = Export.objects.create(run=run, format="csv", status="done", path=str(folder), owner=own, manifest={})
    endpoint = Endpoint.objects.create(
        owner=people["admin"], project=project, name="Mine", base_url="http://127.0.0.1:9/v1", model="m"
    )
    said = {"scenario": as_dict(load_scenario(SMALL))}
    file = ReplyFile.objects.create(
        owner=own, name="study", said=said, sha256="f" * 64, scenario_sha256="0" * 64, seed=7, replies=0
    )
    invitation, invited = invitations.invite(member=people["admin"], project=project, name="Ida", role="viewer")
    link, shared = share_links.make(member=own, run=run, days=7, name="for the class")
    shelved = services.create_scenario(owner=own, document=load_scenario(SMALL)).scenario
    Scenario.objects.filter(pk=shelved.pk).update(project=project, archived=True)
    view = SavedView.objects.create(member=own, name="mine")
    cohort = make_cohort(run=run, member=own, name="some", users=np.arange(2, dtype=np.int32), source="by hand", step=1)
    experiment = Experiment.objects.create(
        title="Does it?", version=run.scenario_version, replicates=1, first_seed=7, steps=3, metrics=["posts_written"],
        owner=own, project=project,
    )  # fmt: skip
    layouts.make(layouts.ask_layout(run=run, step=run.step).pk)
    arm = Arm.objects.create(experiment=experiment, number=0, name="control", version=run.scenario_version)
    Cell.objects.create(arm=arm, replicate=1, run=run)
    post = RunPost.objects.filter(run_id=run.rows, step=0).order_by("key").first()
    assert post is not None
    arguments = {
        "view_id": view.pk, "cohort_id": cohort.pk, "experiment_id": experiment.pk, "key": post.key, "post": post.key,
        "kind": "csv", "archived": shelved.pk, "version": 1, "drawn": "nodes.csv", "headline": "posts_written",
        "run_id": run.pk, "scenario_id": scenario.pk, "export_id": export.pk, "endpoint_id": endpoint.pk,
        "file_id": file.pk, "project_id": project.pk, "invitation_id": invitation.pk, "link_id": link.pk,
        "membership_id": Membership.objects.get(project=project, role="viewer").pk,
        "user": 1, "step": 1, "number": 0,
    }  # fmt: skip
    tokens = {"invitation": invited, "shared": shared, "sign-in-link": "a"}
    site = Site(project, run, scenario, arguments, tokens, people)
    projects.work_in(member=people["staff"], project=project)
    for who, person in people.items():
        client = Client()
        client.force_login(person)
        site.cookies[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
    visitor = Client()
    visitor.get(reverse("shared", args=[shared]))
    site.cookies["share link"] = visitor.cookies[settings.SESSION_COOKIE_NAME].value
    return site


def _person(who: str, project: Project) -> Any:
    name = who.replace(", ", "-").replace(" ", "-")
    staff = who == "staff"
    person = get_user_model().objects.create_user(name, password=None, is_staff=staff, is_superuser=staff)
    role = who.partition(",")[0]
    if role in {"viewer", "researcher", "steward", "admin"}:
        Membership.objects.create(member=person, project=project, role=role)
    elif not staff:
        Membership.objects.create(member=person, project=Project.objects.create(name="Elsewhere"), role="researcher")
    return person


def addresses() -> dict[str, URLPattern]:
    """Every address of the site but the admin's, by its name; one without a name by its pattern."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], space: str) -> Any:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            if one.namespace != "admin":
                yield from _walk(one.url_patterns, inner)
        else:
            yield f"{space}{one.name}" if one.name else f"without a name: {one.pattern}", one


def _takes(name: str) -> set[str]:
    """The parts that an address has from what includes it."""
    return {"run_id"} if name.startswith("run:") else set()
