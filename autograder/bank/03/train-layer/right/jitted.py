# route: everything inside jit, the step count as a Python number, a float for the loss
import jax
import jax.numpy as jnp
import optax

from icl_course import attention, tokens, training


def train_step(state, key, sample_batch, optimiser):
    @jax.jit
    def run(params, memory, key):
        def loss(params):
            batch = sample_batch(key)
            after = jax.vmap(lambda task: attention.updated_query(params, tokens.make_tokens(task)))
            slots = after(batch)[:, -batch.y_query.shape[1] :]
            return jnp.sum((slots + batch.y_query) ** 2) / 2 / len(slots)

        value, gradient = jax.value_and_grad(loss)(params)
        updates, memory = optimiser.update(gradient, memory, params)
        return optax.apply_updates(params, updates), memory, value

    params, memory, value = run(state.params, state.optimiser_state, key)
    return training.TrainState(params, memory, state.n_steps + 1), float(value)
