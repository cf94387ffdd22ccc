# misconception: no-update
def target_shift(xs, ys, w_0, learning_rate):
    delta_w = w_0 - w_0
    return ys - xs @ delta_w.T
