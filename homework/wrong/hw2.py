"""Wrong answers to homework 2, each with the graded cells that it must lose, and no other."""


# %% spread-a: the variance to the n, as if the mean were 0
# loses: test far
def relative_spread(variance, mean, steps):
    return float(np.sqrt(variance**steps) / abs(mean**steps))


# %% spread-a: leaves out the mean's own power
# loses: test far
def relative_spread(variance, mean, steps):
    return float(np.sqrt((variance + mean**2) ** steps) / abs(mean**steps))


# %% spread-a: the relative variance, without the root
# loses: test far
def relative_spread(variance, mean, steps):
    return float(np.expm1(steps * np.log1p(variance / mean**2)))


# %% spread-a: loses a tiny variance in a difference
# loses: far
def relative_spread(variance, mean, steps):
    spread = (variance + mean**2) ** steps - mean ** (2 * steps)
    return float(np.sqrt(max(spread, 0.0)) / abs(mean**steps))


# %% spread-a: adds relative variances, as for small ones
# loses: test
def relative_spread(variance, mean, steps):
    return float(np.sqrt(steps * variance) / abs(mean))


# %% spread-b: forgets the factors in between
# loses: test
def correlation(variance, mean, early, late):
    if mean == 0:
        return float(early == late)
    ratio = np.log1p(variance / mean**2)
    shares = np.expm1(early * ratio) / np.expm1(late * ratio)
    return float(np.sqrt(shares))


# %% spread-b: the ratio of variances, without the root
# loses: test far
def correlation(variance, mean, early, late):
    if mean == 0:
        return float(early == late)
    ratio = np.log1p(variance / mean**2)
    shares = np.expm1(early * ratio) / np.expm1(late * ratio)
    return float(np.sign(mean) ** (late - early) * shares)


# %% spread-b: loses a tiny variance in a difference
# loses: far
def correlation(variance, mean, early, late):
    spreads = [(variance + mean**2) ** n - mean ** (2 * n) for n in (early, late)]
    if spreads[1] <= 0:
        return 0.0
    return float(mean ** (late - early) * np.sqrt(spreads[0] / spreads[1]))


# %% spread-b: the root of s over t, as for small variances
# loses: test
def correlation(variance, mean, early, late):
    return float(np.sign(mean) ** (late - early) * np.sqrt(early / late))


# %% balance-a: one over the root mean square
# loses: test
def critical_scale(values):
    return float(1 / np.sqrt(np.mean(values**2)))


# %% balance-a: one over the mean size
# loses: test
def critical_scale(values):
    return float(1 / np.mean(np.abs(values)))


# %% balance-a: one over the median size
# loses: test
def critical_scale(values):
    return float(1 / np.median(np.abs(values)))


# %% balance-a: the wrong way round
# loses: test
def critical_scale(values):
    return float(np.exp(np.mean(np.log(np.abs(values)))))


# %% balance-b: keeps the mean square
# loses: test
def critical_variance(p, q):
    return float(1 / (p + (1 - p) * q))


# %% balance-b: forgets the 2 in E ln|w|
# loses: test
def critical_variance(p, q):
    return float(np.exp(np.euler_gamma) * q ** (p - 1.0))


# %% balance-b: the arithmetic mean of the two variances
# loses: test
def critical_variance(p, q):
    return float(2 * np.exp(np.euler_gamma) / (p + (1 - p) * q))


# %% balance-b: takes p for the second kind
# loses: test
def critical_variance(p, q):
    return float(2 * np.exp(np.euler_gamma) * q ** (-p))


# %% samples-a: two to the n
# loses: test
needed = int(np.ceil((2.0**factors - 1) / error**2))

# %% samples-a: forgets to square the error
# loses: test
needed = int(np.ceil((3.0**factors - 1) / error))

# %% samples-a: the fourth moment of one factor only
# loses: test
needed = int(np.ceil(2.0 / error**2))

# %% samples-b: the fourth moment of normal weights
# loses: test
needed = int(np.ceil((3.0**factors - 1) / error**2))

# %% samples-b: forgets to square the error
# loses: test
needed = int(np.ceil((1.8**factors - 1) / error))

# %% samples-b: the fourth moment of weights between -1 and 1
# loses: test
needed = int(np.ceil(max(0.2**factors - 1, 1) / error**2)) + 1


# %% width-a: the approximation for wide networks
# loses: test
def half_depth(width):
    return float(2 * width * np.log(2))


# %% width-a: the squared norm in place of the norm
# loses: test
def half_depth(width):
    psi = -np.euler_gamma - 2 * np.log(2) * (width % 2)
    x = 0.5 if width % 2 else 1.0
    while x < width / 2:
        psi, x = psi + 1 / x, x + 1
    return float(-np.log(2) / (psi - np.log(width / 2)))


# %% width-a: digamma at N in place of N/2
# loses: test
def half_depth(width):
    psi = -np.euler_gamma + sum(1 / k for k in range(1, width))
    return float(-2 * np.log(2) / (psi - np.log(width) - 1e-12))


# %% width-a: right for even widths only
# loses: test
def half_depth(width):
    psi = -np.euler_gamma + sum(1 / k for k in range(1, max(width // 2, 1)))
    return float(-2 * np.log(2) / (psi - np.log(width / 2) - 1e-12))


# %% width-b: the approximation for wide networks
# loses: test
def norm_spread(width, depth):
    return float(np.sqrt(depth * 2 / width) / 2)


# %% width-b: the squared norm in place of the norm
# loses: test
def norm_spread(width, depth):
    trigamma = np.pi**2 / (2 if width % 2 else 6)
    x = 0.5 if width % 2 else 1.0
    while x < width / 2:
        trigamma, x = trigamma - 1 / x**2, x + 1
    return float(np.sqrt(depth * trigamma))


# %% width-b: grows with the depth, not with its root
# loses: test
def norm_spread(width, depth):
    trigamma = np.pi**2 / (2 if width % 2 else 6)
    x = 0.5 if width % 2 else 1.0
    while x < width / 2:
        trigamma, x = trigamma - 1 / x**2, x + 1
    return float(depth * np.sqrt(trigamma) / 2)


# %% death-a: adds the risks of the layers
# loses: test
def safe_width(depth, risk):
    return max(1, int(np.ceil(np.log2(depth / risk))))


# %% death-a: takes the risk of all layers for that of one
# loses: test far
def safe_width(depth, risk):
    return max(1, int(np.ceil(-np.log2(risk))))


# %% death-a: multiplies the risks of the layers
# loses: test far
def safe_width(depth, risk):
    return max(1, int(np.ceil(-np.log2(risk) / depth)))


# %% death-a: loses a tiny risk in a difference
# loses: far
def safe_width(depth, risk):
    each = 1 - (1 - risk) ** (1 / depth)
    return max(1, int(np.ceil(-np.log2(max(each, 1e-300)) - 1e-9)))


# %% death-b: rounds up
# loses: test
def deepest(width, chance):
    return int(np.ceil(np.log(chance) / np.log1p(-(0.5**width))))


# %% death-b: adds the risks of the layers
# loses: test far
def deepest(width, chance):
    return int((1 - chance) * 2.0**width)


# %% death-b: one minus 2 to the minus 60 is 1
# loses: far
def deepest(width, chance):
    alive = 1 - 0.5**width
    if alive == 1:
        return 10**9
    return int(np.floor(np.log(chance) / np.log(alive) + 1e-9))


# %% death-b: takes the chance of death for that of life
# loses: test far
def deepest(width, chance):
    return int(np.floor(np.log1p(-chance) / np.log1p(-(0.5**width))))
