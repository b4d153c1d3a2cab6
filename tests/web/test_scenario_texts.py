"""The form and the document are the same thing: writing and reading texts undo each other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simapp.scenarios.document import as_dict, json_schema, load_scenario
from simapp.scenarios.gallery import get_gallery, list_gallery
from simapp.scenarios.problems import ScenarioInvalid
from simapp.scenarios.topics import TOPIC_SLUGS
from simapp.web.scenario_form import anchors, sections
from simapp.web.scenario_plan import Group, Leaf, plan
from simapp.web.scenario_texts import read, write

_line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)
_share = st.floats(0.001, 1.0)
_name = st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z")
_post = st.fixed_dictionaries({
    "author": st.sampled_from([0, 3, "random", "most_followed"]),
    "text": _line.filter(str.strip),
    "topic": st.just("work"),
    "stance": st.none() | st.floats(-1, 1),
})  # fmt: skip
_change = st.one_of(
    st.fixed_dictionaries({
        "kind": st.just("switch_feed"), "at": st.integers(1, 99), "preset": st.just("interest"),
        "params": st.dictionaries(_name, st.floats(-1e6, 1e6), max_size=3),
    }),
    _post.map(lambda post: {"kind": "inject_post", "at": 4, **post}),
)  # fmt: skip
_documents = st.fixed_dictionaries({
    "title": _line,
    "source": _line,
    "topics": st.permutations(sorted({*TOPIC_SLUGS} - {"work"})).map(lambda slugs: ["work", *slugs[:3]]),
    "population": st.fixed_dictionaries({
        "users": st.integers(200, 10**6),
        "activity": st.fixed_dictionaries({"exponent": st.floats(1.01, 10), "minimum": st.just(0.001)}),
        "opinions": st.one_of(
            st.fixed_dictionaries({"kind": st.just("two_camps"), "share": _share}),
            st.fixed_dictionaries({"kind": st.just("constant"), "value": st.floats(-10, 10)}),
        ),
    }),
    "network": st.one_of(
        st.just({"kind": "none"}),
        st.fixed_dictionaries(
            {"kind": st.just("stochastic_block"), "blocks": st.lists(_share, min_size=1, max_size=4)}
        ),
    ),
    "platform": st.fixed_dictionaries({
        "actions": st.none() | st.just(["repost", "create_post"]),
        "exclusive_votes": st.sampled_from([None, True, False]),
        "show_score": st.booleans(),
    }),
    "feed": st.fixed_dictionaries({"params": st.dictionaries(_name, st.floats(-1e6, 1e6), max_size=3)}),
    "seed_posts": st.lists(_post, max_size=2),
    "interventions": st.lists(_change, max_size=2),
    "metrics": st.just(["default"]) | st.just(["ei_index", "camp_share"]),
})  # fmt: skip


@pytest.mark.parametrize("slug", list_gallery())
def test_a_gallery_document_survives_the_form(slug: str) -> None:
    document = get_gallery(slug)
    assert load_scenario(read(write(as_dict(document)))) == document


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_documents)
def test_any_document_survives_the_form(raw: dict[str, Any]) -> None:
    document = load_scenario(raw)
    sent = {
        name: [text.replace("\n", "\r\n") for text in texts]
        for name, texts in write(as_dict(document)).items()
    }
    assert load_scenario(read(sent)) == document


def test_people_from_a_file_survive_the_form_and_go_when_unticked() -> None:
    people = {"upload": "ab" * 32, "format": "oasis-x", "name": "people.csv"}
    document = load_scenario({"title": "t", "population": {"users": 111, "people": people}})
    texts = write(as_dict(document))
    assert load_scenario(read(texts)) == document
    del texts["population.people"]
    assert load_scenario(read(texts)).population.people is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nonsense_in_any_input_is_shown_at_that_input_with_what_was_typed(data: st.DataObject) -> None:
    texts = write(as_dict(get_gallery("echo-chambers")))
    leaves = [
        leaf
        for leaf in _leaves(plan())
        if leaf.name in texts and leaf.kind in {"integer", "number", "choice"}
    ]
    leaf = data.draw(st.sampled_from(leaves))
    typed = data.draw(
        st.sampled_from(["many", "", "-1e9", "1e999", "٣", "0x10", "<b>", "nan", "1_000", "9" * 400])
    )
    texts[leaf.name] = [typed]
    with pytest.raises(ScenarioInvalid) as refused:
        load_scenario(read(texts))
    shown = sections(texts, refused.value.problems)
    places = [place for place, _ in anchors(shown)]
    assert "f-" + leaf.name.replace(".", "-").replace("@", "-") in places
    assert typed in {node.text for node in _nodes(shown) if node.name == leaf.name}


def test_every_field_of_the_document_has_an_input() -> None:
    schema = json_schema()
    described = {
        name
        for part in (schema, *schema["$defs"].values())
        for name in part.get("properties", {})
        if name != "kind"
    }
    inside_texts = set()
    # What may be empty as a whole is one text in the form; language models have a box of their own beside it.
    persona = ("PersonaAttribute", "PersonaCase", "PersonaValue")
    pipelines = ("PipelinePart", "PipelineUse", "PipelineScorer")
    models = ("Models", "EndpointTier", "LocalTier", "ArchetypeTier", "NumberOfUsers", "ShareOfUsers", "NamedUsers")
    models += ("TopUsers", "Limits", "Waiting", "Sampling", "Perception", "Prompt", "Memory", "AnswerGroups")
    for name in ("AgeBand", "TimeZone", "People", *persona, *pipelines, *models):
        inside_texts |= set(schema["$defs"][name]["properties"])
    inputs = {leaf.path.rpartition(".")[2] for leaf in _leaves(plan())} | _groups(plan())
    assert described - inside_texts - inputs == {"schema_version"}


def test_a_pipeline_and_groups_survive_the_form() -> None:
    pipeline = {"sources": [{"part": "trending"}], "scorers": [{"part": "hot", "weight": 2.0}]}
    group = {"name": "ranked", "share": 0.5, "preset": "custom", "pipeline": pipeline}
    feed = {"preset": "custom", "pipeline": pipeline, "groups": [group]}
    document = load_scenario({"title": "t", "feed": feed})
    assert load_scenario(read(write(as_dict(document)))) == document


def test_an_input_tells_its_range_unit_and_source() -> None:
    shown = {node.name: node for node in _nodes(sections(write(as_dict(get_gallery("echo-chambers")))))}
    alpha = shown["minds.opinion@baumann.alpha"]
    assert (alpha.hint, alpha.unit) == ("a number from 0 to 20; default 3", "1 / opinion")
    assert "Baumann" in alpha.source


def test_the_first_topics_ticked_stay_first() -> None:
    texts = write(as_dict(load_scenario({"title": "t", "topics": ["work", "housing"]})))
    topics = next(node for node in _nodes(sections(texts)) if node.name == "topics")
    assert [option.value for option in topics.options][:2] == ["work", "housing"]
    assert len(topics.options) == len(TOPIC_SLUGS)


def test_a_fault_inside_a_list_is_shown_at_its_item() -> None:
    texts = write(as_dict(get_gallery("rumour")))
    texts["seed_posts.0.topic"] = ["potatoes"]
    with pytest.raises(ScenarioInvalid) as refused:
        load_scenario(read(texts))
    shown = sections(texts, refused.value.problems)
    assert [place for place, _ in anchors(shown)] == ["f-seed_posts-0-topic"]


def test_a_changed_kind_keeps_what_was_typed_in_the_other() -> None:
    texts = write(as_dict(get_gallery("echo-chambers")))
    texts["network.kind"] = ["watts_strogatz"]
    texts["network@watts_strogatz.mean_followees"] = ["12"]
    texts["network@watts_strogatz.rewire"] = ["0.3"]
    document = load_scenario(read(texts))
    assert as_dict(document)["network"] == {"kind": "watts_strogatz", "mean_followees": 12.0, "rewire": 0.3}
    shown = {node.name: node.text for node in _nodes(sections(texts))}
    assert shown["network@barabasi_albert.mean_followees"] == "20"


def _leaves(part: Any) -> list[Leaf]:
    if isinstance(part, Leaf):
        return [part]
    inner = part.parts if isinstance(part, Group) else part.members.values()
    return [leaf for child in inner for leaf in _leaves(child)]


def _groups(part: Any) -> set[str]:
    if isinstance(part, Leaf):
        return set()
    inner = part.parts if isinstance(part, Group) else part.members.values()
    return {part.path.rpartition(".")[2]}.union(*(_groups(child) for child in inner))


def _nodes(shown: list[Any]) -> list[Any]:
    return [node for top in shown for node in (top, *_nodes(top.parts))]
