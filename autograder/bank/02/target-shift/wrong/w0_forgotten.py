# misconception: w0-forgotten
def target_shift(xs, ys, w_0, learning_rate):
    delta_w = learning_rate * ys.T @ xs / len(xs)
    return ys - xs @ delta_w.T
