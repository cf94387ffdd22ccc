# misconception: none
def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T - ys
    return -learning_rate * residuals.T @ xs / len(xs)
