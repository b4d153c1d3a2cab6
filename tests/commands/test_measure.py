"""`measure` and `import-graph` as a person types them, and a run on a person's own graph."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from django.core.management import call_command

from simapp.engine.core.errors import WrongInput
from simapp.metrics.registry import all_metrics
from simapp.models import Run, RunFollow, RunUser, Upload
from tests.metrics.test_echo_chambers import read_polblogs


def told(command: str, *arguments: object, **options: object) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, arguments), json=True, stdout=out, stderr=err, **options)
    return {**json.loads(out.getvalue().splitlines()[-1]), "_told": err.getvalue().splitlines()}


def measured(**options: object) -> dict[str, Any]:
    return told(
        "measure",
        **{name: str(value) if isinstance(value, Path) else value for name, value in options.items()},
    )


def data(shared: Path, name: str) -> Path:
    file = shared / name
    if not file.is_file():
        pytest.skip(f"the real data (../shared/data/{name}) are not on this machine")
    return file


@pytest.fixture(scope="module")
def polblogs(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The political blogs as GML and as lines, plain and packed, with their sides and opinions as CSV."""
    whole = data(shared_data, "polblogs/polblogs.gml.gz")
    folder = tmp_path_factory.mktemp("blogs")
    graph = read_polblogs(whole)
    sides = {u: int(graph.nodes[u]["value"]) for u in graph}
    lines = "".join(f"{u} {v}\n" for u, v in graph.edges)
    (folder / "blogs.txt").write_text(lines)
    (folder / "blogs.txt.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "blogs.gml").write_bytes(gzip.decompress(whole.read_bytes()))
    (folder / "sides.csv").write_text(
        "node,label\n" + "".join(f"{u},{'lr'[s]}\n" for u, s in sides.items() if graph.degree(u))
    )
    (folder / "opinions.csv").write_text(
        "node,value\n" + "".join(f"{u},{2 * s - 1}\n" for u, s in sides.items() if graph.degree(u))
    )
    return {"gml.gz": whole, **{file.name: file for file in folder.iterdir()}}


ANCHORS = {
    "ei_index": (-0.823, 5e-4),
    "assortativity_discrete": (0.811, 5e-4),
    "modularity": (0.405, 5e-4),
    "rwc": (0.518, 1e-3),
}


@pytest.mark.parametrize("file", ["blogs.txt", "blogs.txt.gz", "gml.gz", "blogs.gml"])
def test_the_political_blogs_have_the_published_figures_whatever_the_format(
    polblogs: dict[str, Path], file: str
) -> None:
    sides = {"sides": polblogs["sides.csv"]} if "txt" in file else {"sides_from": "value"}
    names = ",".join([*ANCHORS, "reciprocity"])
    found = measured(graph=polblogs[file], metrics=names, draws=2, **sides)
    for name, (expected, tolerance) in ANCHORS.items():
        assert found[name]["value"] == pytest.approx(expected, abs=tolerance), name
    assert found["reciprocity"]["value"] == pytest.approx(0.243, abs=5e-4)


def test_the_sides_of_the_political_blogs_are_far_from_random_ones(polblogs: dict[str, Path]) -> None:
    found = measured(graph=polblogs["gml.gz"], sides_from="value", metrics=",".join(ANCHORS), draws=20)
    for name in ANCHORS:
        assert abs(found[name]["null_mean"]) < 0.03, name
        assert abs(found[name]["z"]) > 10, name
    # Sides of the same sizes at random: 0.018, give or take what the mean of 20 draws varies.
    assert found["rwc"]["null_mean"] == pytest.approx(0.018, abs=4 * 0.008 / np.sqrt(20))


def test_opinions_of_the_political_blogs(polblogs: dict[str, Path]) -> None:
    found = measured(graph=polblogs["blogs.txt"], opinions=polblogs["opinions.csv"], draws=5)
    assert found["ei_index"]["value"] == pytest.approx(-0.823, abs=5e-4)
    assert found["assortativity_numeric"]["value"] == pytest.approx(found["assortativity_discrete"]["value"])
    assert found["neighbour_correlation"]["value"] > 0.85
    assert set(found) - {"_told"} == {
        name for name, m in all_metrics().items() if m.reads and {"graph", "sides", "opinions"}.issuperset(m.reads)
    }


def test_the_friends_of_ten_people_have_the_published_figures(shared_data: Path) -> None:
    file = data(shared_data, "ego-facebook/facebook_combined.txt.gz")
    names = "local_clustering,transitivity,triangles,diameter,degree_gini"
    found = measured(graph=file, undirected=True, draws=2, metrics=names)
    assert found["local_clustering"]["value"] == pytest.approx(0.6055, abs=5e-5)
    assert found["transitivity"]["value"] == pytest.approx(0.5192, abs=5e-5)
    assert found["triangles"]["value"] == 1_612_010
    assert found["diameter"]["value"] == 8
    assert found["degree_gini"]["value"] == pytest.approx(0.541, abs=5e-4)
    # A small world: far more closed than the same degrees at random.
    assert found["local_clustering"]["value"] > 5 * found["local_clustering"]["null_mean"]
    read = told("import-graph", file)
    assert (read["format"], read["nodes"], read["edges"], read["skipped"]) == ("edges", 4039, 88_234, 0)


def test_the_cascades_of_twitter15_have_the_medians_of_the_reference(shared_data: Path) -> None:
    found = measured(cascades=data(shared_data, "twitter15-cascades/twitter15.jsonl.gz"))
    expected = {
        "structural_virality": (2.34, 0.005),
        "virality_size_correlation": (0.15, 0.005),
        "cascade_root_share": (0.84, 0.005),
        "cascade_mean_depth": (3.7, 0.05),
        "cascade_half_life": (42, 0.5),
        "shared_within_hour": (0.47, 0.01),
        "shared_within_day": (0.90, 0.005),
    }
    for name, (value, tolerance) in expected.items():
        assert found[name]["value"] == pytest.approx(value, abs=tolerance), name


def test_import_graph_reports_every_skipped_row(polblogs: dict[str, Path]) -> None:
    found = told("import-graph", polblogs["gml.gz"])
    assert (found["format"], found["directed"], found["nodes"]) == ("gml", True, 1490)
    assert (found["rows"], found["edges"], found["skipped"], found["largest_component"]) == (
        19_090,
        19_022,
        68,
        1222,
    )
    rows = [line for line in found["_told"] if line.startswith("edge")]
    assert len(rows) == 68
    assert sum("joins a node to itself" in row for row in rows) == 3
    assert any("simulate SCENARIO --graph" in line for line in found["_told"])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "graph.txt").write_text("a b\nb c\nc a\nd c\n")
    (tmp_path / "sides.csv").write_text("node,label\na,x\nb,x\nc,y\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "odd.csv").write_text("who,what\na,x\n")
    (tmp_path / "trees.jsonl").write_text(
        '{"parent": [-1, 0, 0], "minutes": [0, 5, 9]}\n{"parent": [1, 0]}\nno\n'
    )
    return tmp_path


def test_what_is_left_out_of_a_file_is_told(files: Path) -> None:
    found = measured(cascades=files / "trees.jsonl")
    assert found["cascade_size"]["value"] == 3
    assert found["_told"] == [
        "--cascades: line 2: It has 0 nodes without a parent; a tree has one.",
        "--cascades: line 3: It is no valid JSON.",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "nothing to measure"),
        ({"graph": "graph.txt", "sides": "odd.csv"}, "--sides: The file has no columns node and label"),
        ({"sides": "sides.csv"}, "name it with --graph"),
        (
            {"graph": "graph.txt", "sides_from": "party"},
            "--sides-from is party; the nodes of the graph have: none",
        ),
        ({"graph": "graph.txt", "metrics": "mood"}, "--metrics names 'mood', which is not in the catalogue"),
        ({"graph": "graph.txt", "metrics": "rwc"}, "--metrics names rwc, which needs --sides"),
        (
            {"graph": "graph.txt", "metrics": "likes_made"},
            "--metrics names likes_made, which is computed in runs",
        ),
        ({"graph": "graph.txt", "draws": 1}, "--draws is 1"),
        ({"graph": "empty.txt"}, "--graph: The file is empty"),
        ({"graph": "nowhere.txt"}, "cannot be read"),
    ],
)
def test_wrong_files_are_refused_in_one_sentence(files: Path, options: dict[str, Any], sentence: str) -> None:
    given = {n: files / v if n in ("graph", "sides", "cascades") else v for n, v in options.items()}
    with pytest.raises(WrongInput, match=sentence) as refused:
        measured(**given)
    assert "\n" not in str(refused.value)


def test_the_same_seed_draws_the_same_nulls(files: Path) -> None:
    given = {"graph": files / "graph.txt", "sides": files / "sides.csv", "metrics": "ei_index,modularity"}
    assert measured(**given, seed=5) == measured(**given, seed=5)


@pytest.mark.django_db(transaction=True)
def test_a_run_lives_on_a_persons_own_graph_and_nobody_is_added(tmp_path: Path) -> None:
    graph = nx.karate_club_graph()
    (tmp_path / "club.gml").write_text("\n".join(nx.generate_gml(graph)))
    found = told(
        "simulate",
        "echo-chambers",
        graph=str(tmp_path / "club.gml"),
        steps=1,
        set=["feed.preset=chronological"],
    )
    run = Run.objects.get(pk=found["run"])
    assert (found["users"], run.users) == (34, 34)
    assert RunUser.objects.filter(run_id=run.pk).count() == 34
    first = RunFollow.objects.filter(run_id=run.pk, step=0)
    edges = set(first.values_list("follower", "followee"))
    assert edges == {pair for a, b in graph.edges for pair in ((a, b), (b, a))}
    # The file goes with the run: whoever takes its export in can prove every step.
    told("export", run.pk, format="parquet", out=str(tmp_path / "export"))
    Upload.objects.all().delete()
    again = told("import-run", tmp_path / "export")
    assert (again["users"], again["digest"]) == (34, found["digest"])


@pytest.mark.django_db(transaction=True)
def test_people_and_a_graph_cannot_both_say_who_follows_whom(files: Path) -> None:
    with pytest.raises(WrongInput, match="--users and --graph"):
        told("simulate", "echo-chambers", graph=str(files / "graph.txt"), users=str(files / "sides.csv"))
    assert not Run.objects.exists()


def test_tables_are_measured_and_their_odd_rows_told(tmp_path: Path) -> None:
    (tmp_path / "texts.csv").write_text('text,group,label\n"you idiots",a,1\nfine day,b,0\nthree,cells\n')
    (tmp_path / "verdicts.csv").write_text("forward,backward\nfirst,second\nfirst,perhaps\n")
    (tmp_path / "feeds.csv").write_text("viewer,v1,v2\nann,1,0\nann,0,1\nbob,x,1\n")
    found = measured(**{name: tmp_path / f"{name}.csv" for name in ("texts", "verdicts", "feeds")})
    assert found["toxicity_share"]["value"] == 0.5
    assert found["toxicity_gap"]["value"] == 1.0
    assert found["toxicity_agreement"]["value"] == 1.0
    assert found["extremity_share"]["value"] == 1.0
    assert found["intra_list_diversity"]["value"] == 1.0
    assert found["_told"] == [
        "--texts: line 4: It has 2 cells; the header has 3.",
        "--verdicts: line 3: Its backward is perhaps, not one of first, second, neutral.",
        "--feeds: line 4: Its v1 is no number.",
    ]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("texts", "words\nhello\n", r"--texts: The file has no column text \(found: words\)"),
        ("reach", "group,ranked,chronological\nl,much,1\n", "--reach: The file has no row that can be used"),
        ("ratings", "", "--ratings: The file is empty"),
    ],
)
def test_a_table_without_what_it_needs_is_refused(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    (tmp_path / "table.csv").write_text(content)
    with pytest.raises(WrongInput, match=sentence):
        measured(**{name: tmp_path / "table.csv"})


def test_real_cascades_must_be_as_many_as_those_compared_with_them(tmp_path: Path) -> None:
    (tmp_path / "made.jsonl").write_text('{"parent": [-1, 0], "minutes": [0, 5]}\n')
    (tmp_path / "real.jsonl").write_text(
        '{"parent": [-1, 0], "minutes": [0, 5]}\n{"parent": [-1], "minutes": [0]}\n'
    )
    with pytest.raises(WrongInput, match="--cascades has 1 cascades and --reference 2"):
        measured(cascades=tmp_path / "made.jsonl", reference=tmp_path / "real.jsonl")
    same = measured(cascades=tmp_path / "made.jsonl", reference=tmp_path / "made.jsonl")
    assert same["nrmse_scale"]["value"] == 0.0


def test_figures_print_as_lines_for_people(files: Path) -> None:
    out = io.StringIO()
    call_command(
        "measure",
        graph=str(files / "graph.txt"),
        sides=str(files / "sides.csv"),
        metrics="ei_index",
        stdout=out,
    )
    assert out.getvalue().startswith("ei_index: 0.333333   null ")
