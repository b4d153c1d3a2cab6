"""Personas: declared shares first, then words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simapp.engine.core.shortened import shortened
from simapp.engine.core.streams import Streams
from simapp.scenarios.checks import advice
from simapp.scenarios.document import load_scenario
from simapp.scenarios.importers.people import read_people
from simapp.scenarios.importers.to_population import population_from_import
from simapp.scenarios.parts.personas import Personas
from simapp.scenarios.population.build import build_population
from simapp.scenarios.population.marginals import chi_square, marginal_fits
from simapp.scenarios.population.personas import DrawnPersonas, stratified
from simapp.scenarios.problems import ScenarioInvalid


def trait(name: str, shares: dict[str, float], **more: Any) -> dict[str, Any]:
    return {"name": name, "values": [{"value": v, "share": s} for v, s in shares.items()], **more}


EDUCATION = trait(
    "education", {"school": 3, "degree": 1}, given="gender", cases=[{"when": "female", "shares": [1, 3]}]
)
COUNTRY = trait("country", {"US": 0.4833, "UK": 0.0733, "CA": 0.0697, "other": 0.3737})
MBTI = trait("mbti", {"ISTJ": 0.126, "ISFJ": 0.116, "ESFJ": 0.111, "INTJ": 0.647})


def scenario(*attributes: dict[str, Any], users: int = 2000, **more: Any):
    personas = {"attributes": list(attributes), **more}
    return load_scenario({"title": "People", "population": {"users": users, "personas": personas}})


@pytest.mark.parametrize("seed", [1, 7, 99])
def test_attributes_match_the_declared_marginals(seed: int) -> None:
    document, streams = scenario(COUNTRY, MBTI, EDUCATION), Streams(seed)
    fits = marginal_fits(document, build_population(document, streams), streams)
    assert [fit.attribute for fit in fits] == ["age", "gender", "country", "mbti", "education"]
    assert all(fit.users == 2000 and fit.p > 0.01 for fit in fits)
    # Strata fit better than independent draws would.
    assert all(fit.chi_square < fit.degrees for fit in fits if fit.attribute in ("country", "mbti"))


def test_a_joint_table_gives_each_its_own_shares() -> None:
    document = scenario(EDUCATION, users=6000)
    population = build_population(document, Streams(2))
    drawn = DrawnPersonas(document.population.personas, Streams(2), population.gender, population.age)
    degree = drawn.drawn(0, 6000)["education"]
    assert degree[population.gender == 1].mean() == pytest.approx(0.75, abs=0.03)
    assert degree[population.gender == 2].mean() == pytest.approx(0.25, abs=0.03)


def test_what_depends_on_age_is_right_for_every_age_and_in_all() -> None:
    young = [{"when": "13-17", "shares": [1, 0]}, {"when": "18-24", "shares": [1, 1]}]
    document, streams = (
        scenario(trait("education", {"school": 1, "degree": 1}, given="age", cases=young)),
        Streams(2),
    )
    population = build_population(document, streams)
    declared = document.population.personas
    degree = DrawnPersonas(declared, streams, population.gender, population.age).drawn(0, 2000)["education"]
    assert not degree[population.age < 18].any()
    assert degree[population.age > 24].mean() == pytest.approx(0.5, abs=0.05)
    fit = marginal_fits(document, population, streams)[-1]
    assert (fit.attribute, fit.p > 0.01) == ("education", True)
    # One in 15 is under 18, and half of the others have a degree.
    assert degree.mean() == pytest.approx(0.5 * (1 - 0.066), abs=0.03)


def test_attributes_do_not_lean_on_each_other() -> None:
    half = {"a": 1, "b": 1}
    document = scenario(trait("one", half), trait("two", half), users=8000)
    drawn = DrawnPersonas(
        document.population.personas, Streams(4), np.zeros(8000, np.uint8), np.zeros(8000, np.int16)
    ).drawn(0, 8000)
    assert abs(np.corrcoef(drawn["one"], drawn["two"])[0, 1]) < 0.04


@given(st.integers(0, 500), st.integers(1, 300))
@settings(max_examples=25, deadline=None)
def test_slices_show_the_same_people_as_the_whole(lo: int, width: int) -> None:
    document = scenario(COUNTRY, EDUCATION, users=800)
    profiles = build_population(document, Streams(3)).profiles
    hi = min(lo + width, 800)
    assert list(profiles.rows(lo, hi)) == list(profiles.rows(0, 800))[lo:hi]


def test_a_larger_population_begins_with_the_same_people() -> None:
    small, large = (build_population(scenario(COUNTRY, users=n), Streams(3)).profiles for n in (150, 1234))
    assert list(small.rows(0, 150)) == list(large.rows(0, 150))


def test_every_hundred_users_hold_each_hundredth_once() -> None:
    u = stratified(Streams(1), "country", np.arange(300, dtype=np.int64)).reshape(3, 100)
    assert np.array_equal(np.sort((u * 100).astype(int), axis=1), np.tile(np.arange(100), (3, 1)))
    assert not np.array_equal(u[0], u[1])


def test_personas_say_what_was_drawn_and_country_and_mbti_enter_the_profile() -> None:
    rows = build_population(scenario(COUNTRY, MBTI, EDUCATION), Streams(5)).profiles.rows(0, 200)
    for row in rows:
        assert row.country in ("US", "UK", "CA", "other")
        assert f"Country: {row.country}. Mbti: {row.mbti}. Education: " in row.persona
        assert row.persona.startswith(row.name)


def test_a_template_is_filled_and_braces_of_values_stand_for_themselves() -> None:
    document = scenario(trait("trait", {"{age} {0}": 1}), template="{name} ({age}), {trait}")
    population = build_population(document, Streams(5))
    row = population.profiles.rows(9, 10)[0]
    assert row.persona == f"{row.name} ({population.age[9]}), {{age}} {{0}}"


def test_a_declared_job_is_the_job_of_bio_and_persona() -> None:
    rows = build_population(scenario(trait("job", {"astronaut": 1})), Streams(5)).profiles.rows(0, 300)
    assert all("astronaut in" in row.persona for row in rows)
    assert sum("stronaut" in row.bio for row in rows) > 50


def test_a_persona_never_exceeds_what_a_prompt_has_room_for() -> None:
    long = [trait(f"trait{i}", {"w" * 50 + f" {i}": 1}) for i in range(9)]
    rows = build_population(scenario(*long), Streams(5)).profiles.rows(0, 20)
    assert all(len(row.persona) <= 240 and row.persona.endswith("…") for row in rows)


def test_without_declarations_people_are_as_they_always_were() -> None:
    plain = load_scenario({"title": "People"})
    assert plain.population.personas == Personas()
    row = build_population(plain, Streams(3)).profiles.rows(0, 1)[0]
    assert row.persona.endswith(".")
    assert (row.country, row.mbti) == ("", "")


def test_people_from_a_file_keep_the_words_of_the_file() -> None:
    csv = b"username,description,user_char\nann,likes tea,\nbob,,Bob is calm.\n"
    imported = read_people(csv, name="people.csv")
    population = population_from_import(imported, scenario(COUNTRY), Streams(1))
    rows = population.profiles.rows(0, 2)
    assert [row.persona for row in rows] == ["", "Bob is calm."]
    assert [row.country for row in rows] == ["", ""]
    people = {"upload": "0" * 64, "format": "oasis-x", "name": "people.csv"}
    document = load_scenario(
        {"title": "P", "population": {"people": people, "personas": {"attributes": [COUNTRY]}}}
    )
    assert any("keep the words of the file" in sentence for sentence in advice(document))


@pytest.mark.parametrize(
    ("personas", "says"),
    [
        ({"template": "{shoe}"}, "template is {shoe}"),
        ({"template": "{age!r}"}, "every brace belongs to a name, as in {age}"),
        ({"template": "{age.__class__}"}, "every brace belongs to a name"),
        ({"attributes": [trait("age", {"a": 1})]}, "attributes.0.name is age"),
        ({"attributes": [trait("b", {"a": 1}), trait("b", {"a": 1})]}, "attributes.1.name is b"),
        ({"attributes": [trait("b", {"a": 0})]}, "above 0"),
        ({"attributes": [trait("b", {"a": 1}, given="c")]}, "one of age, gender"),
        (
            {"attributes": [trait("b", {"a": 1}, given="age", cases=[{"when": "young", "shares": [1]}])]},
            "a range of ages that no other case has",
        ),
        (
            {
                "attributes": [
                    trait(
                        "b",
                        {"a": 1},
                        given="age",
                        cases=[{"when": w, "shares": [1]} for w in ("13-20", "20-30")],
                    )
                ]
            },
            "cases.1.when is 20-30",
        ),
        (
            {"attributes": [trait("b", {"a": 1}, given="gender", cases=[{"when": "hen", "shares": [1]}])]},
            "when is hen",
        ),
        ({"attributes": [trait("b", {"a": 1}, cases=[{"when": "female", "shares": [1]}])]}, "given is empty"),
        (
            {
                "attributes": [
                    trait("b", {"a": 1}, given="gender", cases=[{"when": "male", "shares": [1, 2]}])
                ]
            },
            "one number for each",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(personas: dict[str, Any], says: str) -> None:
    with pytest.raises(ScenarioInvalid) as refused:
        load_scenario({"title": "People", "population": {"personas": personas}})
    assert says in str(refused.value)
    assert "population.personas" in str(refused.value)


def test_the_chi_square_test_is_pearsons() -> None:
    # Mendel's round and wrinkled peas, 5474 to 1850 for 3 to 1: chi-square 0.263, p 0.608.
    fit = chi_square(np.array([5474, 1850]), np.array([0.75, 0.25]))
    assert (fit.chi_square, fit.p) == (pytest.approx(0.263, abs=0.001), pytest.approx(0.608, abs=0.001))
    assert chi_square(np.array([900, 100]), np.array([0.75, 0.25])).p < 1e-6
    assert chi_square(np.array([10, 1]), np.array([1.0, 0.0])).p == 0.0


def test_text_is_cut_between_words() -> None:
    assert shortened("one two three", 100) == "one two three"
    assert shortened("one two three", 9) == "one two…"
