# misconception: none
import jax


def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    h = jax.vmap(features)(xs)
    for _ in range(2):
        w_0 = w_0 - learning_rate * (h @ w_0.T - ys).T @ h / len(h)
    return w_0 @ features(x_query)
