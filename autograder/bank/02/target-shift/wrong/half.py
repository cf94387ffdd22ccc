# misconception: half
def target_shift(xs, ys, w_0, learning_rate):
    n_context = xs.shape[0]
    gradient = (xs @ w_0.T - ys).T @ xs / (2 * n_context)
    return ys + learning_rate * xs @ gradient.T
