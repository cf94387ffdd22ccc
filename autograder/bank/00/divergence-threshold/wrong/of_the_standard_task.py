# misconception: none
def largest_step(xs):
    return 24.0 / xs.shape[1]
