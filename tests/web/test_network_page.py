"""The network page and its cohorts, as a browser without scripts meets them."""

from __future__ import annotations

import gzip
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.runs.small import finish, make

# A run is made by threads with connections of their own.
really = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy_run(owner, settings, tmp_path):
    settings.SOCIARIUM_DATA_ROOT = tmp_path
    return finish(make(steps=3, owner=owner))


@pytest.fixture
def drawn(busy_run):
    """The run with its network laid out."""
    from simapp.runs import layouts

    layouts.make(layouts.ask_layout(run=busy_run, step=0).pk)
    return busy_run


@really
def test_the_first_look_has_a_worker_lay_the_network_out(browser, busy_run, run):
    from simapp.models import NetworkLayout
    from simapp.runs import layouts

    base = f"/runs/{busy_run.pk}/network/"
    page = browser.get(base).content.decode()
    assert "A worker lays out the network" in page
    layout = NetworkLayout.objects.get()
    assert browser.get(base + "status").json()["status"] == "queued"
    assert browser.get(base + "drawing.bin").status_code == 404
    assert browser.get(base).status_code == 200
    assert NetworkLayout.objects.count() == 1
    NetworkLayout.objects.update(status="failed", error="The disk is full.")
    page = browser.get(base).content.decode()
    assert "The disk is full." in page
    assert "Try again" in page
    assert browser.post(base + "layout/", {"step": "0"}).status_code == 302
    assert layouts.make(layout.pk).status == "done"
    page = browser.get(base).content.decode()
    assert "All 120 users" in page.replace("\u202f", "")
    assert browser.post(base + "layout/", {"step": "99"}).status_code == 409
    assert browser.post(base + "layout/", {"step": "x"}).status_code == 409
    # A run without a step has none.
    assert "No network yet" in browser.get(f"/runs/{run.pk}/network/").content.decode()
    assert NetworkLayout.objects.count() == 1


@really
def test_drawing_and_colours_come_as_their_bytes(browser, drawn):
    from simapp.store.drawings import unpacked

    base = f"/runs/{drawn.pk}/network/"
    sent = browser.get(base + "drawing.bin", headers={"accept-encoding": "gzip"})
    assert sent["Content-Encoding"] == "gzip"
    drawing = unpacked(sent.content)
    plain = browser.get(base + "drawing.bin", headers={"accept-encoding": "identity"})
    assert plain.content == gzip.decompress(sent.content)
    assert drawing.users.shape == (120,)
    past, now = (
        np.frombuffer(browser.get(base + "colours.bin" + query).content, "<i4") for query in ("?at=1", "")
    )
    assert past[2] == 1
    assert now[2] == drawn.step
    assert now[5] == 120
    assert now[8] == -1  # no cohort
    for query in ("?at=x", "?at=-1", "?topic=99", "?cohort=77", "?cohort=x", "?layout=x"):
        answer = browser.get(base + "colours.bin" + query)
        assert answer.status_code == 400, query
        assert answer.content.decode().endswith(".")
    assert browser.get(base + "users/3").json()["user"] == 3
    assert browser.get(base + "users/999").status_code == 404


@really
def test_the_drawn_graph_can_be_taken_out_whatever_people_are_called(browser, drawn):
    from simapp.models import RunUser

    handle = '=1<&"\x07\u202e'
    RunUser.objects.filter(run_id=drawn.pk, user_id=4).update(handle=handle)
    base = f"/runs/{drawn.pk}/network/graph/"
    nodes = b"".join(browser.get(base + "nodes.csv")).decode().splitlines()
    edges = b"".join(browser.get(base + "edges.csv?at=1")).decode().splitlines()
    assert nodes[0].startswith("user,handle,community,followers,opinion,activity")
    assert len(nodes) == 121
    assert "'=1<&" in nodes[5]
    for kind, node, edge in (
        ("graphml", "{http://graphml.graphdrawing.org/xmlns}node", "{http://graphml.graphdrawing.org/xmlns}edge"),
        ("gexf", "{http://gexf.net/1.3}node", "{http://gexf.net/1.3}edge"),
    ):
        root = ElementTree.fromstring(b"".join(browser.get(f"{base}{kind}?at=1")))
        assert len(list(root.iter(node))) == 120
        assert [(e.get("source"), e.get("target")) for e in root.iter(edge)] == [tuple(e.split(",")) for e in edges[1:]]
    assert browser.get(base + "exe").status_code == 404


@really
def test_a_cohort_is_made_in_three_ways_looked_at_and_deleted(browser, drawn):
    from simapp.models import Audit, Cohort

    base = f"/runs/{drawn.pk}/"
    everything = "-99,-99 99,-99 99,99 -99,99"
    for name, field, value, size in (
        ("typed", "users", "1, 2 5-7", 5), ("all", "polygon", everything, 120), ("first", "community", "1", None),
    ):  # fmt: skip
        answer = browser.post(base + "cohorts/new/?at=1", {"name": name, field: value})
        made = Cohort.objects.get(name=name)
        assert answer["Location"] == f"{base}network/?cohort={made.pk}&at=1"
        assert made.size == (size or made.size) == made.users.shape[0]
        assert made.step == 1
    typed = Cohort.objects.get(name="typed")
    assert typed.users.tolist() == [1, 2, 5, 6, 7]
    page = browser.get(f"{base}network/?cohort={typed.pk}").content.decode()
    assert "Opinions of the cohort over time" in page
    told = browser.get(f"{base}cohorts/{typed.pk}/opinions").json()
    assert [row[0] for row in told["rows"]] == [0, 1, 2, 3]
    from simapp.store.opinions import opinions_at

    everybody = opinions_at(drawn, 2)[:, 0].astype(np.float64)
    some = everybody[typed.users]
    assert told["rows"][2][1:] == pytest.approx([some.mean(), some.var(), everybody.mean(), everybody.var()])
    lines = b"".join(browser.get(f"{base}cohorts/{typed.pk}/opinions.csv")).decode().splitlines()
    assert len(lines) == 5
    numbers = b"".join(browser.get(f"{base}cohorts/{typed.pk}/users.csv")).decode()
    assert numbers.split() == ["user", "1", "2", "5", "6", "7"]
    assert f"/runs/{drawn.pk}/users/5/" in browser.get(f"{base}cohorts/{typed.pk}/").content.decode()
    assert "typed" in browser.get(base + "cohorts/").content.decode()
    assert browser.post(f"{base}cohorts/{typed.pk}/delete/").status_code == 302
    assert not Cohort.objects.filter(name="typed").exists()
    assert browser.get(f"{base}network/?cohort={typed.pk}").status_code == 400
    assert Audit.objects.filter(action="delete_cohort", detail__name="typed").count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "users": "1"}, "name"),
        ({"name": "a" * 81, "users": "1"}, "name"),
        ({"name": "a\u202eb", "users": "1"}, "name"),
        ({"name": "a"}, "users"),
        ({"name": "a", "users": "1", "community": "1"}, "users"),
        ({"name": "a", "users": "1; drop"}, "users"),
        ({"name": "a", "users": "119-120"}, "users"),
        ({"name": "a", "users": "9-2"}, "users"),
        ({"name": "a", "users": "99999999999"}, "users"),
        ({"name": "a", "community": "0"}, "community"),
        ({"name": "a", "community": "9999"}, "community"),
        ({"name": "a", "polygon": "1,2 3,4"}, "polygon"),
        ({"name": "a", "polygon": "1,2 3,4 nan,1"}, "polygon"),
        ({"name": "a", "polygon": "1,2 3,4 5"}, "polygon"),
        ({"name": "a", "polygon": "50,50 51,50 51,51"}, "users"),
    ],
)
def test_a_cohort_that_cannot_be_is_refused_with_a_sentence(browser, shared_drawn, sent, field):
    from simapp.models import Cohort

    answer = browser.post(f"/runs/{shared_drawn.pk}/cohorts/new/", sent)
    assert answer.status_code == 400
    assert answer.context["form"].fault.startswith(field)
    assert not Cohort.objects.exists()


@pytest.fixture
def shared_drawn(db, owner, settings, tmp_path):
    """A run that says it has made a step, with a layout of four users who follow nobody."""
    from simapp.models import NetworkLayout, Run
    from simapp.store.drawings import Drawing, keep_drawing

    settings.SOCIARIUM_DATA_ROOT = tmp_path
    run = make(owner=owner)
    Run.objects.filter(pk=run.pk).update(step=0, users=120)
    run.refresh_from_db()
    four = np.arange(4, dtype=np.int32)
    places = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    drawing = Drawing(0, 4, places, four, np.zeros(4, np.int32), four, np.zeros((0, 2), np.int32))
    name, digest = keep_drawing(run.rows, drawing)
    facts = {
        "users": 120, "nodes": 4, "edges": 0, "edges_between": 0, "edges_drawn": 0, "bound": 2**32, "shift": 0,
        "edge_bound": 2**32, "communities": 4, "rounds": 1, "method": "by hand", "seed": 7, "seconds": 0.0,
        "figures": [[1, 0, 0]] * 4,
    }  # fmt: skip
    NetworkLayout.objects.create(rows=run.rows, run=run, step=0, status="done", name=name, hash=digest, facts=facts)
    return run


def test_a_name_is_used_once_and_another_member_sees_nothing(browser, browser_of, shared_drawn, django_user_model):
    from simapp.models import Cohort

    base = f"/runs/{shared_drawn.pk}/"
    assert browser.post(base + "cohorts/new/", {"name": "mine", "users": "1"}).status_code == 302
    again = browser.post(base + "cohorts/new/", {"name": "mine", "users": "2"})
    assert again.status_code == 400
    assert browser.get(base + "cohorts/new/?page=2")["Location"] == base + "network/?page=2"
    assert "already" in again.context["form"].fault
    other = browser_of(django_user_model.objects.create_user("other"))
    pk = Cohort.objects.get().pk
    for path in ("network/", "network/status", "network/drawing.bin", "cohorts/", f"cohorts/{pk}/", "cascades/"):
        assert other.get(base + path).status_code == 404, path
    for path in ("network/layout/", "cohorts/new/", f"cohorts/{pk}/delete/"):
        assert other.post(base + path).status_code == 404, path
    assert Cohort.objects.count() == 1
