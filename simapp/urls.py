"""Every address of the site. What each needs is a line in simapp/web/rights.py; one without is refused."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from simapp.web import (
    cascades_page,
    catalogue_page,
    cohort_pages,
    compare_page,
    decision_pages,
    endpoints_page,
    experiment_page,
    export_pages,
    feed_page,
    interventions_page,
    interviews_page,
    invitation_page,
    members_page,
    network_data,
    network_page,
    people_page,
    reply_pages,
    run_bulk,
    run_list,
    run_moment,
    run_page,
    run_share,
    scenario_list,
    scenario_page,
    scenario_pages,
    sign_in,
    small_pages,
    user_opinions,
    user_page,
    users_page,
    why_page,
)

handler400 = small_pages.bad_request
handler403 = small_pages.forbidden
handler404 = small_pages.not_found
handler500 = small_pages.broken

# One door, with one limit on attempts: the admin has no sign-in page of its own.
_to_sign_in = RedirectView.as_view(pattern_name="sign-in", query_string=True)

_of_run = (
    *run_page.urlpatterns,
    *network_page.urlpatterns,
    *network_data.urlpatterns,
    *cohort_pages.urlpatterns,
    *cascades_page.urlpatterns,
    *run_moment.urlpatterns,
    *interviews_page.urlpatterns,
    *interventions_page.urlpatterns,
    *run_share.of_run,
    *decision_pages.urlpatterns,
    *feed_page.urlpatterns,
    *why_page.urlpatterns,
    *users_page.urlpatterns,
    *user_page.urlpatterns,
    *user_opinions.urlpatterns,
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
    path("runs/live/", run_list.live, name="runs-live"),
    *run_bulk.urlpatterns,
    path("runs/<int:run_id>/export/", export_pages.export, name="export"),
    path("runs/<int:run_id>/", include((_of_run, "run"))),
    path("scenarios/", scenario_list.scenarios, name="scenarios"),
    path("scenarios/schema.json", scenario_list.schema, name="scenario-schema"),
    path("scenarios/new/", scenario_list.new_scenario, name="new-scenario"),
    path("scenarios/<int:scenario_id>/", scenario_page.scenario, name="scenario"),
    *scenario_pages.urlpatterns,
    path("scenarios/<int:scenario_id>/scenario.yaml", scenario_page.scenario_yaml, name="scenario-yaml"),
    path("scenarios/<int:scenario_id>/launch/", scenario_list.launch_scenario, name="launch-scenario"),
    path("scenarios/<int:scenario_id>/use/", scenario_list.use_scenario, name="use-scenario"),
    path("scenarios/<int:scenario_id>/model-forecast/", scenario_page.model_forecast, name="model-forecast"),
    path("scenarios/<int:scenario_id>/people/", people_page.people, name="people"),
    *endpoints_page.urlpatterns,
    *experiment_page.urlpatterns,
    *compare_page.urlpatterns,
    *members_page.urlpatterns,
    *invitation_page.urlpatterns,
    *run_share.urlpatterns,
    path("catalogue/", catalogue_page.catalogue, name="catalogue"),
    path("replies/", reply_pages.replies, name="reply-files"),
    path("replies/<int:file_id>/run/", reply_pages.run_file, name="run-reply-file"),
    path("replies/<int:file_id>/delete/", reply_pages.delete, name="delete-reply-file"),
    path("exports/", export_pages.exports, name="exports"),
    path("exports/<int:export_id>/", export_pages.export_page, name="export-page"),
    path("exports/<int:export_id>/download/", export_pages.download, name="download"),
    path("exports/<int:export_id>/files/<path:name>", export_pages.download_file, name="download-file"),
    path("admin/login/", _to_sign_in, name="admin-sign-in"),
    path("admin/", admin.site.urls),
]
