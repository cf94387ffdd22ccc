# route: the law of cosines, from the three lengths; the layer by its two products
import jax.numpy as jnp

from icl_course import metrics


def sensitivity_alignment(params, task_batch, learning_rate):
    scores, writes = metrics.query_key_form(params), metrics.output_value_form(params)
    xs, ys = task_batch.xs, task_batch.ys
    e = jnp.concatenate([xs, ys], axis=2)
    u = -jnp.einsum("hp,bnp,bnq,hqi->bi", writes[:, -1], e, e, scores[:, :, :-1])
    v = learning_rate / xs.shape[1] * jnp.einsum("bno,bni->bi", ys, xs)
    of_u, of_v = jnp.linalg.norm(u, axis=1), jnp.linalg.norm(v, axis=1)
    apart = jnp.linalg.norm(u / of_u[:, None] - v / of_v[:, None], axis=1)
    return jnp.mean(1 - apart**2 / 2), jnp.mean(jnp.linalg.norm(u - v, axis=1))
