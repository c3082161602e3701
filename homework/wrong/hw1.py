"""Wrong answers to homework 1, each with the graded cells that it must lose, and no other."""


# %% horizon-a: forgets that the start is seen too
# loses: test far
# try: Count by hand for w = 0.5, h0 = 1, s = 0.4: it is seen at t = 0 and at t = 1.
def steps_seen(w, h0, s):
    if abs(h0) < s:
        return 0
    return int(np.floor(np.log(s / abs(h0)) / np.log(abs(w)))) - 1


# %% horizon-a: takes the sign of the weight into the logarithm
# loses: test
# try: The logarithm of a negative number does not exist; which number of w decides about sizes?
def steps_seen(w, h0, s):
    if abs(h0) < s:
        return 0
    return int(np.floor(np.log(s / abs(h0)) / np.log(w))) + 1


# %% horizon-a: leaves out the size of the start
# loses: test far
# try: Write down the condition for being seen and keep the start in it; then solve it for t.
def steps_seen(w, h0, s):
    return max(0, int(np.floor(np.log(s) / np.log(abs(w)))) + 1)


# %% horizon-a: counts the start even where it is not seen
# loses: test
# try: If the start is not seen, no state is: treat that case first.
def steps_seen(w, h0, s):
    return max(1, int(np.floor(np.log(s / abs(h0)) / np.log(abs(w)))) + 1)


# %% horizon-a: goes step by step and gives up
# loses: far
# try: A loop of a billion steps is too slow: solve for t, and round.
def steps_seen(w, h0, s):
    count = 0
    while abs(w) ** count * abs(h0) >= s and count < 10_000:
        count += 1
    return count


# %% horizon-a: uses 1 - w for the logarithm
# loses: test far
# try: Near w = 1 the two agree, elsewhere not: take the logarithm itself.
def steps_seen(w, h0, s):
    if abs(h0) < s:
        return 0
    return int(np.floor(np.log(abs(h0) / s) / (1 - abs(w)))) + 1


# %% horizon-b: rounds down
# loses: test
# try: Beyond the limit is wanted, not just before it: which way must you round?
def first_beyond(w, h0, limit):
    if abs(h0) > limit:
        return 0
    return int(np.log(limit / abs(h0)) / np.log(abs(w)))


# %% horizon-b: takes the sign of the weight into the logarithm
# loses: test
# try: The logarithm of a negative number does not exist; which number of w decides about sizes?
def first_beyond(w, h0, limit):
    if abs(h0) > limit:
        return 0
    return int(np.ceil(np.log(limit / abs(h0)) / np.log(w)))


# %% horizon-b: leaves out the size of the start
# loses: test far
# try: Write down the condition with the start in it, and solve it for t.
def first_beyond(w, h0, limit):
    return max(0, int(np.ceil(np.log(limit) / np.log(abs(w)))))


# %% horizon-b: is negative for a start beyond the limit
# loses: test
# try: No step is before the first: treat a start beyond the limit apart.
def first_beyond(w, h0, limit):
    return int(np.ceil(np.log(limit / abs(h0)) / np.log(abs(w))))


# %% horizon-b: goes step by step and gives up
# loses: far
# try: A loop of a billion steps is too slow: solve for t, and round.
def first_beyond(w, h0, limit):
    count = 0
    while abs(w) ** count * abs(h0) <= limit and count < 10_000:
        count += 1
    return count


# %% lognorm-a: W in place of its transpose
# loses: test far
# try: Take one step by hand with [[0, 1], [0, 0]]: which entry of h feeds which?
def log_norm(W, h0, t):
    state, logarithm = np.array(h0, dtype=float), 0.0
    for _ in range(t):
        size = np.linalg.norm(state)
        logarithm += np.log(size)
        state = W @ (state / size)
    return float(logarithm + np.log(np.linalg.norm(state)))


# %% lognorm-a: the power overflows and underflows
# loses: far
# try: Rescale the state after each step, and add up the logarithms of what you divided by.
def log_norm(W, h0, t):
    return float(np.log(np.linalg.norm(np.linalg.matrix_power(W.T, t) @ h0)))


# %% lognorm-a: rescales and forgets the logarithms
# loses: test far
# try: What you divide by is part of the answer: keep the sum of its logarithms.
def log_norm(W, h0, t):
    state = np.array(h0, dtype=float)
    for _ in range(t):
        state = W.T @ (state / np.linalg.norm(state))
    return float(np.log(np.linalg.norm(state)))


# %% lognorm-a: the logarithm of the squared norm
# loses: test far
# try: The norm is the root of the sum of squares; its logarithm is half of what you have.
def log_norm(W, h0, t):
    state, logarithm = np.array(h0, dtype=float), 0.0
    for _ in range(t):
        size = np.linalg.norm(state)
        logarithm += np.log(size)
        state = W.T @ (state / size)
    return float(2 * (logarithm + np.log(np.linalg.norm(state))))


# %% lognorm-a: t times the logarithm of the spectral radius
# loses: test far
# try: The radius gives the rate in the end; the path from this start has a history besides.
def log_norm(W, h0, t):
    radius = np.abs(np.linalg.eigvals(W)).max()
    return float(np.log(np.linalg.norm(h0)) + t * np.log(radius))


# %% lognorm-b: W in place of its transpose
# loses: test far
# try: Take one step by hand with [[0, 1], [0, 0]]: which entry of h feeds which?
def log_growth(W, h0, t):
    state, logarithm = np.array(h0, dtype=float), 0.0
    for _ in range(t):
        size = np.linalg.norm(state)
        logarithm += np.log(size)
        state = W @ (state / size)
    return float(2 * (logarithm + np.log(np.linalg.norm(state) / np.linalg.norm(h0))))


# %% lognorm-b: the power overflows and underflows
# loses: far
# try: Rescale the state after each step, and add up the logarithms of what you divided by.
def log_growth(W, h0, t):
    state = np.linalg.matrix_power(W.T, t) @ h0
    return float(2 * np.log(np.linalg.norm(state) / np.linalg.norm(h0)))


# %% lognorm-b: the logarithm of the norm, not of its square
# loses: test far
# try: The question has squares inside its logarithm.
def log_growth(W, h0, t):
    state, logarithm = np.array(h0, dtype=float), 0.0
    for _ in range(t):
        size = np.linalg.norm(state)
        logarithm += np.log(size)
        state = W.T @ (state / size)
    return float(logarithm + np.log(np.linalg.norm(state) / np.linalg.norm(h0)))


# %% lognorm-b: does not divide by the size of the start
# loses: test far
# try: At t = 0 the growth must be 0, whatever the start.
def log_growth(W, h0, t):
    state, logarithm = np.array(h0, dtype=float), 0.0
    for _ in range(t):
        size = np.linalg.norm(state)
        logarithm += np.log(size)
        state = W.T @ (state / size)
    return float(2 * (logarithm + np.log(np.linalg.norm(state))))


# %% lognorm-b: 2 t times the logarithm of the spectral radius
# loses: test far
# try: The radius gives the rate in the end; the path from this start has a history besides.
def log_growth(W, h0, t):
    return float(2 * t * np.log(np.abs(np.linalg.eigvals(W)).max()))


# %% witness-a: bounds the largest singular value in place of the spectral radius
# loses: test late
# try: A matrix whose largest singular value is below 1 never grows: print its eigenvalues instead.
nilpotent = np.diag([1.0, 1.0], k=1)
witness = r * np.eye(3) + 40 * nilpotent
witness = witness * r / np.linalg.norm(witness, 2)

# %% witness-a: is largest after one step
# loses: late
# try: One large entry is used once: let the growth pass through two entries in turn.
witness = np.array([[r, 5000.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, r]])

# %% witness-a: grows late and large, but its spectral radius is too large
# loses: test late
# try: Print the moduli of its eigenvalues beside your r.
witness = 0.9 * np.eye(3) + 40 * np.diag([1.0, 1.0], k=1)

# %% witness-a: two by two
# loses: test late
# try: The shape must be 3 x 3: add a third coordinate.
witness = np.array([[r, 1000.0], [0.0, r]])

# %% witness-a: grows late, but not far enough
# loses: test
# try: The shape of the growth is right: make what couples the coordinates larger.
witness = r * np.eye(3) + 5 * np.diag([1.0, 1.0], k=1)

# %% witness-b: bounds the largest singular value in place of the spectral radius
# loses: test late
# try: A matrix whose largest singular value is below 1 never grows: print its eigenvalues instead.
c, s, stretch = np.cos(np.pi / 16), np.sin(np.pi / 16), 1000
witness = np.array([[c, -stretch * s, 0], [s / stretch, c, 0], [0, 0, 0.1]])
witness = witness * r / np.linalg.norm(witness, 2)

# %% witness-b: grows, but does not turn
# loses: test
# try: Print its eigenvalues: a turn needs a pair that is not real.
witness = (r - 0.01) * np.eye(3) + 40 * np.diag([1.0, 1.0], k=1)

# %% witness-b: turns so fast that it is largest after one step
# loses: late
# try: Slow the turn down: the norm is largest after a quarter of it.
c, s, stretch = np.cos(np.pi / 2), np.sin(np.pi / 2), 1000
witness = (r - 1e-6) * np.array([[c, -stretch * s, 0], [s / stretch, c, 0], [0, 0, 0.1]])

# %% witness-b: turns in circles, which are never larger than the start
# loses: test late
# try: Stretch one axis: turning in a circle keeps the norm, turning in an ellipse does not.
c, s = np.cos(np.pi / 16), np.sin(np.pi / 16)
witness = (r - 1e-6) * np.array([[c, -s, 0], [s, c, 0], [0, 0, 0.1]])


# %% rate-a: the ratio of the last two norms
# loses: test
# try: The norm goes up and down while the state turns: one step is not enough.
def decay_rate(states):
    return float(np.log(np.linalg.norm(states[-1]) / np.linalg.norm(states[-2])))


# %% rate-a: the rate of the squared norm
# loses: test plain
# try: You have squared: what does that do to a rate?
def decay_rate(states):
    logs = np.log((states**2).sum(axis=1))
    return float(np.polyfit(np.arange(len(logs)), logs, 1)[0])


# %% rate-a: the real part of the eigenvalue in place of its modulus
# loses: test plain
# try: How fast a mode fades is the modulus of its eigenvalue, the real part mixes in the turning.
def decay_rate(states):
    fitted = np.linalg.lstsq(states[:60], states[1:61], rcond=None)[0]
    return float(np.log(np.linalg.eigvals(fitted).real.max()))


# %% rate-a: the half-life in place of the rate
# loses: test plain
# try: The rate itself is asked for, in units of one over steps.
def decay_rate(states):
    logs = np.log(np.linalg.norm(states, axis=1))
    return float(-np.log(2) / np.polyfit(np.arange(len(logs)), logs, 1)[0])


# %% rate-a: the largest ratio of one step
# loses: test
# try: The norm goes up and down while the state turns: use the whole path.
def decay_rate(states):
    norms = np.linalg.norm(states, axis=1)
    return float(np.log((norms[1:] / norms[:-1]).max()))


# %% rate-b: the ratio of the last two norms
# loses: test
# try: The norm goes up and down while the state turns: one step is not enough.
def half_life(states):
    return float(np.log(2) / np.log(np.linalg.norm(states[-2]) / np.linalg.norm(states[-1])))


# %% rate-b: the half-life of the squared norm
# loses: test plain
# try: You have squared: what does that do to a half-life?
def half_life(states):
    logs = np.log((states**2).sum(axis=1))
    return float(-np.log(2) / np.polyfit(np.arange(len(logs)), logs, 1)[0])


# %% rate-b: the first state that is half as large as the start
# loses: test
# try: Where the norm first falls to one half depends on the turning: use the whole path.
def half_life(states):
    norms = np.linalg.norm(states, axis=1)
    return float(np.argmax(norms <= norms[0] / 2))


# %% rate-b: steps to 1/e in place of one half
# loses: test plain
# try: Which logarithm belongs to one half?
def half_life(states):
    logs = np.log(np.linalg.norm(states, axis=1))
    return float(-1 / np.polyfit(np.arange(len(logs)), logs, 1)[0])


# %% formula-a: diagonal, so that the slip hides
# loses: test shows
# try: Eigenvectors along the axes make a Q that can be symmetric: turn them.
breaker = np.diag([1.0, 2.0, -3.0])

# %% formula-a: in truth two by two, so that the slip hides
# loses: test shows
# try: Only two axes are turned here, by a reflection that is its own transpose: turn all three.
breaker = np.array([[1.0, 2.0, 0.0], [2.0, -1.0, 0.0], [0.0, 0.0, 4.0]])

# %% formula-a: eigenvectors that are a symmetric matrix in another order
# loses: test shows
# try: Order the columns otherwise, and Q is symmetric: try a rotation about a slanted axis.
half = np.array([1.0, 2.0, 3.0]) / np.sqrt(14)
mirror = (np.eye(3) - 2 * np.outer(half, half))[:, [1, 2, 0]]
breaker = mirror @ np.diag([1.0, 2.0, -3.0]) @ mirror.T
breaker = (breaker + breaker.T) / 2

# %% formula-a: not symmetric
# loses: test shows
# try: Average it with its transpose, and look at the residual again.
breaker = np.array([[1.0, 2.0, 0.0], [0.0, 3.0, 1.0], [0.0, 0.0, -2.0]])

# %% formula-b: symmetric, so that left and right are the same
# loses: test shows
# try: Couple the coordinates one way only: symmetric matrices have the same on both sides.
turner = np.array([[2.0, 0.3, 0.0], [0.3, 0.5, 0.1], [0.0, 0.1, 0.2]])

# %% formula-b: the second eigenvalue is too close
# loses: test
# try: Make the ratio of the two largest eigenvalues smaller, and the coupling as it is.
turner = np.array([[1.0, 15.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 0.2]])

# %% formula-b: a large cosine still
# loses: test
# try: The stronger the one-way coupling, the smaller the cosine.
turner = np.array([[1.0, 1.0, 0.0], [0.0, 0.4, 0.0], [0.0, 0.0, 0.2]])

# %% formula-b: entries beyond 20
# loses: test
# try: The cosine depends on coupling over gap of eigenvalues: 20 is enough.
turner = np.array([[1.0, 500.0, 0.0], [0.0, 0.4, 0.0], [0.0, 0.0, 0.2]])

# %% formula-a: shows the slip, but too little of it
# loses: test
# try: Turn the eigenvectors further: the residual grows with the angle.
cross = np.cross(np.eye(3), np.array([1.0, 2.0, 3.0]) / np.sqrt(14))
turn = np.eye(3) + np.sin(0.02) * cross + (1 - np.cos(0.02)) * cross @ cross
breaker = turn @ np.diag([1.0, 2.0, -3.0]) @ turn.T
breaker = (breaker + breaker.T) / 2
