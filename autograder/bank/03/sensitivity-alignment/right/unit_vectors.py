# route: scale to unit vectors first, then multiply; answers to unit queries
import jax
import jax.numpy as jnp

from icl_course import attention


def sensitivity_alignment(params, task_batch, learning_rate):
    d_x = task_batch.xs.shape[2]
    context = jnp.concatenate([task_batch.xs, task_batch.ys], axis=2)

    def answers(x):
        query = jnp.tile(jnp.append(x, 0.0), (len(context), 1, 1))
        prompts = jnp.concatenate([context, query], axis=1)
        return -jax.vmap(attention.updated_query, in_axes=(None, 0))(params, prompts)[:, -1]

    u = jnp.stack([answers(unit) for unit in jnp.eye(d_x)], axis=1)
    v = learning_rate * jnp.mean(task_batch.xs * task_batch.ys, axis=1)
    unit_u, unit_v = (w / jnp.linalg.norm(w, axis=1, keepdims=True) for w in (u, v))
    return jnp.mean(jnp.sum(unit_u * unit_v, axis=1)), jnp.mean(jnp.linalg.norm(u - v, axis=1))
