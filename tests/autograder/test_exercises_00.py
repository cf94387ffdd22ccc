"""The records of lesson 00: their oracles by another route.

Against: autodiff, explicit steps, NumPy's own draws, and what the lesson quotes.
"""

import textwrap

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder.ask import Failure, ask_all, asks
from autograder.content import find_lesson
from autograder.exercise import UnreadableAnswerError
from autograder.exercises import find_exercise
from autograder.exercises.lesson_00 import descending, keys, regression, trees
from autograder.practice import judge


def plain_loss(w, xs, ys):
    return jnp.mean(jnp.sum((xs @ w.T - ys) ** 2, axis=1)) / 2


def cases_of(exercise_id, seed):
    exercise = find_exercise(exercise_id)
    return exercise, exercise.draw(seed, "grade")


@pytest.fixture
def float64():
    with jax.enable_x64(True):
        yield


@pytest.mark.usefixtures("float64")
class TestOracles:
    def test_moments_and_differences_give_the_loss_and_its_gradient(self):
        for case in cases_of("loss", 5)[1]:
            w, xs, ys = (jnp.asarray(case[name], jnp.float64) for name in ("w", "xs", "ys"))
            value, slope = jax.value_and_grad(plain_loss)(w, xs, ys)
            np.testing.assert_allclose(regression.loss(case)["loss"], value, rtol=1e-10)
            scale = np.abs(slope).max()
            np.testing.assert_allclose(regression.slopes(case), slope, atol=1e-8 * scale)

    def test_the_table_holds_each_pair(self):
        for case in cases_of("vmap-tasks", 5)[1]:
            for t, m in np.ndindex(len(case["xs"]), len(case["ws"])):
                one = [np.asarray(case[n][i], float) for n, i in (("ws", m), ("xs", t), ("ys", t))]
                expected = plain_loss(*one)
                np.testing.assert_allclose(regression.table(case)["losses"][t, m], expected)

    def test_the_closed_form_is_what_steps_give(self):
        for case in cases_of("gd-loop", 5)[1]:
            w, xs, ys = (jnp.asarray(case[name], jnp.float64) for name in ("w", "xs", "ys"))
            found = [plain_loss(w, xs, ys)]
            for _ in range(int(case["n_steps"])):
                w = w - float(case["learning_rate"]) * jax.grad(plain_loss)(w, xs, ys)
                found.append(plain_loss(w, xs, ys))
            np.testing.assert_allclose(descending.losses(case), found, rtol=1e-9)

    def test_descent_shrinks_just_below_the_threshold_and_grows_just_above(self):
        for case in cases_of("divergence-threshold", 5)[1]:
            xs = np.asarray(case["xs"], np.float64)
            bound = float(descending.threshold(case)["step size"])
            for factor, grows in ((0.999, False), (1.001, True)):
                w = np.random.default_rng(0).normal(size=(1, xs.shape[1]))
                start = np.sum((xs @ w.T) ** 2)
                for _ in range(20_000):
                    w = w - factor * bound * (xs @ w.T).T @ xs / len(xs)
                assert (np.sum((xs @ w.T) ** 2) > start) == grows

    def test_the_chain_rule_by_hand_is_what_autodiff_gives(self):
        for case in cases_of("tree-step", 5)[1]:
            leaves = {name: jnp.asarray(case[name], jnp.float64) for name in trees.LEAVES}
            xs, ys = (jnp.asarray(case[name], jnp.float64) for name in ("xs", "ys"))

            def loss(leaves, xs=xs, ys=ys):
                hidden = xs @ leaves["first"].T
                missed = hidden @ leaves["second"].T + leaves["shift"] - ys
                return jnp.sum(missed**2) / (2 * len(xs))

            expected = jax.grad(loss)(leaves)
            for name, slope in trees.slopes(case).items():
                np.testing.assert_allclose(slope, expected[name], rtol=1e-9, atol=1e-9)


def drawn_by_numpy(case, random, n_draws, **wrong):
    """Arrays as they cross from an answer that draws with NumPy, right but for what is said."""
    n_context, d_x = int(case["n_context"]), int(case["d_x"])
    w = wrong.get("w", random.normal(size=(n_draws, 1, d_x)))
    xs = wrong.get("xs", random.uniform(-0.5, 0.5, (n_draws, n_context, d_x)))
    noise = wrong.get("noise", random.normal(size=(n_draws, n_context, 1)))
    ys = xs @ w.swapaxes(1, 2) + float(case["noise_scale"]) * noise
    found = {"w": w, "xs": xs, "ys": ys, "w_again": w[0], "xs_again": xs[0], "ys_again": ys[0]}
    return found | {"key_reused": np.zeros(())}


class TestLaws:
    @pytest.mark.parametrize("n_draws", [keys.N_DRAWS, keys.FEWEST_DRAWS])
    def test_right_draws_stay_well_inside_every_bound(self, n_draws):
        random = np.random.default_rng(11)
        for seed in range(40):
            for case in cases_of("split-keys", seed)[1]:
                seen = keys.observe(case, drawn_by_numpy(case, random, n_draws))
                bounds = keys.bounds(case, n_draws)
                for name, expected in keys.oracle(case).items():
                    assert abs(seen[name] - expected) <= 0.9 * bounds[name], name

    @pytest.mark.parametrize(
        ("slip", "shown"),
        [
            ({"xs": lambda r, k, n, d: r.uniform(-1, 1, (k, n, d))}, "inputs outside"),
            ({"xs": lambda r, k, n, d: r.uniform(-0.4, 0.4, (k, n, d))}, r"largest |input|"),
            ({"w": lambda r, k, n, d: r.uniform(-1.7, 1.7, (k, 1, d))}, "square of W"),
            ({"w": lambda r, k, n, d: 1.3 * r.normal(size=(k, 1, d))}, "(variance / asked) of W"),
            ({"w": lambda r, k, n, d: 0.5 + r.normal(size=(k, 1, d))}, "mean of W"),
            ({"noise": lambda r, k, n, d: r.normal(size=(k, 1, 1)).repeat(n, 1)}, "largest corr"),
            ({"w": lambda r, k, n, d: r.normal(size=(1, 1, d)).repeat(k, 0)}, "spread"),
        ],
        ids=["wide", "narrow", "even", "scaled", "moved", "one noise", "constant"],
    )
    def test_every_other_law_is_seen(self, slip, shown):
        case = cases_of("split-keys", 3)[1][0]
        random, sizes = np.random.default_rng(12), (keys.N_DRAWS, 5, 3)
        wrong = {name: make(random, *sizes) for name, make in slip.items()}
        seen = keys.observe(case, drawn_by_numpy(case, random, keys.N_DRAWS, **wrong))
        bounds = keys.bounds(case, keys.N_DRAWS)
        off = [n for n, right in keys.oracle(case).items() if abs(seen[n] - right) > bounds[n]]
        assert any(shown in name for name in off), off

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"ys": lambda ys: ys[:, :, 0]}, r"ys came back as \[5\]; expected \[5, 1\]"),
            ({"w": lambda w: w * np.nan}, "w holds NaN"),
            ({"xs": lambda xs: xs[:7]}, "7 draws came back"),
        ],
        ids=["shape", "nan", "too few"],
    )
    def test_what_is_no_task_is_refused_with_a_reason(self, change, message):
        case = cases_of("split-keys", 3)[1][0]
        arrays = drawn_by_numpy(case, np.random.default_rng(13), keys.N_DRAWS)
        for name, make in change.items():
            arrays[name] = make(arrays[name])
        with pytest.raises(UnreadableAnswerError, match=message):
            keys.observe(case, arrays)

    def test_one_key_for_two_draws_gives_the_correlation_that_the_record_says(self):
        many = jax.random.split(jax.random.key(0), 20_000)
        normal = jax.vmap(lambda key: jax.random.normal(key, (1, 2)))(many)[:, 0, 1]
        uniform = jax.vmap(lambda key: jax.random.uniform(key, (4, 2)))(many)[:, 0, 1]
        np.testing.assert_allclose(np.corrcoef(normal, uniform)[0, 1], keys.SHARED, atol=2e-3)


def ask(exercise_id, answer):
    exercise = find_exercise(exercise_id)
    return ask_all(asks()[exercise_id], answer, exercise.draw(0, "practice"))


class TestAsking:
    def test_a_tree_of_another_form_is_no_answer(self):
        def as_list(loss, params, learning_rate):
            return jax.tree.leaves(params)

        outcome = ask("tree-step", as_list)
        assert isinstance(outcome, Failure)
        assert outcome.text.startswith("a tree of the form PyTreeDef([*, *, *]) came back; expect")

    def test_an_answer_that_vmap_cannot_take_is_asked_key_by_key(self):
        def by_numpy(key, n_context, d_x, noise_scale):
            random = np.random.default_rng(np.asarray(jax.random.key_data(key)))
            w, xs = random.normal(size=(1, d_x)), random.uniform(-0.5, 0.5, (n_context, d_x))
            return w, xs, xs @ w.T + noise_scale * random.normal(size=(n_context, 1))

        outcome = ask("split-keys", by_numpy)
        assert {len(arrays["w"]) for arrays in outcome} == {keys.FEWEST_DRAWS}
        assert judge("split-keys", by_numpy).passed

    def test_a_key_used_twice_is_seen_though_its_numbers_look_independent(self):
        def careless(key, n_context, d_x, noise_scale):
            key_w, key_xs = jax.random.split(key)
            w = jax.random.normal(key_w, (1, d_x))
            xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-0.5, maxval=0.5)
            return w, xs, xs @ w.T + noise_scale * jax.random.normal(key, (n_context, 1))

        result = judge("split-keys", careless)
        assert result.misconception == "key-used-after-split"
        assert "where chance explains" in result.message

    @pytest.mark.parametrize("drawn", [None, 3.0, (1.0, 2.0)], ids=str)
    def test_what_is_not_three_arrays_is_no_task(self, drawn):
        outcome = ask("split-keys", lambda *args: drawn)
        assert isinstance(outcome, Failure)
        assert outcome.text == "expected three arrays: W, the inputs and the targets"


def quoted_blocks() -> list[str]:
    """The text blocks that the lesson shows, without comment signs."""
    source = find_lesson("00").source.read_text(encoding="utf-8")
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.split("\n"))
    return [part.split("\n```")[0] for part in text.split("```text\n")[1:]]


def test_the_lesson_quotes_the_check_and_the_hint_as_they_are():
    message, hint = quoted_blocks()

    def loss(w, xs, ys):
        return jnp.sum((xs @ w.T - ys) ** 2) / len(xs)

    assert message == judge("loss", loss, seed=3, depth="practice").message
    first = find_exercise("hand-gradient").hints[0]
    assert hint == textwrap.fill(f"hand-gradient, hint 1 of 3: {first}", 80)
