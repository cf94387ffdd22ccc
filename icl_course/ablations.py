"""Ablations: what a net says when some of its heads are silenced, in four ways.

Heads are chosen by a table [n_layers, n_heads] of True and False: True is silenced.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int

from icl_course.arrays import Array
from icl_course.causal import CausalParams, run


def choose(params: CausalParams, *heads: tuple[int, int]) -> Bool[Array, "n_layers n_heads"]:
    """Return the table that silences the heads (layer, head), counted from 0.

    >>> from icl_course.causal import init_causal
    >>> params = init_causal(jax.random.key(0), n_symbols=3, n_positions=2, d_model=4, n_heads=2,
    ...                      n_layers=2)
    >>> choose(params, (1, 0)).tolist()
    [[False, False], [True, False]]
    """
    table = jnp.zeros((len(params.layers), len(params.layers[0].w_q)), bool)
    for layer, head in heads:
        table = table.at[layer, head].set(True)
    return table


def without(
    params: CausalParams,
    symbols: Int[Array, " n_tokens"],
    silenced: Bool[Array, "n_layers n_heads"],
) -> Float[Array, "n_tokens n_symbols"]:
    """Return the logits when heads add nothing: zero ablation, called full ablation in the paper.

    All that comes later sees the change, attention included.

    Source: Olsson et al. 2022, appendix on ablations.

    >>> from icl_course.induction import induction_circuit
    >>> net, prompt = induction_circuit(n_symbols=3, n_positions=5), jnp.array([2, 0, 1, 2])
    >>> without(net, prompt, choose(net, (1, 0)))[-1].tolist()
    [0.0, 0.0, 0.0]
    """
    return run(params, symbols, keep=~silenced).logits


def with_means(
    params: CausalParams,
    symbols: Int[Array, " n_tokens"],
    silenced: Bool[Array, "n_layers n_heads"],
    *,
    means: Float[Array, "n_layers n_heads n_tokens d_model"],
) -> Float[Array, "n_tokens n_symbols"]:
    """Return the logits when heads add what they add on average: mean ablation.

    Arguments:

    - `params`, `symbols`, `silenced`: the net, the prompt, and which heads.
    - `means`: from `mean_outputs`, for the length of this prompt.

    >>> from icl_course.induction import induction_circuit
    >>> net, prompt = induction_circuit(n_symbols=3, n_positions=5), jnp.array([2, 0, 1, 2])
    >>> means = mean_outputs(net, prompt[None])
    >>> bool((with_means(net, prompt, choose(net, (1, 0)), means=means) == run(net, prompt).logits
    ...       ).all())
    True
    """
    return run(params, symbols, keep=~silenced, instead=means).logits


def mean_outputs(
    params: CausalParams, prompts: Int[Array, "n_sequences n_tokens"]
) -> Float[Array, "n_layers n_heads n_tokens d_model"]:
    """Return what each head adds at each place on average over prompts.

    >>> from icl_course.induction import induction_circuit
    >>> net = induction_circuit(n_symbols=3, n_positions=5)
    >>> mean_outputs(net, jnp.array([[2, 0], [1, 0]])).shape
    (2, 1, 2, 14)
    """
    return jax.vmap(lambda prompt: run(params, prompt).outputs)(prompts).mean(axis=0)


def without_output(
    params: CausalParams,
    symbols: Int[Array, " n_tokens"],
    silenced: Bool[Array, "n_layers n_heads"],
) -> Float[Array, "n_tokens n_symbols"]:
    """Return the logits when heads add nothing, but all attention stays as it was.

    The net runs twice: once as it is, to record every pattern; then with these patterns frozen and
    the heads silenced. What a head does through the attention of later heads is thereby kept, so
    only its direct and value-carried effect is lost. The paper calls it pattern-preserving.

    Source: Olsson et al. 2022, appendix on ablations.

    >>> from icl_course.induction import induction_circuit
    >>> net, prompt = induction_circuit(n_symbols=3, n_positions=5), jnp.array([2, 0, 1, 2])
    >>> without_output(net, prompt, choose(net, (0, 0))).argmax(axis=1).tolist()[-1]
    0
    """
    patterns = run(params, symbols).patterns
    return run(params, symbols, keep=~silenced, patterns=patterns).logits
