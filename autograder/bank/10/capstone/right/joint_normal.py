# route: conditioning of all teachers jointly
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    n, d = xs.shape
    times = jnp.arange(n + 1)
    prior = jnp.kron(persistence ** jnp.abs(times[:, None] - times[None]), jnp.eye(d))
    look = jnp.zeros((n, (n + 1) * d))
    for t in range(n):
        look = look.at[t, t * d : (t + 1) * d].set(xs[t])
    answer = jnp.zeros((n + 1) * d).at[n * d :].set(x_query)
    seen = look @ prior @ look.T + label_noise**2 * jnp.eye(n)
    return (answer @ prior @ look.T @ jnp.linalg.solve(seen, ys))
