# misconception: none
def layer_sensitivity(params, xs, ys):
    return ys.T @ xs / len(xs)
