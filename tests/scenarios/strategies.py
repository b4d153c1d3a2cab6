"""Hypothesis strategies for scenario documents, as the plain data a person would write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from simapp.scenarios.names import ACTIONS, FEED_PRESETS
from simapp.scenarios.topics import TOPIC_SLUGS

# Everything a document may hold as text: no control characters, surrogates or line separators.
letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
lines = st.text(letters, min_size=1, max_size=60)
posts = st.text(st.one_of(letters, st.just("\n")), min_size=1, max_size=200).filter(lambda t: t.strip() != "")
shares = st.floats(0, 1)
names = st.from_regex(r"\A[a-z][a-z0-9_]{0,20}\Z")


def numbers(low: float, high: float) -> Any:
    return st.one_of(st.floats(low, high), st.integers(int(low) + (low > int(low)), int(high)))


def _post(topics: list[str]) -> dict[str, Any]:
    return {
        "author": st.one_of(st.integers(0, 499), st.sampled_from(["most_followed", "random"])),
        "text": posts,
        "topic": st.sampled_from(topics),
        "stance": st.one_of(st.none(), numbers(-1, 1)),
        "appeal": st.one_of(st.none(), st.floats(0, 1, exclude_min=True)),
    }


networks = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("barabasi_albert")},
        optional={
            "mean_followees": numbers(0, 20),
            "reciprocity": st.floats(0, 0.9),
            "exponent": numbers(2.5, 4),
        },
    ),
    st.fixed_dictionaries({"kind": st.just("watts_strogatz")}, optional={"rewire": shares}),
    st.fixed_dictionaries(
        {"kind": st.just("stochastic_block")},
        optional={"blocks": st.lists(st.floats(0.1, 9), min_size=1, max_size=5), "homophily": shares},
    ),
    st.just({"kind": "none"}),
)
opinions = st.one_of(
    st.fixed_dictionaries({"kind": st.sampled_from(["uniform", "normal"]), "spread": numbers(0, 10)}),
    st.fixed_dictionaries({"kind": st.just("two_camps"), "share": shares}),
    st.fixed_dictionaries({"kind": st.just("constant"), "value": numbers(-10, 10)}),
)

_traits = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["country", "mbti", "job", "education", "trait_2"]),
        "values": st.lists(
            st.fixed_dictionaries({"value": lines, "share": st.floats(0.1, 9)}),
            min_size=1,
            max_size=4,
            unique_by=lambda value: value["value"],
        ),
    }
)
personas = st.fixed_dictionaries(
    {"attributes": st.lists(_traits, max_size=4, unique_by=lambda trait: trait["name"])},
    optional={"template": st.sampled_from(["", "{name}, {age}", "{job} of {town}: {topic}"])},
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return plain data that is a valid scenario."""
    topics = draw(st.lists(st.sampled_from(TOPIC_SLUGS), min_size=1, max_size=8, unique=True))
    inject = st.fixed_dictionaries(
        {"kind": st.just("inject_post"), "at": st.integers(1, 500), **_post(topics)}
    )
    switch = st.fixed_dictionaries(
        {
            "kind": st.just("switch_feed"),
            "at": st.integers(1, 500),
            "preset": st.sampled_from([name for name in FEED_PRESETS if name != "custom"]),
            "params": st.dictionaries(names, numbers(-1e6, 1e6), max_size=3),
        }
    )
    part = {
        "question": st.text(letters, max_size=60),
        "population": st.fixed_dictionaries(
            {"users": st.integers(500, 10_000)}, optional={"opinions": opinions, "personas": personas}
        ),
        "network": networks,
        "platform": st.fixed_dictionaries(
            {},
            optional={
                "rules": st.sampled_from(["microblog", "forum"]),
                "actions": st.one_of(
                    st.none(), st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True, max_size=6)
                ),
                "exclusive_votes": st.one_of(st.none(), st.booleans()),
                "products": st.lists(
                    st.fixed_dictionaries(
                        {"name": lines.filter(lambda name: name.strip() != "")},
                        optional={"post": st.fixed_dictionaries(_post(topics))},
                    ),
                    max_size=3,
                    unique_by=lambda product: product["name"],
                ),
            },
        ),
        "feed": st.fixed_dictionaries(
            {},
            optional={"k": st.integers(1, 100), "params": st.dictionaries(names, numbers(-9, 9), max_size=3)},
        ),
        "seed_posts": st.lists(st.fixed_dictionaries(_post(topics)), max_size=3),
        "interventions": st.lists(st.one_of(inject, switch), max_size=3),
        "clock": st.fixed_dictionaries(
            {},
            optional={
                "start": st.sampled_from(["2026-01-05T12:00Z", "2024-02-29T23:59:00+02:00", "1999-12-31"]),
                "minutes_per_step": st.integers(1, 1440),
                "steps": st.integers(1, 100_000),
            },
        ),
        "metrics": st.one_of(st.just("default"), st.lists(names, min_size=1, max_size=4, unique=True)),
    }
    return draw(st.fixed_dictionaries({"title": lines, "topics": st.just(topics)}, optional=part))


plain_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.just("housing"),
        st.just(0),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
