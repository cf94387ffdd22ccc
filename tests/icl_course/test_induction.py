"""Against: a rule in plain Python that copies what followed; ablations and products of the circuit.

Circuits, ablations, compositions and paths are tested on the same nets.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import ablations, compositions
from icl_course.attention import AttentionParams
from icl_course.causal import CausalParams, init_causal, logits, run
from icl_course.head_scores import prefix_matching, previous_token
from icl_course.induction import induction_circuit, smeared_circuit
from icl_course.loss_paths import principal_paths

N_SYMBOLS, N_POSITIONS = 7, 23


@pytest.fixture
def circuit():
    return induction_circuit(n_symbols=N_SYMBOLS, n_positions=N_POSITIONS)


@pytest.fixture
def prompt(rng):
    return rng.integers(0, N_SYMBOLS, N_POSITIONS)


@pytest.fixture
def dense():
    return init_causal(
        jax.random.key(2), n_symbols=7, n_positions=23, d_model=6, n_heads=3, n_layers=3, scale=2.0
    )


def followers(prompt, t):
    """Return what followed earlier tokens with the symbol of t."""
    return [int(prompt[i]) for i in range(1, t + 1) if prompt[i - 1] == prompt[t]]


def test_the_circuit_says_what_followed_in_proportion(circuit, prompt):
    rows = np.asarray(logits(circuit, prompt))
    for t in range(N_POSITIONS):
        if said := followers(prompt, t):
            expected = 30.0 * np.bincount(said, minlength=N_SYMBOLS) / len(said)
            np.testing.assert_allclose(rows[t], expected, atol=1e-9)


def test_its_heads_have_the_scores_of_their_kinds(circuit, prompt):
    trace = run(circuit, prompt)
    assert float(previous_token(trace.patterns[0, 0])) == pytest.approx(1, abs=1e-9)
    assert float(prefix_matching(trace.patterns[1, 0], prompt)) == pytest.approx(1, abs=1e-9)
    assert float(prefix_matching(trace.patterns[0, 0], prompt)) < 0.5


def test_sharpness_and_strength_are_what_they_are_said_to_be(prompt):
    soft = induction_circuit(n_symbols=7, n_positions=23, sharpness=2.0, strength=5.0)
    trace = run(soft, prompt)
    log_weights = np.log(np.asarray(trace.patterns[0, 0, 9, :10]))
    np.testing.assert_allclose(log_weights[8] - np.delete(log_weights, 8), 2.0, rtol=1e-9)
    assert float(trace.logits.max()) <= 5.0
    np.testing.assert_allclose(trace.logits.sum(axis=1), 5.0, rtol=1e-9)


def test_one_smeared_layer_does_the_same_but_for_the_first_symbol(prompt):
    net = smeared_circuit(n_symbols=N_SYMBOLS, n_positions=N_POSITIONS)
    rows = np.asarray(logits(net, prompt))
    for t in range(1, N_POSITIONS):
        said = followers(prompt, t)
        if prompt[t] == prompt[0]:
            said = [*said, int(prompt[0])]  # the first token keeps its own key
        if said:
            expected = 30.0 * np.bincount(said, minlength=N_SYMBOLS) / len(said)
            np.testing.assert_allclose(rows[t], expected, atol=1e-6)


def test_chosen_heads_and_no_others_are_silenced(dense, prompt):
    table = ablations.choose(dense, (0, 1), (2, 2))
    assert np.argwhere(table).tolist() == [[0, 1], [2, 2]]
    first, second, third = dense.layers
    silent = CausalParams(
        embed=dense.embed,
        code=dense.code,
        unembed=dense.unembed,
        layers=(
            AttentionParams(first.w_q, first.w_k, first.w_v, first.w_o.at[1].set(0)),
            second,
            AttentionParams(third.w_q, third.w_k, third.w_v, third.w_o.at[2].set(0)),
        ),
    )
    np.testing.assert_allclose(
        ablations.without(dense, prompt, table), logits(silent, prompt), atol=1e-12
    )
    frozen = run(silent, prompt, patterns=run(dense, prompt).patterns).logits
    np.testing.assert_allclose(ablations.without_output(dense, prompt, table), frozen, atol=1e-12)
    assert np.abs(frozen - logits(silent, prompt)).max() > 1e-3


def test_means_are_over_prompts_and_take_the_place_of_what_is_silenced(dense, rng):
    prompts = rng.integers(0, 7, (5, 11))
    means = ablations.mean_outputs(dense, prompts)
    expected = np.mean([run(dense, row).outputs for row in prompts], axis=0)
    np.testing.assert_allclose(means, expected, atol=1e-12)
    table = ablations.choose(dense, (1, 0))
    by_hand = run(dense, prompts[0], keep=~table, instead=means).logits
    ours = ablations.with_means(dense, prompts[0], table, means=means)
    np.testing.assert_allclose(ours, by_hand, atol=1e-12)
    assert np.abs(ours - ablations.without(dense, prompts[0], table)).max() > 1e-4


def test_compositions_are_norms_of_products(dense):
    first, second, _ = dense.layers
    scores = compositions.composition_scores(first, second)
    norm = np.linalg.norm
    for a in range(3):
        for b in range(3):
            written = np.asarray(first.w_o[a] @ first.w_v[a])
            later = np.asarray(second.w_o[b] @ second.w_v[b])
            compared = np.asarray(second.w_q[b].T @ second.w_k[b])
            for kind, (left, product) in enumerate(
                ((compared, compared.T @ written), (compared, compared @ written),
                 (later, later @ written))
            ):  # fmt: skip
                expected = norm(product) / norm(left) / norm(written)
                np.testing.assert_allclose(scores[kind, a, b], expected, rtol=1e-10)


def test_the_two_matrices_say_what_is_raised_and_what_is_matched(dense):
    layer = dense.layers[1]
    for s in range(7):
        written = layer.w_o[2] @ layer.w_v[2] @ dense.embed[s]
        column = compositions.copying_matrix(dense, layer=1, head=2)[:, s]
        np.testing.assert_allclose(column, dense.unembed @ written, rtol=1e-9)
    earlier, later = dense.layers[0], dense.layers[2]
    matrix = compositions.matching_matrix(dense, (0, 1), (2, 0))
    written = earlier.w_o[1] @ earlier.w_v[1] @ dense.embed[3]
    score = (later.w_q[0] @ dense.embed[5]) @ (later.w_k[0] @ written)
    np.testing.assert_allclose(matrix[5, 3], score, rtol=1e-9)


def test_spectra_and_their_positive_share(rng):
    basis = rng.normal(size=(5, 5))
    values = np.array([4.0, -3.0, 2.0, 1.0, -0.5])
    matrix = basis @ np.diag(values) @ np.linalg.inv(basis)
    np.testing.assert_allclose(compositions.spectrum(matrix), values, rtol=1e-9)
    assert compositions.positive_share(matrix) == pytest.approx(3.5 / 10.5)
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert compositions.positive_share(turn) == pytest.approx(0)


def test_paths_are_coordinates_that_rebuild_the_distances(rng):
    losses = rng.normal(size=(6, 2)) @ rng.normal(size=(2, 40)) + rng.normal(size=40)
    path, shares = principal_paths(losses)
    apart = np.linalg.norm(losses[:, None] - losses[None], axis=2)
    np.testing.assert_allclose(np.linalg.norm(path[:, None] - path[None], axis=2), apart, atol=1e-9)
    assert shares.sum() == pytest.approx(1)
    assert shares[0] >= shares[1]
    np.testing.assert_allclose(path.var(axis=0) / path.var(axis=0).sum(), shares, rtol=1e-9)
    assert np.all(path[-1] >= 0)
    np.testing.assert_allclose(path.mean(axis=0), 0, atol=1e-9)


def test_more_components_than_snapshots_are_refused():
    with pytest.raises(ValueError, match="no 3 components"):
        principal_paths(np.ones((2, 9)), n_components=3)


def test_weights_of_a_circuit_can_be_trained(circuit, prompt):
    gradient = jax.grad(lambda net: logits(net, jnp.asarray(prompt)).sum())(circuit)
    assert jax.tree.structure(gradient) == jax.tree.structure(circuit)
