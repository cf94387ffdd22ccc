# route: optax's plain gradient descent
import jax
import optax


def tree_step(loss, params, learning_rate):
    optimiser = optax.sgd(learning_rate)
    updates, _ = optimiser.update(jax.grad(loss)(params), optimiser.init(params), params)
    return optax.apply_updates(params, updates)
