# misconception: sign
def target_shift(xs, ys, w_0, learning_rate):
    residuals = ys - xs @ w_0.T
    gradient = residuals.T @ xs / len(xs)
    return ys + learning_rate * xs @ gradient.T
