# route: residuals weighed by the Gram matrix of the inputs; the weights' change is never formed
def target_shift(xs, ys, w_0, learning_rate):
    gram = xs @ xs.T
    residuals = xs @ w_0.T - ys
    return ys + learning_rate / xs.shape[0] * (gram @ residuals)
