# route: odds against the best teacher
import jax.numpy as jnp


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    gaps = (ys - xs @ teachers.T) / label_noise
    best = jnp.argmin(jnp.sum(gaps**2, axis=0))
    # a² - b² = (a - b)(a + b): differences before squares
    log_odds = -jnp.sum((gaps - gaps[:, best, None]) * (gaps + gaps[:, best, None]), axis=0) / 2
    odds = jnp.exp(log_odds)
    return (odds @ teachers @ x_query / odds.sum())[None]
