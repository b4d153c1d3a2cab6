"""The cascades page: what was shared most, and the tree of one post."""

from __future__ import annotations

import pytest

from tests.runs.small import finish, make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy_run(owner, settings, tmp_path):
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(steps=4, owner=owner))


def test_the_list_the_tree_and_their_files_say_the_same(browser, busy_run):
    from simapp.models import RunPost, RunText
    from simapp.runs.cohorts import make_cohort

    base = f"/runs/{busy_run.pk}/cascades/"
    page = browser.get(base)
    rows = page.context["rows"]
    first = rows[0]
    assert [row.shares for row in rows] == sorted((row.shares for row in rows), reverse=True)
    assert RunPost.objects.filter(run_id=busy_run.pk, root=int(first.key), kind__in=(1, 2)).count() == first.shares
    post = RunPost.objects.get(run_id=busy_run.pk, key=int(first.key))
    RunText.objects.filter(run_id=busy_run.pk, text_id=post.text_id).update(text="<script>x</script>=1")
    tree = browser.get(f"{base}{first.key}/tree").json()
    assert tree["shape"]["size"] == first.shares + 1 == len(tree["nodes"]["parent"])
    assert tree["nodes"]["parent"][0] == -1
    assert tree["post"]["text"] == "<script>x</script>=1"
    assert tree["growth"]["size"][-1] == first.shares + 1
    lines = b"".join(browser.get(f"{base}{first.key}/tree.csv")).decode().splitlines()
    assert len(lines) == first.shares + 2
    listed = b"".join(browser.get(base + "cascades.csv")).decode().splitlines()
    assert listed[1].split(",")[:2] == ["1", first.key]
    assert "<script>x" not in browser.get(base).content.decode()

    earlier = browser.get(f"{base}?at=1").context["rows"]
    assert sum(row.shares for row in earlier) < sum(row.shares for row in rows)
    cohort = make_cohort(run=busy_run, member=None, name="a", users=[first.user], source="numbers", step=0)
    mine = browser.get(f"{base}?cohort={cohort.pk}").context["rows"]
    assert {row.user for row in mine} == {first.user}
    part = browser.get(base, headers={"hx-request": "true"}).content.decode()
    assert part.strip().startswith("<section")
    assert "Growing now" in browser.get(base + "?order=growing").content.decode()


def test_what_does_not_exist_is_said(browser, busy_run, run):
    base = f"/runs/{busy_run.pk}/cascades/"
    for query in ("?order=x", "?cascade=x", "?at=x", "?cohort=5"):
        assert browser.get(base + query).status_code == 400, query
    share = busy_run_share(busy_run)
    for key in ("0", "99", str(2**63), str(share)):
        assert browser.get(f"{base}{key}/tree").status_code == 404, key
    assert browser.get(f"{base}?page=99").status_code == 200
    assert "Nothing was shared yet" in browser.get(f"/runs/{run.pk}/cascades/").content.decode()


def busy_run_share(run) -> int:
    """The key of a repost: no cascade of its own."""
    from simapp.models import RunPost

    return RunPost.objects.filter(run_id=run.pk, kind=1).values_list("key", flat=True).first()
