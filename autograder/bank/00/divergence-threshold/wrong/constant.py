# misconception: none
def largest_step(xs):
    return 0.5
