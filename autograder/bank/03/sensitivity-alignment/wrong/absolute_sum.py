# misconception: absolute-sum
import jax.numpy as jnp


def sensitivity_alignment(params, task_batch, learning_rate):
    e = jnp.concatenate([task_batch.xs, task_batch.ys], axis=2)
    product = params.w_o @ params.w_v @ (e.mT @ e)[:, None] @ params.w_k.mT @ params.w_q
    u = -product.sum(axis=1)[:, -1, :-1]
    v = learning_rate * jnp.mean(task_batch.xs * task_batch.ys, axis=1)
    cosines = jnp.sum(u * v, axis=1) / (jnp.linalg.norm(u, axis=1) * jnp.linalg.norm(v, axis=1))
    gaps = jnp.sum(jnp.abs(u - v), axis=1)
    return jnp.mean(cosines), jnp.mean(gaps)
