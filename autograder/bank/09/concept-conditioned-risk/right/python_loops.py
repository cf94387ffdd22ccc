# route: loops in Python floats
import numpy as np


def concept_risk(predictions, ys, concepts, n_concepts):
    predictions, ys = np.asarray(predictions, float), np.asarray(ys, float)
    n_examples = ys.shape[1]
    total, count = np.zeros((n_concepts, n_examples)), np.zeros(n_concepts)
    for said, wanted, concept in zip(predictions, ys, concepts, strict=True):
        count[int(concept)] += 1
        for i in range(n_examples):
            total[int(concept), i] += (said[i] - wanted[i]) ** 2 / 2
    return total / count[:, None]
