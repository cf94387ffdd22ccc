# misconception: none
import jax


def projected_task(seed, images, labels, d_x, n_classes):
    for_a, for_rho = jax.random.split(jax.random.key(seed))
    a = jax.random.orthogonal(for_a, images.shape[1])[:d_x]
    return images @ a.T, jax.random.permutation(for_rho, n_classes)[labels]
