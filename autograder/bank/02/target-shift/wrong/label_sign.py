# misconception: label-sign
def target_shift(xs, ys, w_0, learning_rate):
    residuals = xs @ w_0.T + ys
    delta_w = -learning_rate * residuals.T @ xs / len(xs)
    return ys - xs @ delta_w.T
