# route: the step is taken by the layer of Proposition 1, which is the same function
import jax
import jax.numpy as jnp

from icl_course import attention, constructions, tokens


def largest_deviation(params, task_batch, w_0, learning_rate):
    construction = constructions.gradient_step(
        w_0, n_context=task_batch.xs.shape[1], learning_rate=learning_rate
    )

    def slots(layer, task):
        return attention.linear_attention(layer, tokens.make_tokens(task, w_0))[-1, -len(w_0) :]

    ours = jax.vmap(slots, in_axes=(None, 0))(params, task_batch)
    theirs = jax.vmap(slots, in_axes=(None, 0))(construction, task_batch)
    return jnp.linalg.norm((ours - theirs).ravel(), ord=jnp.inf)
