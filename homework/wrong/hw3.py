"""Wrong answers to homework 3, each with the graded cells that it must lose, and no other."""


# %% latch-a: the attractor in place of the margin
# loses: test heart
# try: The margin is a push, not a state: ask when the upper fixed point disappears.
def tolerated_push(w, bias):
    x = 1.0
    for _ in range(2000):
        x = np.tanh(w * x)
    return float(x + bias)


# %% latch-a: the state at the fold in place of the push
# loses: test heart
# try: You have the place where the slope is 1: put it back into the equation for the push.
def tolerated_push(w, bias):
    return float(np.arccosh(np.sqrt(w)) + bias)


# %% latch-a: w - 1
# loses: test heart
# try: The margin is w - 1 for no latch: ask where the slope of w tanh x is 1.
def tolerated_push(w, bias):
    return float(w - 1 + bias)


# %% latch-a: takes the bias off
# loses: test
# try: Does a positive bias help the upper state, or hurt it?
def tolerated_push(w, bias):
    return float(np.sqrt(w * (w - 1)) - np.arccosh(np.sqrt(w)) - bias)


# %% latch-b: one plus the push
# loses: test heart
# try: Ask where the slope of w tanh x is 1, and which push brings the fixed point there.
def weight_needed(push):
    return float(1 + push)


# %% latch-b: the weight whose fold lies at that state
# loses: test heart
# try: You have the place where the slope is 1: put it back into the equation for the push.
def weight_needed(push):
    return float(np.cosh(min(push, 10.0)) ** 2)


# %% latch-b: too coarse a search
# loses: test
# try: Halve the step until it is small enough, or bisect.
def weight_needed(push):
    w = np.arange(1.0, 60.0, 0.01)
    margin = np.sqrt(w * (w - 1)) - np.arccosh(np.sqrt(w))
    return float(w[np.argmax(margin >= push)])


# %% lags-a: the slope of tanh at the state after, not before
# loses: test each
# try: The step from x to the next one has its slope at x: check it on two steps.
def lag_terms(w, inputs):
    states = [0.0]
    for u in inputs:
        states.append(w * np.tanh(states[-1]) + u)
    terms, carry = [], 1.0
    for k in range(len(inputs)):
        terms.append(carry * np.tanh(states[len(inputs) - k - 1]))
        carry *= w * (1 - np.tanh(states[len(inputs) - k]) ** 2)
    return np.array(terms)


# %% lags-a: leaves out the slope of tanh
# loses: test each
# try: Each later step also multiplies by the slope of tanh.
def lag_terms(w, inputs):
    states = [0.0]
    for u in inputs:
        states.append(w * np.tanh(states[-1]) + u)
    return np.array([w**k * np.tanh(states[len(inputs) - k - 1]) for k in range(len(inputs))])


# %% lags-a: the oldest lag first
# loses: each
# try: Term 0 belongs to the last use of w: turn the array round.
def lag_terms(w, inputs):
    states = [0.0]
    for u in inputs:
        states.append(w * np.tanh(states[-1]) + u)
    terms, carry = [], 1.0
    for k in range(len(inputs)):
        before = states[len(inputs) - k - 1]
        terms.append(carry * np.tanh(before))
        carry *= w * (1 - np.tanh(before) ** 2)
    return np.array(terms[::-1])


# %% lags-a: the state in place of its tanh
# loses: test each
# try: What w multiplies is tanh of the state.
def lag_terms(w, inputs):
    states = [0.0]
    for u in inputs:
        states.append(w * np.tanh(states[-1]) + u)
    terms, carry = [], 1.0
    for k in range(len(inputs)):
        before = states[len(inputs) - k - 1]
        terms.append(carry * before)
        carry *= w * (1 - np.tanh(before) ** 2)
    return np.array(terms)


# %% lags-b: W in place of its transpose
# loses: test each
# try: Error flows backwards: which index of W does it enter by?
def matrix_gradient(W, states, error):
    gradient, flow = np.zeros_like(W, dtype=float), np.array(error, dtype=float)
    for before in states[-2::-1]:
        gradient += np.outer(flow, np.tanh(before))
        flow = (1 - np.tanh(before) ** 2) * (W @ flow)
    return gradient


# %% lags-b: the transposed gradient
# loses: test each
# try: Entry i, j says how state i changes with what unit j sends.
def matrix_gradient(W, states, error):
    gradient, flow = np.zeros_like(W, dtype=float), np.array(error, dtype=float)
    for before in states[-2::-1]:
        gradient += np.outer(np.tanh(before), flow)
        flow = (1 - np.tanh(before) ** 2) * (W.T @ flow)
    return gradient


# %% lags-b: the last term only
# loses: test each
# try: W is used at every step: add the terms of the earlier uses.
def matrix_gradient(W, states, error):
    return np.outer(error, np.tanh(states[-2]))


# %% lags-b: the slope on the wrong side of W
# loses: test each
# try: Going back, the error first passes W, then the tanh before it.
def matrix_gradient(W, states, error):
    gradient, flow = np.zeros_like(W, dtype=float), np.array(error, dtype=float)
    for before in states[-2::-1]:
        gradient += np.outer(flow, np.tanh(before))
        flow = W.T @ ((1 - np.tanh(before) ** 2) * flow)
    return gradient


# %% lags-b: cuts the sum after ten lags
# loses: each
# try: Add up all lags: the later ones are small, not zero.
def matrix_gradient(W, states, error):
    gradient, flow = np.zeros_like(W, dtype=float), np.array(error, dtype=float)
    for before in states[-2:-12:-1]:
        gradient += np.outer(flow, np.tanh(before))
        flow = (1 - np.tanh(before) ** 2) * (W.T @ flow)
    return gradient


# %% holding-a: a weight near 1, to keep the gradient
# loses: test gradient
# try: First make the bit survive: raise the weight until the check holds.
weight = 1.05
log_gradient = float(200 * np.log(0.9))

# %% holding-a: the gradient at 0 in place of the fixed point
# loses: gradient
# try: At the upper fixed point tanh is flat: put that slope in place of the one at 0.
weight = 2.5 + 5 * (noise - 0.2)
log_gradient = float(200 * np.log(weight))

# %% holding-a: the slope w (1 - x**2) with the state in place of its tanh
# loses: gradient
# try: The slope of tanh at x is 1 less the square of tanh x, not of x.
weight = 2.5 + 5 * (noise - 0.2)
point = 10.0
for _ in range(2000):
    point = weight * np.tanh(point)
log_gradient = float(200 * np.log(abs(weight * (1 - point**2))))

# %% holding-b: a weight near 1, to keep the gradient
# loses: test gradient
# try: First make the bit survive: raise the weight until the check holds.
weight = 1.05
log_gradient = float(200 * np.log(0.9))

# %% holding-b: the gradient of one step
# loses: gradient
# try: One step multiplies once; how often do 200 steps?
weight = 2.4 + 2 * (noise - 0.5)
point = 10.0
for _ in range(2000):
    point = weight * np.tanh(point)
log_gradient = float(np.log(weight * (1 - np.tanh(point) ** 2)))

# %% holding-b: the gradient at 0 in place of the fixed point
# loses: gradient
# try: At the upper fixed point tanh is flat: put that slope in place of the one at 0.
weight = 2.4 + 2 * (noise - 0.5)
log_gradient = float(200 * np.log(weight))


# %% interval-a: the normal approximation
# loses: test heart
# try: Add up the binomial probabilities themselves: near 0 and 1 they are not normal.
def exact_interval(successes, trials):
    rate = successes / trials
    half = 1.96 * np.sqrt(rate * (1 - rate) / trials)
    return float(max(rate - half, 0)), float(min(rate + half, 1))


# %% interval-a: Wilson's interval
# loses: test heart
# try: Wilson's is another interval: solve the tail probabilities of the question for p.
def exact_interval(successes, trials):
    z, rate = 1.959963984540054, successes / trials
    middle = (rate + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * np.sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2)) / (1 + z**2 / trials)
    return float(max(middle - half, 0)), float(min(middle + half, 1))


# %% interval-a: five percent at each end
# loses: test
# try: Both tails together leave five percent.
def exact_interval(successes, trials):
    from math import comb

    def at_least(k, p):
        return sum(comb(trials, j) * p**j * (1 - p) ** (trials - j) for j in range(k, trials + 1))

    grid = np.linspace(0, 1, 4001)
    low = [p for p in grid if at_least(successes, p) <= 0.05]
    high = [p for p in grid if at_least(successes + 1, p) <= 0.95]
    return (
        0.0 if successes == 0 else float(max(low)),
        1.0 if successes == trials else float(max(high)),
    )


# %% interval-b: just above the average
# loses: test heart
# try: On average is even odds: add up the probabilities from the top.
def least_successes(trials, rate):
    return int(np.floor(trials * rate) + 1)


# %% interval-b: the normal approximation
# loses: test
# try: Add up the binomial probabilities themselves instead of the normal curve.
def least_successes(trials, rate):
    return int(np.ceil(trials * rate + 1.645 * np.sqrt(trials * rate * (1 - rate))))


# %% interval-b: more than k in place of k or more
# loses: test
# try: The probability wanted is that of k or more: does your sum contain k?
def least_successes(trials, rate):
    from math import comb

    tail = 0.0
    for k in range(trials, -1, -1):
        tail += comb(trials, k) * rate**k * (1 - rate) ** (trials - k)
        if tail > 0.05:
            return k
    return 0


# %% interval-b: two-sided
# loses: test
# try: Only one side counts here: better than the old method.
def least_successes(trials, rate):
    from math import comb

    tail = 0.0
    for k in range(trials, -1, -1):
        tail += comb(trials, k) * rate**k * (1 - rate) ** (trials - k)
        if tail > 0.025:
            return k + 1
    return 0


# %% cut-a: the error as it is, not relative to the gradient
# loses: test heart
# try: Ten times the terms must be cut at the same place: compare with the whole gradient.
def safe_cut(terms, tolerance):
    rests = np.cumsum(terms[::-1], axis=0)[::-1]
    bad = np.linalg.norm(rests, axis=1) > tolerance
    return int(np.max(np.nonzero(bad)[0]) + 1) if bad.any() else 0


# %% cut-a: looks at the next term only
# loses: test heart
# try: What is cut off is the sum of all later terms, not the next one.
def safe_cut(terms, tolerance):
    limit = tolerance * np.linalg.norm(terms.sum(axis=0))
    bad = np.linalg.norm(terms, axis=1) > limit
    return int(np.max(np.nonzero(bad)[0]) + 1) if bad.any() else 0


# %% cut-a: the first cut that is good, though later ones are not
# loses: test
# try: A later cut may be bad again: go through the cuts from the end.
def safe_cut(terms, tolerance):
    rests = np.vstack([np.cumsum(terms[::-1], axis=0)[::-1], np.zeros(terms.shape[1])])
    good = np.linalg.norm(rests, axis=1) <= tolerance * np.linalg.norm(rests[0])
    return int(np.argmax(good))


# %% cut-b: the first cut that is good, though later ones are not
# loses: test
# try: A later cut may be bad again: go through the cuts from the end.
def safe_direction(terms, cosine):
    whole = terms.sum(axis=0)
    for k in range(1, len(terms)):
        part = terms[:k].sum(axis=0)
        size = np.linalg.norm(part) * np.linalg.norm(whole)
        if size > 0 and part @ whole >= cosine * size:
            return k
    return len(terms)


# %% cut-b: the size of the cosine, so that the opposite counts too
# loses: test
# try: A gradient that points the other way is not safe: keep the sign of the cosine.
def safe_direction(terms, cosine):
    whole, last_bad = terms.sum(axis=0), 0
    for k in range(1, len(terms)):
        part = terms[:k].sum(axis=0)
        size = np.linalg.norm(part) * np.linalg.norm(whole)
        if size == 0 or abs(part @ whole) < cosine * size:
            last_bad = k
    return last_bad + 1


# %% cut-b: the share of the norm in place of the cosine
# loses: test heart
# try: A cosine needs the dot product with the whole gradient.
def safe_direction(terms, cosine):
    whole, last_bad = terms.sum(axis=0), 0
    for k in range(1, len(terms)):
        if np.linalg.norm(terms[:k].sum(axis=0)) < cosine * np.linalg.norm(whole):
            last_bad = k
    return last_bad + 1
