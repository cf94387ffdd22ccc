# misconception: half
import math


def counting_accuracy(n_each):
    k = n_each
    total = 0.0
    for shown in range(2 * k):
        for zeros in range(max(0, shown - k), min(k, shown) + 1):
            ways = math.comb(shown, zeros) * math.comb(2 * k - shown, k - zeros)
            left = k - zeros, k - shown + zeros
            if left[0] != left[1]:
                total += ways / math.comb(2 * k, k) * max(left) / sum(left)
    return total / (2 * k)
