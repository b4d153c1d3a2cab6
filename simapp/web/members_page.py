"""The project a member works in: who belongs to it, who is invited, which runs are shared, and the way to others.

Whether somebody may do what an address does is asked by the gate before the view; which role they may give, by
simapp/runs/projects.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from simapp.engine.core.errors import SociariumError
from simapp.models import Invitation, Membership, Project
from simapp.runs import invitations, projects, share_links
from simapp.runs.roles import MANAGE, RIGHTS, SETTINGS, is_staff
from simapp.store.members import Role
from simapp.web.paging import page_of, query_without_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

INVITATIONS = 20  # the newest, shown
SHARED = 20
SWITCHABLE = 200
NEW_LINK = "new_invitation"
MAY = {
    Role.VIEWER: "sees everything of the project and downloads its exports",
    Role.RESEARCHER: "and makes scenarios and runs, steers their own, interviews users, makes exports",
    Role.STEWARD: "and steers everybody's runs, invites and manages viewers and researchers",
    Role.ADMIN: "and sets up endpoints, names the project, manages everybody",
}


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Show the project that the member works in."""
    place = projects.place_of(request.user)
    project = place.project
    page: dict[str, Any] = {
        "project": project,
        "role": Role(place.role).label if place.role else "",
        "roles": [(Role(role).label, MAY[Role(role)]) for role in RIGHTS],
        "projects": _switch(request.user),
        "may_create": SETTINGS in projects.rights_at_desk(request.user),
    }
    if project is not None:
        rights = projects.rights_at_desk(request.user)
        gives = projects.may_give(request.user, project)
        held = Membership.objects.filter(project=project).select_related("member").order_by("member__username")
        found = page_of(request, held, size=50)
        page |= {
            "page": found,
            "query": query_without_page(request),
            "rows": [(one, one.role in gives) for one in found.object_list],
            "gives": [(role, Role(role).label) for role in gives],
            "may_manage": MANAGE in rights,
            "may_settle": SETTINGS in rights,
        }
        if MANAGE in rights:
            page |= _for_managers(request, project)
    return render(request, "members.html", page)


def _for_managers(request: HttpRequest, project: Project) -> dict[str, Any]:
    made = Invitation.objects.filter(project=project, accepted=None).select_related("by")
    shared = share_links.open_of_project(project)
    return {
        "invitations": made[:INVITATIONS],
        "more_invitations": max(made.count() - INVITATIONS, 0),
        "links": shared[:SHARED],
        "more_links": max(shared.count() - SHARED, 0),
        "days": invitations.DAYS,
        "new_link": request.session.pop(NEW_LINK, None),
    }


def _switch(member: Any) -> list[Project]:
    mine = Project.objects.all() if is_staff(member) else Project.objects.filter(memberships__member=member)
    return list(mine.order_by("name", "pk")[:SWITCHABLE])


@require_POST
def new_project(request: HttpRequest) -> HttpResponse:
    """Make a project and work in it."""
    return _do(request, lambda: projects.create(member=request.user, name=request.POST.get("name", "")[:500]), "made")


@require_POST
def rename(request: HttpRequest, project_id: int) -> HttpResponse:
    """Name the project anew."""
    project = get_object_or_404(Project, pk=project_id)
    name = request.POST.get("name", "")[:500]
    return _do(request, lambda: projects.rename(member=request.user, project=project, name=name), "renamed")


@require_POST
def work_in(request: HttpRequest, project_id: int) -> HttpResponse:
    """Work in another project from now on."""
    project = get_object_or_404(Project, pk=project_id)
    return _do(request, lambda: projects.work_in(member=request.user, project=project), "")


@require_POST
def set_role(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    held = get_object_or_404(Membership.objects.select_related("member"), pk=membership_id)
    role = request.POST.get("role", "")[:40]
    done = f"{held.member.get_username()} is {role} now."
    return _do(request, lambda: projects.set_role(member=request.user, membership=held, role=role), done)


@require_POST
def remove(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a member out of the project, once that is confirmed."""
    held = get_object_or_404(Membership.objects.select_related("member"), pk=membership_id)
    if request.POST.get("confirm") != "on":
        messages.error(request, "Nothing was done: tick the box to confirm it.")
        return redirect("members")
    done = f"{held.member.get_username()} is out of the project; what they made there stays."
    return _do(request, lambda: projects.remove(member=request.user, membership=held), done)


@require_POST
def invite(request: HttpRequest, project_id: int) -> HttpResponse:
    """Make an invitation; its link is shown once."""
    project = get_object_or_404(Project, pk=project_id)

    def make() -> None:
        made, token = invitations.invite(
            member=request.user, project=project, name=request.POST.get("name", "")[:500],
            role=request.POST.get("role", ""), days=_days(request),
        )  # fmt: skip
        _show_once(request, made, token)

    return _do(request, make, "")


@require_POST
def renew(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Give an invitation a new link."""
    held = get_object_or_404(Invitation.objects.select_related("project"), pk=invitation_id)
    return _do(
        request, lambda: _show_once(request, *invitations.renew(member=request.user, invitation=held)), ""
    )


@require_POST
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    held = get_object_or_404(Invitation.objects.select_related("project"), pk=invitation_id)
    done = "The invitation was taken back; its link opens nothing any more."
    return _do(request, lambda: invitations.revoke(member=request.user, invitation=held), done)


def _do(request: HttpRequest, deed: Callable[[], Any], done: str) -> HttpResponse:
    try:
        deed()
    except SociariumError as problem:
        messages.error(request, str(problem))
    else:
        if done:
            messages.success(request, done if done.endswith(".") else f"The project was {done}.")
    return redirect("members")


def _show_once(request: HttpRequest, made: Invitation, token: str) -> None:
    url = request.build_absolute_uri(reverse("invitation", args=[token]))
    request.session[NEW_LINK] = {"url": url, "name": made.name, "until": f"{made.expires:%-d %B %H:%M} UTC"}


def _days(request: HttpRequest) -> int:
    text = request.POST.get("days", "7")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1


urlpatterns = [
    path("members/", members, name="members"),
    path("projects/new/", new_project, name="new-project"),
    path("projects/<int:project_id>/rename/", rename, name="rename-project"),
    path("projects/<int:project_id>/work-in/", work_in, name="work-in"),
    path("projects/<int:project_id>/invite/", invite, name="invite"),
    path("members/<int:membership_id>/role/", set_role, name="set-role"),
    path("members/<int:membership_id>/remove/", remove, name="remove-member"),
    path("members/invitations/<int:invitation_id>/renew/", renew, name="renew-invitation"),
    path("members/invitations/<int:invitation_id>/revoke/", revoke, name="revoke-invitation"),
]
