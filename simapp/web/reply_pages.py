"""Files of replies: take a run's out, take one in, run its study without any model."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simapp.engine.core.errors import Refused, WrongInput
from simapp.models import Run
from simapp.runs import access, reply_files
from simapp.runs.reply_source import notes_of
from simapp.web.numbers import size_in_words, thousands
from simapp.web.paging import page_of, query_without_page
from simapp.web.people_page import limit_mb
from simapp.web.streaming import open_file_response

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PER_PAGE = 10


@require_safe
def download(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Send the file of a run's replies."""
    try:
        run = access.get_run(request.user, run_id)
    except Run.DoesNotExist:
        raise Http404("There is no such run.") from None
    # Written whole before it is sent, so that a run without such a file is told so on a page.
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        reply_files.write_replies(run, file)
    except BaseException as problem:
        file.close()
        if not isinstance(problem, Refused):
            raise
        messages.error(request, str(problem))
        return redirect("run:page", run.pk)
    return open_file_response(request, file, f"run-{run.pk}.replies.jsonl.zst")


@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """List the files that the member took in; on POST take one in."""
    problem = ""
    if request.method == "POST":
        problem = _take(request)
        if not problem:
            return redirect("reply-files")
    found = page_of(request, access.reply_files_for(request.user), size=PER_PAGE)
    rows = [
        {"file": file, "said": file.said, "count": thousands(file.replies), "notes": notes_of(file)}
        for file in found.object_list
    ]
    page = {
        "page": found, "rows": rows, "query": query_without_page(request), "problem": problem, "limit_mb": limit_mb(),
    }  # fmt: skip
    return render(request, "replies.html", page, status=422 if problem else 200)


@require_POST
def run_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Launch the run of a file again, from its replies."""
    file = get_object_or_404(access.reply_files_for(request.user), pk=file_id)
    try:
        run = reply_files.run_study(owner=request.user, file=file)
    except (WrongInput, Refused) as problem:
        messages.error(request, str(problem))
        return redirect("reply-files")
    return redirect("run:page", run.pk)


@require_POST
def delete(request: HttpRequest, file_id: int) -> HttpResponse:
    """Delete a file that was taken in."""
    file = get_object_or_404(access.reply_files_for(request.user), pk=file_id)
    try:
        reply_files.delete_file(file=file)
    except Refused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"{file.name} was deleted.")
    return redirect("reply-files")


def _take(request: HttpRequest) -> str:
    """Take the file of the request in; return a sentence where it is refused."""
    sent = request.FILES.get("file")
    if sent is None:
        return "No file was chosen; choose one that was exported from a run first."
    name, size = sent.name or "replies", sent.size or 0
    if size > settings.SOCIARIUM_UPLOAD_LIMIT_BYTES:
        return f"{name} has {size_in_words(size)}; a file may have at most {limit_mb()} MB."
    try:
        held = reply_files.import_replies(owner=request.user, name=name, file=sent.file)
    except WrongInput as problem:
        return f"{name}: {problem}."
    messages.success(request, f"{held.name} holds {thousands(held.replies)} replies; run its study below.")
    return ""
