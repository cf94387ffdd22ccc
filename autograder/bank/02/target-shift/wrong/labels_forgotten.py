# misconception: labels-forgotten
def target_shift(xs, ys, w_0, learning_rate):
    predictions = xs @ w_0.T
    delta_w = -learning_rate * predictions.T @ xs / len(xs)
    return ys - xs @ delta_w.T
