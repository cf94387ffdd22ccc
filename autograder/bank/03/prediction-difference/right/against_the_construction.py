# route: the step as the layer of lesson 02
import jax
import jax.numpy as jnp

from icl_course import attention, constructions, tokens


def prediction_difference(params, task_batch, learning_rate):
    _, n_context, d_x = task_batch.xs.shape
    d_y = task_batch.ys.shape[2]
    built = constructions.gradient_step(
        jnp.zeros((d_y, d_x)), n_context=n_context, learning_rate=learning_rate
    )
    prompts = jax.vmap(tokens.make_tokens)(task_batch)
    ours, theirs = (
        jax.vmap(attention.updated_query, in_axes=(None, 0))(layer, prompts)[:, d_x:]
        for layer in (params, built)
    )
    return jnp.mean(jnp.sqrt(jnp.sum((ours - theirs) ** 2, axis=1)))
