# route: Newton steps on the log odds
import math


def sharpness(n_attended, margin, error):
    others, beta = n_attended - 1, 0.0
    wanted = math.log((1 - error) / error)
    for _ in range(5):
        odds = math.exp(beta * margin) / others
        beta -= (math.log(odds) - wanted) / margin
    return beta
