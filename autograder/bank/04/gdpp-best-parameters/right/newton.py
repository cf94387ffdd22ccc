# route: Newton's steps with derivatives by JAX, from the best point of a grid
import jax
import jax.numpy as jnp
import numpy as np


def best_parameters(eigenvalues, n_context, n_layers):
    one_step = n_context * eigenvalues.sum() / (eigenvalues**2).sum()
    unit = jnp.array([one_step, 1 / eigenvalues.max(axis=1).mean()])

    def loss(scaled):
        rate, gamma = scaled * unit
        now, left = eigenvalues, jnp.ones_like(eigenvalues)
        for _ in range(n_layers):
            left = left * (1 - rate / n_context * now)
            now = now * (1 - gamma * now) ** 2
        return jnp.mean(left**2)

    axes = jnp.meshgrid(jnp.linspace(0.5, 6, 56), jnp.linspace(0, 1, 81))
    grid = jnp.stack([axis.ravel() for axis in axes], axis=1)
    at = grid[jnp.argmin(jax.vmap(loss)(grid))]
    for _ in range(4):
        step = jnp.linalg.solve(jax.hessian(loss)(at), jax.grad(loss)(at))
        new = at - step
        at = jnp.where(loss(new) < loss(at), new, at)
    return tuple(np.asarray(at * unit).tolist())
