"""Every address of the site. Views are closed to visitors who are not signed in unless they say otherwise."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from simapp.web import (
    catalogue_page,
    decision_pages,
    endpoints_page,
    export_pages,
    interventions_page,
    interviews_page,
    people_page,
    reply_pages,
    run_list,
    run_page,
    scenario_list,
    scenario_page,
    sign_in,
    small_pages,
)

handler400 = small_pages.bad_request
handler403 = small_pages.forbidden
handler404 = small_pages.not_found
handler500 = small_pages.broken

# One door, with one limit on attempts: the admin has no sign-in page of its own.
_to_sign_in = login_not_required(RedirectView.as_view(pattern_name="sign-in", query_string=True))

_of_run = (
    *run_page.urlpatterns,
    *interviews_page.urlpatterns,
    *interventions_page.urlpatterns,
    *decision_pages.urlpatterns,
    path("replies.jsonl.zst", reply_pages.download, name="replies"),
)
urlpatterns = [
    path("", small_pages.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/<str:token>/", sign_in.use_link, name="sign-in-link"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("theme/", small_pages.choose_theme, name="theme"),
    path("robots.txt", small_pages.robots, name="robots"),
    path("favicon.ico", small_pages.favicon, name="favicon"),
    path("runs/", run_list.runs, name="runs"),
    path("runs/<int:run_id>/export/", export_pages.export, name="export"),
    path("runs/<int:run_id>/", include((_of_run, "run"))),
    path("scenarios/", scenario_list.scenarios, name="scenarios"),
    path("scenarios/schema.json", scenario_list.schema, name="scenario-schema"),
    path("scenarios/new/", scenario_list.new_scenario, name="new-scenario"),
    path("scenarios/<int:scenario_id>/", scenario_page.scenario, name="scenario"),
    path("scenarios/<int:scenario_id>/scenario.yaml", scenario_page.scenario_yaml, name="scenario-yaml"),
    path("scenarios/<int:scenario_id>/use/", scenario_list.use_scenario, name="use-scenario"),
    path("scenarios/<int:scenario_id>/model-forecast/", scenario_page.model_forecast, name="model-forecast"),
    path("scenarios/<int:scenario_id>/people/", people_page.people, name="people"),
    *endpoints_page.urlpatterns,
    path("catalogue/", catalogue_page.catalogue, name="catalogue"),
    path("replies/", reply_pages.replies, name="reply-files"),
    path("replies/<int:file_id>/run/", reply_pages.run_file, name="run-reply-file"),
    path("replies/<int:file_id>/delete/", reply_pages.delete, name="delete-reply-file"),
    path("exports/", export_pages.exports, name="exports"),
    path("exports/<int:export_id>/", export_pages.export_page, name="export-page"),
    path("exports/<int:export_id>/download/", export_pages.download, name="download"),
    path("exports/<int:export_id>/files/<path:name>", export_pages.download_file, name="download-file"),
    path("admin/login/", _to_sign_in),
    path("admin/", admin.site.urls),
]
