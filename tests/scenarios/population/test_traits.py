from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simapp.engine.core.streams import Streams
from simapp.scenarios.parts.population import (
    Activity,
    AgeBand,
    ConstantOpinions,
    GenderShares,
    NormalOpinions,
    PopulationPart,
    TimeZone,
    TwoCamps,
    UniformOpinions,
    Voice,
)
from simapp.scenarios.population.opinions import draw_opinions
from simapp.scenarios.population.traits import (
    bounded_pareto,
    draw_ages,
    draw_genders,
    draw_levels,
    draw_rhythms,
    draw_share,
    draw_voices,
)

N = 40_000
USERS = np.arange(N)
STREAMS = Streams(11)


def fits(observed, shares):
    """Whether counts could come from the shares (chi-square; the seeds are fixed)."""
    expected = np.asarray(shares, float) / np.sum(shares) * np.sum(observed)
    return stats.chisquare(observed, expected).pvalue > 0.001


def test_ages_have_the_published_bands_and_are_uniform_inside():
    bands = PopulationPart().ages
    ages = draw_ages(bands, USERS, STREAMS)
    assert ages.dtype == np.int16
    assert fits([np.sum((ages >= b.low) & (ages <= b.high)) for b in bands], [b.share for b in bands])
    young = ages[(ages >= 25) & (ages <= 34)]
    assert fits(np.bincount(young - 25, minlength=10), np.ones(10))


def test_a_band_of_share_zero_stays_empty():
    bands = (AgeBand(low=20, high=29, share=1), AgeBand(low=30, high=39, share=0))
    assert draw_ages(bands, USERS, STREAMS).max() <= 29


def test_genders_have_their_shares():
    genders = draw_genders(GenderShares(), USERS, STREAMS)
    assert genders.dtype == np.uint8
    assert fits(np.bincount(genders, minlength=4)[1:], [0.4, 0.4, 0.2])
    assert not np.any(genders == 0)


def test_shares_at_the_upper_end_of_a_draw_stay_in_range():
    u = np.array([0.0, 0.5, np.nextafter(1.0, 0.0)])
    assert draw_share([1, 1, 0], u).tolist() == [0, 1, 1]
    assert draw_share([0, 1, 0], u).tolist() == [1, 1, 1]


def test_rhythms_are_local_days_seen_in_utc():
    zones = (TimeZone(offset=0, share=1), TimeZone(offset=5, share=3))
    row, rhythms = draw_rhythms(Activity(time_zones=zones), USERS, STREAMS)
    assert rhythms.shape == (2, 24)
    assert rhythms.dtype == np.float32
    assert rhythms.max(axis=1).tolist() == [1.0, 1.0]
    assert np.argmax(rhythms, axis=1).tolist() == [20, 15]  # the evening peak comes 5 hours earlier in UTC
    assert rhythms.min() == pytest.approx(1 / 7)
    assert rhythms[1] == pytest.approx(np.roll(rhythms[0], -5))
    assert fits(np.bincount(row), [1, 3])


def test_levels_follow_the_cut_pareto_law():
    activity = Activity()
    levels = draw_levels(activity, USERS, STREAMS).astype(float)
    assert levels.min() >= 0.01 * (1 - 1e-6)
    assert levels.max() <= 1.0

    def cdf(a):
        low, high = 0.01**-1.1, 1.0
        return (low - np.clip(a, 0.01, 1) ** -1.1) / (low - high)

    assert stats.kstest(levels, cdf).pvalue > 0.001


def test_the_pareto_inverse_meets_its_ends_and_a_single_point():
    u = np.array([0.0, np.nextafter(1.0, 0.0)])
    assert bounded_pareto(u, 2.1, 0.01, 1.0) == pytest.approx([0.01, 1.0])
    assert bounded_pareto(u, 3.0, 0.2, 0.2) == pytest.approx([0.2, 0.2])


def test_a_few_users_have_most_of_the_voice():
    voices = np.sort(draw_voices(Voice(), USERS, STREAMS).astype(float))[::-1]
    assert voices[: N // 10].sum() / voices.sum() > 0.35
    assert 0 < voices.min() <= voices.max() <= 1


@pytest.mark.parametrize(
    ("kind", "mean", "sd"),
    [
        (UniformOpinions(spread=1.0), 0.0, 1 / np.sqrt(3)),
        (UniformOpinions(mean=2.0, spread=0.5), 2.0, 0.5 / np.sqrt(3)),
        (NormalOpinions(mean=-1.0, spread=0.3), -1.0, 0.3),
        (TwoCamps(centre=0.6, spread=0.2, share=0.5), 0.0, np.hypot(0.6, 0.2)),
        (ConstantOpinions(value=0.4), 0.4, 0.0),
    ],
)
def test_opinions_have_their_distribution_on_every_topic(kind, mean, sd):
    opinions = draw_opinions(kind, USERS, 3, STREAMS)
    assert opinions.shape == (N, 3)
    assert opinions.dtype == np.float64
    assert opinions.mean(axis=0) == pytest.approx([mean] * 3, abs=0.015)
    assert opinions.std(axis=0) == pytest.approx([sd] * 3, abs=0.01)


def test_topics_are_independent_unless_there_are_camps():
    free = np.corrcoef(draw_opinions(NormalOpinions(), USERS, 2, STREAMS).T)[0, 1]
    camps = draw_opinions(TwoCamps(share=0.3, spread=0.0), USERS, 2, STREAMS)
    assert abs(free) < 0.02
    assert np.array_equal(camps[:, 0], camps[:, 1])
    assert np.mean(camps[:, 0] > 0) == pytest.approx(0.3, abs=0.01)


def test_more_topics_leave_the_first_as_they_were():
    few, many = (draw_opinions(UniformOpinions(), USERS[:50], t, STREAMS) for t in (2, 5))
    assert np.array_equal(few, many[:, :2])
