# misconception: none
def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T - ys
    delta_w = -learning_rate * residuals.T @ xs / len(xs)
    return delta_w, ys - xs @ delta_w.T
