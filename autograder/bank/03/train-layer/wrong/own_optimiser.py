# misconception: none
import jax
import jax.numpy as jnp

from icl_course import attention, tokens, training


def train_step(state, key, sample_batch, optimiser):
    def loss(params):
        batch = sample_batch(key)
        guesses = jax.vmap(lambda task: -attention.updated_query(params, tokens.make_tokens(task)))(
            batch
        )
        return jnp.sum((guesses[:, batch.xs.shape[2] :] - batch.y_query) ** 2) / (2 * len(guesses))

    value, grads = jax.value_and_grad(loss)(state.params)
    params = jax.tree.map(lambda w, g: w - 0.001 * g, state.params, grads)
    return training.TrainState(params, state.optimiser_state, state.n_steps + 1), value
