"""Wrong answers to homework 4, each with the graded cells that it must lose, and no other."""

# %% jacobians-a: symmetric, so that radius and largest singular value agree
# loses: test heart
# try: A symmetric matrix has its radius as largest singular value: couple one way only.
jacobian_witness = np.array([[0.5, 0.4, 0.0], [0.4, 0.5, 0.0], [0.0, 0.0, 0.3]])

# %% jacobians-a: one step grows, and no later one
# loses: test
# try: The growth must last past the first step: let it pass through the states in turn.
jacobian_witness = np.array([[0.0, 2 * M, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.1]])

# %% jacobians-a: a spectral radius above 0.9
# loses: test heart
# try: Print the moduli of its eigenvalues; the coupling does not move them.
jacobian_witness = np.diag([1.2, 1.2, 0.5]) + np.diag([M, 0.0], k=1)

# %% jacobians-b: eigenvalues below 1
# loses: test heart
# try: The matrix must grow, and the slope of tanh must undo it: raise the eigenvalues.
jacobian_witness = np.diag([0.5, 0.5, 0.5])

# %% jacobians-b: only one eigenvalue is large
# loses: test
# try: Every eigenvalue counts, the smallest too.
jacobian_witness = np.diag([M, 0.5, 0.5])

# %% jacobians-b: two large eigenvalues that turn, and a tiny one
# loses: test
# try: Every eigenvalue counts, the smallest too: print all three.
jacobian_witness = M * np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1e-6]])


# %% wall-a: the fold in place of the wall
# loses: test heart
# try: The fold is where attractors come and go; the wall is where the start rests unstably.
def wall_weight(b, x0):
    w = np.linspace(4.001, 200, 200_000)
    s = (1 + np.sqrt(1 - 4 / w)) / 2
    folds = np.log(s / (1 - s)) - w * s
    return float(w[np.argmin(np.abs(folds - b))])


# %% wall-a: tanh in place of the logistic function
# loses: test heart
# try: This unit is logistic, not tanh.
def wall_weight(b, x0):
    return float((x0 - b) / np.tanh(x0))


# %% wall-a: forgets the bias
# loses: test heart
# try: At the wall the start is a fixed point: put it into the whole equation, with the bias.
def wall_weight(b, x0):
    return float(x0 * (1 + np.exp(-x0)))


# %% wall-a: the weight of slope 1
# loses: test heart
# try: Slope 1 is the fold; at the wall the start rests, whatever the slope.
def wall_weight(b, x0):
    s = 1 / (1 + np.exp(-x0))
    return float(1 / (s * (1 - s)))


# %% wall-b: the product of slopes only
# loses: test heart
# try: Every step adds a bias anew: what does each of them contribute?
def bias_slope(w, b, x0, steps):
    x, slope = x0, 1.0
    for _ in range(steps):
        s = 1 / (1 + np.exp(-x))
        x, slope = w * s + b, w * s * (1 - s) * slope
    return float(slope)


# %% wall-b: one term too many
# loses: test heart
# try: The start does not depend on b: what is the slope before the first step?
def bias_slope(w, b, x0, steps):
    x, slope = x0, 1.0
    for _ in range(steps):
        s = 1 / (1 + np.exp(-x))
        x, slope = w * s + b, 1 + w * s * (1 - s) * slope
    return float(slope)


# %% wall-b: the slope of s at the state after, not before
# loses: test
# try: The step from x has its slope at x: check two steps by hand.
def bias_slope(w, b, x0, steps):
    x, slope = x0, 0.0
    for _ in range(steps):
        x = w / (1 + np.exp(-x)) + b
        s = 1 / (1 + np.exp(-x))
        slope = 1 + w * s * (1 - s) * slope
    return float(slope)


# %% clipping-a: clips each parameter by itself
# loses: test
# try: All arrays together have one norm: compute it once, before you scale.
def clip_together(gradients, threshold):
    sizes = [np.linalg.norm(np.ravel(g)) for g in gradients]
    return [g * min(1, threshold / s) if s else g for g, s in zip(gradients, sizes, strict=True)]


# %% clipping-a: clips by element
# loses: test heart
# try: Scale by a number, so that the direction stays.
def clip_together(gradients, threshold):
    return [np.clip(g, -threshold, threshold) for g in gradients]


# %% clipping-a: scales to the threshold from below, too
# loses: test heart
# try: Below the threshold nothing changes.
def clip_together(gradients, threshold):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [threshold / norm * g if norm else g for g in gradients]


# %% clipping-a: adds norms in place of their squares
# loses: test
# try: The square of the whole norm is the sum of squares.
def clip_together(gradients, threshold):
    norm = sum(np.linalg.norm(np.ravel(g)) for g in gradients)
    return [g * min(1, threshold / norm) if norm else g for g in gradients]


# %% clipping-b: in radians
# loses: test
# try: Degrees are asked for.
def turned_by(gradient, limit):
    whole = np.ravel(gradient).astype(float)
    clipped = np.clip(whole, -limit, limit)
    cosine = whole @ clipped / np.linalg.norm(whole) / np.linalg.norm(clipped)
    return float(np.arccos(min(cosine, 1.0)))


# %% clipping-b: clips large entries from above only
# loses: test heart
# try: Entries below -c are clipped too.
def turned_by(gradient, limit):
    whole = np.ravel(gradient).astype(float)
    clipped = np.minimum(whole, limit)
    cosine = whole @ clipped / np.linalg.norm(whole) / np.linalg.norm(clipped)
    return float(np.degrees(np.arccos(min(cosine, 1.0))))


# %% clipping-b: clips by norm, which turns nothing
# loses: test heart
# try: Clipping by element turns: clip the entries and compare.
def turned_by(gradient, limit):
    return 0.0


# %% reach-a: adds the two weights
# loses: test heart
# try: Put z to the t into the recurrence: a and c belong to different powers of z.
def half_life(a, c, delay):
    return float(-np.log(2) / np.log(abs(a + c)))


# %% reach-a: multiplies the half-life of the sum by the delay
# loses: test
# try: With both weights there is a polynomial to solve: put z to the t into the recurrence.
def half_life(a, c, delay):
    return float(-delay * np.log(2) / np.log(abs(a) + abs(c)))


# %% reach-a: the largest real part in place of the modulus
# loses: test heart
# try: The size of a state fades like the modulus of the root, real or not.
def half_life(a, c, delay):
    coefficients = np.zeros(delay + 1)
    coefficients[0] = 1
    coefficients[1] -= a
    coefficients[delay] -= c
    return float(-np.log(2) / np.log(np.roots(coefficients).real.max()))


# %% reach-b: leaves out the recurrent weight
# loses: test
# try: Leak and recurrent share together must leave one half: write down the whole factor.
def leak_for(steps, w):
    return float(0.5 ** (1 / steps))


# %% reach-b: steps to 1/e in place of one half
# loses: test heart
# try: Which logarithm belongs to one half?
def leak_for(steps, w):
    return float((np.exp(-1 / steps) - w) / (1 - w))


# %% reach-b: one minus ln 2 over the steps
# loses: test heart
# try: One minus ln 2 over the steps is right for long times only: take the root.
def leak_for(steps, w):
    return float((1 - np.log(2) / steps - w) / (1 - w))


# %% forget-a: the bias taken for the gate
# loses: test far
# try: The gate is a number from 0 to 1; the bias is where the logistic function has it.
def bias_for(steps, share):
    return float(share ** (1 / steps))


# %% forget-a: one half left, whatever the share
# loses: test far
# try: The share that is left is given: use it in place of one half.
def bias_for(steps, share):
    return float(-np.log(np.expm1(np.log(2) / steps)))


# %% forget-a: loses a gate near 1 in a difference
# loses: far
# try: A gate so near 1 is lost in a difference: use expm1 for one minus the gate.
def bias_for(steps, share):
    gate = share ** (1 / steps)
    return float(np.log(gate / (1 - gate))) if gate < 1 else 40.0


# %% forget-a: the approximation for long times
# loses: test
# try: The approximation is for long times: solve for the gate first.
def bias_for(steps, share):
    return float(np.log(steps / -np.log(share)))


# %% forget-b: the biases taken for the gates
# loses: test far
# try: A bias goes through the logistic function before it multiplies.
def log_kept(biases):
    return float(np.sum(np.log(np.maximum(biases, 1e-9))))


# %% forget-b: the gate of the mean bias, as often
# loses: test far
# try: Each gate has its own bias: add up their logarithms.
def log_kept(biases):
    if len(biases) == 0:
        return 0.0
    return float(-len(biases) * np.logaddexp(0, -np.mean(biases)))


# %% forget-b: very small gates underflow
# loses: far
# try: Such a small gate is 0 to the computer: write the logarithm of the gate without it.
def log_kept(biases):
    with np.errstate(all="ignore"):
        return float(np.log(np.prod(1 / (1 + np.exp(-np.asarray(biases, dtype=float))))))


# %% forget-b: keeps what the gates forget
# loses: test far
# try: What is kept is the gate, not one minus it.
def log_kept(biases):
    return float(-np.sum(np.logaddexp(0, np.asarray(biases, dtype=float))))


# %% stack-a: the bit on top
# loses: test
# try: That is the top: take it off, then read the next one.
def second(q):
    return int(4 * q >= 2)


# %% stack-a: forgets to take the top off
# loses: test
# try: Take the top off before you read: subtract its digit after multiplying by 4.
def second(q):
    return int((16 * q) % 4 >= 2) if q < 0.5 else int(16 * q % 2 >= 1)


# %% stack-a: reads in base 2
# loses: test
# try: Digits in base 4 are 1 and 3 here: which of them is bit 0?
def second(q):
    return int(4 * q) % 2


# %% stack-b: leaves all as it is
# loses: test
# try: Try it on two different bits by hand: 0.87109375 holds 1, 0, 1, 1.
def swap(q):
    return q


# %% stack-b: pushes them back in the order in which they lay
# loses: test
# try: What is pushed last lies on top.
def swap(q):
    first = int(4 * q >= 2)
    rest = 4 * q - (2 * first + 1)
    second = int(4 * rest >= 2)
    rest = 4 * rest - (2 * second + 1)
    for bit in (second, first):
        rest = rest / 4 + (2 * bit + 1) / 4
    return rest


# %% stack-b: turns both bits over
# loses: test
# try: The bits change places, not values.
def swap(q):
    first = int(4 * q >= 2)
    rest = 4 * q - (2 * first + 1)
    second = int(4 * rest >= 2)
    rest = 4 * rest - (2 * second + 1)
    for bit in (1 - second, 1 - first):
        rest = rest / 4 + (2 * bit + 1) / 4
    return rest
