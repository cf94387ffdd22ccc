"""Against: an unbroken run for a broken one, plain loops for summaries, tiny sizes of each kind.

What the experiments find at their own sizes stands in benchmarks/reproduction.md; here every number
is small and only the machinery is judged.
"""

import dataclasses
import json
from functools import partial

import jax
import numpy as np
import pytest

from icl_course.captions import Captioned, new_figure
from icl_course.reproduction import files, measuring, nets, plateaus, registry, runs, table
from icl_course.reproduction.measuring import losses, net_losses, stack
from icl_course.reproduction.records import (
    Experiment,
    Outcome,
    at_least,
    at_most,
    beside,
    near,
    shown,
)
from icl_course.reproduction.weights import diagonal_share

SMALL = {
    "n_steps": 4,
    "batch_size": 8,
    "seeds": (0, 1),
    "n_tasks": 40,
    "n_aligned": 20,
    "n_per_snapshot": 10,
    "n_contexts": 600,
    "n_drawn": 20,
    "sizes": (2, 3),
    "n_fixed": (4, 8),
    "n_rolled": 1,
    "d_hidden": 5,
    "d_features": 3,
    "n_seen": 2,
    "n_prompts": 5,
}
QUICK = ("weight-maps", "plateaus")
KEYS = {"figure", "quantity", "setting", "paper", "here", "tolerance", "within", "why"}


def small(settings):
    """Return the settings of an experiment with every size made small."""
    return {
        name: small(value) if isinstance(value, dict) else SMALL.get(name, value)
        for name, value in settings.items()
    }


def toy(name="toy", fails=False):
    """Return an experiment that trains nothing."""

    def run(settings, key, train):
        if fails:
            raise ValueError("no such luck")
        rows = [
            near(name, "loss", "K = 1", paper=2.0, here=2.01, share=0.01, source="theory"),
            near(name, "loss", "K = 2", paper=2.0, here=3.0, share=0.01, source="theory", why="K"),
            shown(name, "loss", "K = 3", here=1.0),
        ]
        figure = Captioned(new_figure(1.0), alt="A line at 2.0.")
        numbers = {"key": jax.random.uniform(key), "infinite": np.inf, "each": np.arange(2)}
        return Outcome(rows=rows, figures={"": figure, "more": figure}, numbers=numbers)

    sizes = {"laptop": {"n": 3}, "paper": {"n": 5}}
    return Experiment(name, "A toy", "section 0", run, sizes, {"laptop": 1, "paper": 2})


@pytest.fixture
def recipe():
    return nets.Recipe(
        net=nets.tied_net(d_x=3),
        tasks=nets.linear_tasks(n_context=2, d_x=3),
        seed=0,
        n_steps=6,
        batch_size=5,
        n_snapshots=3,
    )


def test_a_row_is_within_up_to_and_with_its_tolerance():
    row = partial(near, "f", "q", "s", paper=-2.0, share=0.5, source="")
    assert [row(here=here).within for here in (-1.0, -3.0, -0.9, -3.1)] == [1, 1, 0, 0]
    row = partial(beside, "f", "q", "s", paper=2.0, distance=0.5, source="")
    assert [row(here=here).within for here in (1.5, 2.5, 1.4, 2.6)] == [1, 1, 0, 0]
    row = partial(at_least, "f", "q", "s", paper=2.0, source="")
    assert [row(here=here).within for here in (2.0, 1.9, np.nan)] == [1, 0, 0]
    row = partial(at_most, "f", "q", "s", paper=2.0, source="")
    assert [row(here=here).within for here in (2.0, 2.1, np.nan)] == [1, 0, 0]


def test_a_reason_stands_only_where_a_row_is_outside():
    row = partial(near, "f", "q", "s", paper=2.0, share=0.1, source="", why="because")
    assert [row(here=here).why for here in (2.0, 3.0)] == ["", "because"]


def test_every_experiment_has_both_scales_times_and_a_title():
    every = registry.experiments()
    assert list(every) == [experiment.name for experiment in every.values()]
    for experiment in every.values():
        assert set(experiment.sizes) == set(experiment.minutes) == set(registry.SCALES)
        assert experiment.title
        assert experiment.section
        assert experiment.minutes["laptop"] <= 5


def test_the_paper_has_more_of_everything_than_the_laptop():
    counts = {"n_steps", "batch_size", "n_tasks", "n_contexts", "n_aligned"}
    for experiment in registry.experiments().values():
        for name in counts & set(experiment.sizes["laptop"]):
            assert experiment.sizes["paper"][name] >= experiment.sizes["laptop"][name]


def test_an_unknown_name_is_answered_with_those_that_come_closest():
    with pytest.raises(ValueError, match="Did you mean one-layer"):
        registry.find("onelayer")
    with pytest.raises(ValueError, match=r"no experiment 'zzz'\. icl-course"):
        registry.find("zzz")


def test_recipes_that_differ_have_files_of_their_own(recipe):
    others = [
        dataclasses.replace(recipe, seed=1),
        dataclasses.replace(recipe, n_steps=7),
        dataclasses.replace(recipe, batch_size=6),
        dataclasses.replace(recipe, learning_rate=1e-4),
        dataclasses.replace(recipe, tasks=nets.linear_tasks(n_context=4, d_x=3)),
        dataclasses.replace(recipe, net=nets.tied_net(d_x=3, n_layers=2)),
    ]
    names = {each.name for each in [recipe, *others]}
    assert len(names) == 7
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)


def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(recipe, tmp_path):
    unbroken = files.trained(recipe, tmp_path / "one", lambda *_: None)

    def kill(what, done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.trained(recipe, tmp_path / "two", kill)
    seen = []
    resumed = files.trained(recipe, tmp_path / "two", lambda *told: seen.append(told))
    assert [done for _, done, _ in seen] == [6]
    for one, two in zip(jax.tree.leaves(unbroken), jax.tree.leaves(resumed), strict=True):
        np.testing.assert_array_equal(one, two)
    again = files.trained(recipe, tmp_path / "two", lambda *told: seen.append(told))
    assert len(seen) == 1
    assert int(again.state.n_steps) == 6
    assert np.isfinite(again.losses).all()


def test_snapshots_are_the_weights_of_their_steps(recipe, tmp_path):
    run = files.trained(recipe, tmp_path, lambda *_: None)
    assert run.steps.tolist() == [0, 2, 4, 6]
    start = nets.begin(recipe)
    np.testing.assert_array_equal(run.kept(0).w_q, start.params.w_q)
    np.testing.assert_array_equal(run.kept(3).w_q, run.params.w_q)
    assert np.any(run.kept(1).w_q != run.kept(2).w_q)


def test_a_damaged_net_is_named(recipe, tmp_path):
    (tmp_path / f"{recipe.name}.eqx").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="delete it, and it is made again"):
        files.trained(recipe, tmp_path, lambda *_: None)


def test_losses_are_those_of_tasks_one_by_one(recipe):
    net, tasks, key = recipe.net, recipe.tasks, jax.random.key(1)
    params = [net.init(jax.random.key(seed)) for seed in (2, 3)]
    found = net_losses(net, stack(params), tasks, key, n_tasks=5)
    batch = tasks.sample(jax.random.fold_in(key, 0), 5)
    for row, one in zip(found, params, strict=True):
        for number, loss in enumerate(row):
            task = jax.tree.map(lambda leaf, n=number: leaf[n], batch)
            error = float(net.predict(one, task)[0] - task.y_query[0])
            assert loss == pytest.approx(error**2 / 2, rel=1e-9)
    nothing = losses(lambda task: 0 * task.y_query, tasks, key, n_tasks=5)
    np.testing.assert_allclose(nothing, np.asarray(batch.y_query[:, 0]) ** 2 / 2, rtol=1e-9)


def test_many_tasks_come_in_parts_and_all_differ(recipe, monkeypatch):
    monkeypatch.setattr(measuring, "N_PER_PART", 4)
    found = losses(lambda task: 0 * task.y_query, recipe.tasks, jax.random.key(0), n_tasks=10)
    assert found.shape == (10,)
    assert len(np.unique(found)) == 10


def test_the_median_of_blocks_does_not_notice_one_task_that_diverges(rng):
    each = rng.exponential(size=(5_000, 2))
    expected = each.mean(axis=0)
    each[17], each[2_300] = np.inf, np.nan
    np.testing.assert_allclose(measuring.median_of_means(each), expected, rtol=0.05)


def test_the_share_of_the_diagonal():
    assert diagonal_share(3 * np.eye(4)) == pytest.approx(1)
    assert diagonal_share(np.diag([1.0, -1.0])) == 0
    assert diagonal_share(np.array([[1.0, 1.0], [1.0, 1.0]])) == pytest.approx(0.5)


def test_a_plateau_ends_where_the_smoothed_loss_has_fallen():
    losses = np.concatenate([np.ones(100), np.zeros(100)])
    left = plateaus.leaves_plateau(losses, level=1.0)
    assert 100 <= left <= 102
    assert plateaus.leaves_plateau(np.ones(30), level=1.0) == 30
    np.testing.assert_allclose(plateaus.smoothed(np.arange(40.0))[30], np.arange(6, 31).mean())


def test_a_plateau_on_the_way_is_not_the_end():
    losses = np.concatenate([np.full(900, 2.0), np.full(900, 1.0)])
    # From step 925 on the smoothed loss is the last one.
    assert 900 < plateaus.settles(losses) <= 925
    assert plateaus.settles(np.full(100, 1.0)) == 100  # too few steps to know


def test_what_an_experiment_found_is_written_whole(tmp_path):
    runs.run(toy(), tmp_path, scale="laptop", seed=3)
    folder = tmp_path / "reproduction" / "laptop"
    assert sorted(path.name for path in folder.iterdir()) == [
        "toy-more.png",
        "toy-more.svg",
        "toy.json",
        "toy.png",
        "toy.svg",
    ]
    found = json.loads((folder / "toy.json").read_text())
    assert found["seed"] == 3
    assert found["settings"] == {"n": 3}
    assert found["versions"]["jax"] == jax.__version__
    assert found["figures"] == {"toy": "A line at 2.0.", "toy-more": "A line at 2.0."}
    assert found["numbers"]["infinite"] is None
    assert found["numbers"]["each"] == [0, 1]
    assert "A line at 2.0." in (folder / "toy.svg").read_text()
    assert all(set(row) >= KEYS for row in found["rows"])


def test_an_experiment_that_fails_leaves_what_was_found_before(tmp_path):
    runs.run(toy(), tmp_path, scale="laptop")
    before = (tmp_path / "reproduction" / "laptop" / "toy.json").read_text()
    with pytest.raises(ValueError, match="no such luck"):
        runs.run(toy(fails=True), tmp_path, scale="laptop")
    assert (tmp_path / "reproduction" / "laptop" / "toy.json").read_text() == before


def test_the_table_says_what_was_not_run(tmp_path):
    runs.run(toy(), tmp_path, scale="laptop")
    every = [toy(), toy("other")]
    outcomes = table.read_all(tmp_path, every)
    rows = table.rows(outcomes, every)
    assert [(row["figure"], row["scale"], row["here"]) for row in rows] == [
        ("toy", "laptop", 2.01),
        ("toy", "laptop", 3.0),
        ("toy", "laptop", 1.0),
        ("toy", "paper", None),
        ("other", "laptop", None),
        ("other", "paper", None),
    ]
    assert all(set(row) >= KEYS for row in rows)
    assert rows[3]["why"] == "not run here: icl-course reproduce toy --scale paper"
    page = table.page(outcomes, every)
    assert "2 numbers are compared, 1 of them are within their tolerance" in page
    assert "Outside: loss, K = 2: K" in page
    assert "![A line at 2.0.](reproduction/laptop/toy.png)" in page
    assert page.count("not run here") == 3


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow])
        for name in registry.experiments()
    ],
)
def test_every_experiment_runs_at_tiny_sizes(name, tmp_path):
    jax.config.update("jax_enable_x64", False)
    experiment = registry.find(name)
    settings = small(experiment.sizes["laptop"])
    outcome = runs.run(experiment, tmp_path, scale="laptop", settings=settings)
    assert outcome.rows
    assert {row.figure for row in outcome.rows} == {name}
    for drawn in outcome.figures.values():
        assert any(letter.isdigit() for letter in drawn.alt)
    assert table.read_outcome(tmp_path, name, scale="laptop") is not None
