# misconception: eta-missing
def target_shift(xs, ys, w_0, learning_rate):
    delta_w = -(xs @ w_0.T - ys).T @ xs / len(xs)
    return ys - xs @ delta_w.T
