# misconception: none
def target_shift(xs, ys, w_0, learning_rate):
    residual = xs @ w_0[0] - ys[:, 0]
    delta_w = -learning_rate * residual @ xs / len(xs)
    return ys.at[:, 0].add(-xs @ delta_w)
