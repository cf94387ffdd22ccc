# route: NumPy in float64, prompt by prompt
import numpy as np


def icl_score(logits, symbols, early, late):
    logits, symbols = np.asarray(logits, float), np.asarray(symbols)
    total = 0.0
    for rows, prompt in zip(logits, symbols):
        for sign, place in ((1, late), (-1, early)):
            row = rows[place - 1] - rows[place - 1].max()
            total += sign * (np.log(np.exp(row).sum()) - row[prompt[place]])
    return total / len(symbols)
