"""The latch's success against length, all trials at once, against PyTorch trial by trial."""

import numpy as np
import torch

from benchmarks.timing import Case
from longterm import models, tasks, training

LENGTHS, TRIALS, UPDATES = (5, 10, 15, 20, 25, 30, 40), 200, 2000
PART = 50  # updates of one trial; the time is multiplied by what is left out
RATE, NOISE = 0.1, 0.2
PAIR = tasks.Latching(), models.Latch()


def curve():
    """The curve of chapter 6, as its cells ask for it."""
    rng = np.random.default_rng(60)
    how = {"rng": rng, "updates": UPDATES}
    return [(T, training.success_rate(*PAIR, T, TRIALS, **how)) for T in LENGTHS]


def loss(w, entry, noise):
    """PyTorch's loss of one trial: two sequences, one a class."""
    x, aim = torch.zeros(2, dtype=torch.float64), torch.tensor([-0.8, 0.8], dtype=torch.float64)
    for t, u in enumerate(noise):
        x = w * torch.tanh(x) + (entry[:, t] if t < entry.shape[1] else u)
    return ((torch.tanh(x) - aim) ** 2).sum() / 2


def one_trial(length, updates):
    """Train one trial in PyTorch."""
    w = torch.tensor(1.25, dtype=torch.float64, requires_grad=True)
    entry = (0.1 * torch.randn(2, 3, dtype=torch.float64)).requires_grad_()
    optimiser = torch.optim.SGD([w, entry], lr=RATE)
    for _ in range(updates):
        optimiser.zero_grad()
        loss(w, entry, NOISE * torch.randn(length, 2, dtype=torch.float64)).backward()
        optimiser.step()


def check_equal_gradients():
    """The same loss and gradients from both, on the same noise."""
    rng, (task, model) = np.random.default_rng(1), PAIR
    start, batch = model.start(task, 1, rng=rng), task.batch(20, 1, 2, rng=rng)
    run = model.run(start, batch.inputs)
    losses, misses = task.loss(run.answers, batch.targets)
    value, slopes = losses.mean(axis=1), model.gradients(start, run, misses / 2)
    w, entry = (torch.tensor(p[0], requires_grad=True) for p in start)
    theirs = loss(w, entry, torch.tensor(batch.inputs[:, 0, :, 0]))
    pairs = zip(slopes, torch.autograd.grad(theirs, [w, entry]), strict=True)
    np.testing.assert_allclose(value[0], theirs.detach().numpy(), rtol=1e-12)
    for a, b in pairs:
        np.testing.assert_allclose(a[0], b.numpy(), rtol=1e-10, atol=1e-14)


def cases():
    """The one case."""
    check_equal_gradients()
    peer = "PyTorch, trial by trial"
    ways = {"ours": curve, peer: lambda: [one_trial(T, PART) for T in LENGTHS]}
    name = f"latch curve, {len(LENGTHS)} lengths, {TRIALS} trials, {UPDATES} updates"
    scale = {peer: TRIALS * UPDATES / PART}
    return [Case(name, ways, {"ours": 30, peer: 100}, "np.tanh and random numbers", scale, 7)]
