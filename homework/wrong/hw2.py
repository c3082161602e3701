"""Wrong answers to homework 2, each with the graded cells that it must lose, and no other."""


# %% spread-a: the variance to the n, as if the mean were 0
# loses: test far
# try: With a mean the second moment of a weight is v plus the mean's square: start there.
def relative_spread(variance, mean, steps):
    return float(np.sqrt(variance**steps) / abs(mean**steps))


# %% spread-a: leaves out the mean's own power
# loses: test far
# try: A variance is the second moment less the square of the mean: subtract.
def relative_spread(variance, mean, steps):
    return float(np.sqrt((variance + mean**2) ** steps) / abs(mean**steps))


# %% spread-a: the relative variance, without the root
# loses: test far
# try: A spread is a standard deviation, in the units of the mean.
def relative_spread(variance, mean, steps):
    return float(np.expm1(steps * np.log1p(variance / mean**2)))


# %% spread-a: loses a tiny variance in a difference
# loses: far
# try: Two nearly equal numbers are subtracted: divide first, then use expm1 and log1p.
def relative_spread(variance, mean, steps):
    spread = (variance + mean**2) ** steps - mean ** (2 * steps)
    return float(np.sqrt(max(spread, 0.0)) / abs(mean**steps))


# %% spread-a: adds relative variances, as for small ones
# loses: test
# try: Relative variances add only where they are small: multiply the second moments.
def relative_spread(variance, mean, steps):
    return float(np.sqrt(steps * variance) / abs(mean))


# %% spread-b: forgets the factors in between
# loses: test
# try: The later product is the earlier one times factors of a mean with a sign.
def correlation(variance, mean, early, late):
    if mean == 0:
        return float(early == late)
    ratio = np.log1p(variance / mean**2)
    shares = np.expm1(early * ratio) / np.expm1(late * ratio)
    return float(np.sqrt(shares))


# %% spread-b: the ratio of variances, without the root
# loses: test far
# try: A correlation divides by both standard deviations, and those are roots.
def correlation(variance, mean, early, late):
    if mean == 0:
        return float(early == late)
    ratio = np.log1p(variance / mean**2)
    shares = np.expm1(early * ratio) / np.expm1(late * ratio)
    return float(np.sign(mean) ** (late - early) * shares)


# %% spread-b: loses a tiny variance in a difference
# loses: far
# try: Two nearly equal numbers are subtracted: divide first, then use expm1 and log1p.
def correlation(variance, mean, early, late):
    spreads = [(variance + mean**2) ** n - mean ** (2 * n) for n in (early, late)]
    if spreads[1] <= 0:
        return 0.0
    return float(mean ** (late - early) * np.sqrt(spreads[0] / spreads[1]))


# %% spread-b: the root of s over t, as for small variances
# loses: test
# try: That is the limit of a tiny variance: keep the whole variances.
def correlation(variance, mean, early, late):
    return float(np.sign(mean) ** (late - early) * np.sqrt(early / late))


# %% balance-a: one over the root mean square
# loses: test heart
# try: The mean square is about the variance; the typical size is about the mean of ln|w|.
def critical_scale(values):
    return float(1 / np.sqrt(np.mean(values**2)))


# %% balance-a: one over the mean size
# loses: test heart
# try: The logarithm of a mean is not the mean of logarithms: which of them is a drift?
def critical_scale(values):
    return float(1 / np.mean(np.abs(values)))


# %% balance-a: one over the median size
# loses: test heart
# try: Half of the list lies below the median, but sizes far away count more: add logarithms.
def critical_scale(values):
    return float(1 / np.median(np.abs(values)))


# %% balance-a: the wrong way round
# loses: test
# try: Put your c into the drift and see whether the two terms cancel.
def critical_scale(values):
    return float(np.exp(np.mean(np.log(np.abs(values)))))


# %% balance-b: keeps the mean square
# loses: test heart
# try: The mean square is about the variance; the typical size is about the mean of ln|w|.
def critical_variance(p, q):
    return float(1 / (p + (1 - p) * q))


# %% balance-b: forgets the 2 in E ln|w|
# loses: test
# try: At q = 1 all weights are normal: compare your v with the one of chapter 3.
def critical_variance(p, q):
    return float(np.exp(np.euler_gamma) * q ** (p - 1.0))


# %% balance-b: the arithmetic mean of the two variances
# loses: test heart
# try: Average the logarithms of the two kinds, not their variances.
def critical_variance(p, q):
    return float(2 * np.exp(np.euler_gamma) / (p + (1 - p) * q))


# %% balance-b: takes p for the second kind
# loses: test heart
# try: At p = 1 the second kind never comes, and q must not matter.
def critical_variance(p, q):
    return float(2 * np.exp(np.euler_gamma) * q ** (-p))


# %% samples-a: two to the n
# loses: test heart
# try: The second moment of a square is the fourth moment: work it out for one factor.
def samples_needed(factors, error):
    return int(np.ceil((2.0**factors - 1) / error**2))


needed = samples_needed(factors, error)


# %% samples-a: forgets to square the error
# loses: test
# try: Standard errors fall like one over the root of S: solve for S once more.
def samples_needed(factors, error):
    return int(np.ceil((3.0**factors - 1) / error))


needed = samples_needed(factors, error)


# %% samples-a: the fourth moment of one factor only
# loses: test heart
# try: The factors are independent: what is the fourth moment of a product of n?
def samples_needed(factors, error):
    return int(np.ceil(2.0 / error**2))


needed = samples_needed(factors, error)


# %% samples-b: the fourth moment of normal weights
# loses: test heart
# try: These weights are not normal: integrate w to the fourth over their range.
def samples_needed(factors, error):
    return int(np.ceil((3.0**factors - 1) / error**2))


needed = samples_needed(factors, error)


# %% samples-b: forgets to square the error
# loses: test
# try: Standard errors fall like one over the root of S: solve for S once more.
def samples_needed(factors, error):
    return int(np.ceil((1.8**factors - 1) / error))


needed = samples_needed(factors, error)


# %% samples-b: the fourth moment of weights between -1 and 1
# loses: test heart
# try: The range ends at the root of 3: integrate w to the fourth over it.
def samples_needed(factors, error):
    return int(np.ceil(max(0.2**factors - 1, 1) / error**2)) + 1


needed = samples_needed(factors, error)


# %% width-a: the approximation for wide networks
# loses: test
# try: The approximation is for wide networks: add up the digamma function for narrow ones.
def half_depth(width):
    return float(2 * width * np.log(2))


# %% width-a: the squared norm in place of the norm
# loses: test wide
# try: The drift is that of the squared norm: how much of it does the norm get?
def half_depth(width):
    psi = -np.euler_gamma - 2 * np.log(2) * (width % 2)
    x = 0.5 if width % 2 else 1.0
    while x < width / 2:
        psi, x = psi + 1 / x, x + 1
    return float(-np.log(2) / (psi - np.log(width / 2)))


# %% width-a: digamma at N in place of N/2
# loses: test wide
# try: Which argument has the digamma function in the question?
def half_depth(width):
    psi = -np.euler_gamma + sum(1 / k for k in range(1, width))
    return float(-2 * np.log(2) / (psi - np.log(width) - 1e-12))


# %% width-a: right for even widths only
# loses: test
# try: For odd widths the sum begins at one half.
def half_depth(width):
    psi = -np.euler_gamma + sum(1 / k for k in range(1, max(width // 2, 1)))
    return float(-2 * np.log(2) / (psi - np.log(width / 2) - 1e-12))


# %% width-b: the approximation for wide networks
# loses: test
# try: The approximation is for wide networks: add up the trigamma function for narrow ones.
def norm_spread(width, depth):
    return float(np.sqrt(depth * 2 / width) / 2)


# %% width-b: the squared norm in place of the norm
# loses: test wide
# try: The variance is that of the squared norm: how much of it does the norm get?
def norm_spread(width, depth):
    trigamma = np.pi**2 / (2 if width % 2 else 6)
    x = 0.5 if width % 2 else 1.0
    while x < width / 2:
        trigamma, x = trigamma - 1 / x**2, x + 1
    return float(np.sqrt(depth * trigamma))


# %% width-b: grows with the depth, not with its root
# loses: test wide
# try: Variances of independent layers add; standard deviations do not.
def norm_spread(width, depth):
    trigamma = np.pi**2 / (2 if width % 2 else 6)
    x = 0.5 if width % 2 else 1.0
    while x < width / 2:
        trigamma, x = trigamma - 1 / x**2, x + 1
    return float(depth * np.sqrt(trigamma) / 2)


# %% death-a: adds the risks of the layers
# loses: test
# try: Risks add only where they are small: layers must all live, so multiply the chances of life.
def safe_width(depth, risk):
    return max(1, int(np.ceil(np.log2(depth / risk))))


# %% death-a: takes the risk of all layers for that of one
# loses: test far
# try: The risk given is that of all layers together: share it out among them.
def safe_width(depth, risk):
    return max(1, int(np.ceil(-np.log2(risk))))


# %% death-a: multiplies the risks of the layers
# loses: test far
# try: All layers must live, so multiply the chances of life, not the risks.
def safe_width(depth, risk):
    return max(1, int(np.ceil(-np.log2(risk) / depth)))


# %% death-a: loses a tiny risk in a difference
# loses: far
# try: A number below 1e-16 is lost beside 1: use log1p and expm1.
def safe_width(depth, risk):
    each = 1 - (1 - risk) ** (1 / depth)
    return max(1, int(np.ceil(-np.log2(max(each, 1e-300)) - 1e-9)))


# %% death-b: rounds up
# loses: test
# try: The largest depth that still holds is wanted: which way must you round?
def deepest(width, chance):
    return int(np.ceil(np.log(chance) / np.log1p(-(0.5**width))))


# %% death-b: adds the risks of the layers
# loses: test far
# try: Risks add only where they are small: layers must all live, so multiply the chances of life.
def deepest(width, chance):
    return int((1 - chance) * 2.0**width)


# %% death-b: one minus 2 to the minus 60 is 1
# loses: far
# try: A number below 1e-16 is lost beside 1: use log1p.
def deepest(width, chance):
    alive = 1 - 0.5**width
    if alive == 1:
        return 10**9
    return int(np.floor(np.log(chance) / np.log(alive) + 1e-9))


# %% death-b: takes the chance of death for that of life
# loses: test far
# try: The chance given is that of life: what is the chance that one layer lives?
def deepest(width, chance):
    return int(np.floor(np.log1p(-chance) / np.log1p(-(0.5**width))))
