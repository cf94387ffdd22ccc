# route: exact fractions, and a fraction comes back
import math
from fractions import Fraction


def counting_accuracy(n_each):
    k = n_each
    total = Fraction(0)
    for shown in range(2 * k):
        for zeros in range(max(0, shown - k), min(k, shown) + 1):
            ways = math.comb(shown, zeros) * math.comb(2 * k - shown, k - zeros)
            likelier = max(k - zeros, k - shown + zeros)
            total += Fraction(ways * likelier, math.comb(2 * k, k) * (2 * k - shown))
    return total / (2 * k)
