"""Wrong answers to homework 5, each with the graded cells that it must lose, and no other."""


# %% atlas-a: begins at the first step
# loses: test
# try: The error meets the last Jacobian first: go through the steps from the end.
def look_back(jacobians, error):
    flow, total, found = np.array(error, dtype=float), 0.0, []
    for jacobian in [np.eye(len(flow)), *jacobians]:
        flow = flow @ jacobian
        total += np.log(np.linalg.norm(flow))
        flow /= np.linalg.norm(flow)
        found.append(total)
    return np.array(found)


# %% atlas-a: the Jacobians on the error's other side
# loses: test
# try: The error is a row, on the left of each Jacobian: what comes back is the transpose times it.
def look_back(jacobians, error):
    flow, total, found = np.array(error, dtype=float), 0.0, []
    for jacobian in [np.eye(len(flow)), *jacobians[::-1]]:
        flow = jacobian @ flow
        total += np.log(np.linalg.norm(flow))
        flow /= np.linalg.norm(flow)
        found.append(total)
    return np.array(found)


# %% atlas-a: the logarithm of a product that under- or overflows
# loses: far
# try: Take the length out after each step, and add up its logarithm.
def look_back(jacobians, error):
    rows = [np.array(error, dtype=float)]
    with np.errstate(all="ignore"):
        for jacobian in jacobians[::-1]:
            rows.append(rows[-1] @ jacobian)
        return np.log(np.linalg.norm(rows, axis=1))


# %% atlas-a: the squares of the lengths
# loses: test heart far
# try: The logarithm of a squared length is twice what is asked.
def look_back(jacobians, error):
    flow, total, found = np.array(error, dtype=float), 0.0, []
    for jacobian in [np.eye(len(flow)), *jacobians[::-1]]:
        flow = flow @ jacobian
        total += np.log(flow @ flow)
        flow /= np.linalg.norm(flow)
        found.append(total)
    return np.array(found)


# %% atlas-a: the norm of each Jacobian, added up
# loses: test heart
# try: A product of norms is a bound only: take the error itself through the Jacobians.
def look_back(jacobians, error):
    norms = [np.linalg.norm(error), *(np.linalg.norm(J, 2) for J in jacobians[::-1])]
    return np.cumsum(np.log(norms))


# %% atlas-a: leaves out lag 0
# loses: test heart far
# try: At lag 0 no Jacobian has come in yet: begin with the length of the error itself.
def look_back(jacobians, error):
    flow, total, found = np.array(error, dtype=float), 0.0, []
    for jacobian in jacobians[::-1]:
        flow = flow @ jacobian
        total += np.log(np.linalg.norm(flow))
        flow /= np.linalg.norm(flow)
        found.append(total)
    return np.array(found)


# %% atlas-b: the variance in place of the standard deviation
# loses: test heart
# try: The spread is a standard deviation; the variance's line is twice as steep.
def spread_power(logs):
    spreads = np.var(logs, axis=0)[1:]
    return float(np.polyfit(np.log(np.arange(1, len(spreads) + 1)), np.log(spreads), 1)[0])


# %% atlas-b: the spread along a row
# loses: test heart
# try: A row is one draw. At each lag, ask how far the draws differ: go down the columns.
def spread_power(logs):
    spreads = np.std(logs, axis=1) + 1e-300
    return float(np.polyfit(np.log(np.arange(1, len(spreads) + 1)), np.log(spreads), 1)[0])


# %% atlas-b: against the lag, not its logarithm
# loses: test heart
# try: A power is a straight line only where both axes are logarithms.
def spread_power(logs):
    spreads = np.std(logs, axis=0)[1:]
    return float(np.polyfit(np.arange(1, len(spreads) + 1), np.log(spreads), 1)[0])


# %% atlas-b: the root mean square, with the drift in it
# loses: test
# try: What all draws lose alike is no spread: take the mean off at each lag.
def spread_power(logs):
    spreads = np.sqrt(np.mean(np.square(logs), axis=0))[1:]
    return float(np.polyfit(np.log(np.arange(1, len(spreads) + 1)), np.log(spreads), 1)[0])


# %% atlas-b: from the first lag and the last alone
# loses: test
# try: Two points use two lags: let the line fit all of them, by least squares.
def spread_power(logs):
    spreads = np.std(logs, axis=0)
    return float(np.log(spreads[-1] / spreads[1]) / np.log(len(spreads) - 1))


# %% atlas-b: a line through the origin
# loses: test heart
# try: The spread at lag 1 need not be 1: the line needs an intercept.
def spread_power(logs):
    spreads = np.std(logs, axis=0)[1:]
    x = np.log(np.arange(1, len(spreads) + 1))
    return float(x @ np.log(spreads) / (x @ x))


# %% verdict-a: the mean in place of the median
# loses: test
# try: One loud sequence moves a mean: the typical size is the median.
def hears(sizes):
    typical = np.mean(sizes, axis=0)
    first = int(np.argmax(typical))
    last = int(np.nonzero(typical >= typical[first] / 1000)[0][-1])
    return last, float((last - first) / np.log2(typical[first] / typical[last]))


# %% verdict-a: stops at the first gap
# loses: test
# try: A lag may be faint and a later one heard again: the last that is heard counts.
def hears(sizes):
    typical = np.median(sizes, axis=0)
    first = int(np.argmax(typical))
    faint = np.nonzero(typical[first:] < typical[first] / 1000)[0]
    last = first + int(faint[0]) - 1 if len(faint) else len(typical) - 1
    return last, float((last - first) / np.log2(typical[first] / typical[last]))


# %% verdict-a: a thousandth of the size at lag 0
# loses: test
# try: The largest typical size need not stand at lag 0: a thousandth of which size is meant?
def hears(sizes):
    typical = np.median(sizes, axis=0)
    first = int(np.argmax(typical))
    last = int(np.nonzero(typical >= typical[0] / 1000)[0][-1])
    return last, float((last - first) / np.log2(typical[first] / typical[last]))


# %% verdict-a: the half-life from lag 0 on
# loses: test
# try: It begins to fall at the lag of the largest typical size: count the steps from there.
def hears(sizes):
    typical = np.median(sizes, axis=0)
    last = int(np.nonzero(typical >= typical.max() / 1000)[0][-1])
    return last, float(last / np.log2(typical.max() / typical[last]))


# %% verdict-a: halvings a step, not steps a halving
# loses: test heart
# try: A half-life is a number of steps: divide the steps by the halvings.
def hears(sizes):
    typical = np.median(sizes, axis=0)
    first = int(np.argmax(typical))
    last = int(np.nonzero(typical >= typical[first] / 1000)[0][-1])
    return last, float(np.log2(typical[first] / typical[last]) / (last - first))


# %% verdict-a: how many lags are heard
# loses: test heart
# try: Lags begin at 0: the largest that is heard is asked, not how many there are.
def hears(sizes):
    typical = np.median(sizes, axis=0)
    first = int(np.argmax(typical))
    heard = np.nonzero(typical >= typical[first] / 1000)[0]
    last = heard[-1]
    halvings = np.log2(typical[first] / typical[last])
    return len(heard), float((last - first) / halvings)


# %% verdict-b: does not take the directions along
# loses: test
# try: Each step must begin with the directions in which the last one ended.
def exponents(jacobians):
    stretched = [np.abs(np.diag(np.linalg.qr(jacobian)[1])) for jacobian in jacobians]
    return np.sort(np.log(stretched).mean(axis=0))[::-1]


# %% verdict-b: the whole product first
# loses: far
# try: A long product under- or overflows: make the directions orthonormal again at each step.
def exponents(jacobians):
    product = np.eye(len(jacobians[0]))
    with np.errstate(all="ignore"):
        for jacobian in jacobians:
            product = jacobian @ product
        stretched = np.abs(np.diag(np.linalg.qr(np.nan_to_num(product))[1]))
        return np.sort(np.log(stretched) / len(jacobians))[::-1]


# %% verdict-b: singular values of each Jacobian
# loses: test
# try: The directions in which one step stretches most are not those in which the next one does.
def exponents(jacobians):
    logs = np.log(np.linalg.svd(jacobians, compute_uv=False))
    return logs.mean(axis=0)


# %% verdict-b: eigenvalues of each Jacobian
# loses: test
# try: Eigenvalues of factors are not those of a product: follow directions through the steps.
def exponents(jacobians):
    logs = np.log(np.abs(np.linalg.eigvals(jacobians)))
    return np.sort(logs, axis=1)[:, ::-1].mean(axis=0)


# %% verdict-b: sums in place of means
# loses: test heart far
# try: An exponent is a mean logarithm a step: divide by the number of steps.
def exponents(jacobians):
    turned, total = np.eye(len(jacobians[0])), 0.0
    for jacobian in jacobians:
        turned, stretched = np.linalg.qr(jacobian @ turned)
        total = total + np.log(np.abs(np.diag(stretched)))
    return np.sort(total)[::-1]


# %% verdict-b: in the order of the directions, not sorted
# loses: test heart
# try: After a few steps the first direction need not be the one that stretches most: sort them.
def exponents(jacobians):
    turned, total = np.eye(len(jacobians[0])), 0.0
    for jacobian in jacobians:
        turned, stretched = np.linalg.qr(jacobian @ turned)
        total = total + np.log(np.abs(np.diag(stretched)))
    return total / len(jacobians)
