# route: the logit of the error, and the number of others
import numpy as np


def sharpness(n_attended, margin, error):
    return (np.log(n_attended - 1) - np.log(error / (1 - error))) / margin
