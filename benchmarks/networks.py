"""Back-propagation through time of many tanh networks, against PyTorch's autograd and JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import torch

from benchmarks.timing import Case
from longterm.models import Plain, Weights

SIZES = [(100, 5, 1, 20), (100, 5, 16, 20), (400, 2, 8, 40), (16, 20, 32, 50), (1, 50, 32, 100)]
"""Networks, units, sequences and steps."""

WRITTEN, TUNED, COMPILED = "PyTorch, as written", "PyTorch, tuned", "JAX, compiled"
AVX512 = "X86_V4" in np.show_config("dicts")["SIMD Extensions"]["found"]
MEAN = 2.5
"""Least geometric mean over the sizes of the time of PyTorch as written to ours."""


def problem(size):
    """Networks, their inputs and what they are to answer."""
    networks, n, sequences, steps = size
    rng = np.random.default_rng(7)
    net = Weights(
        rng.uniform(-1, 1, (networks, n, n)) / np.sqrt(n),
        rng.uniform(-0.5, 0.5, (networks, n, 1)),
        rng.uniform(-0.5, 0.5, (networks, n)),
        rng.uniform(-0.5, 0.5, (networks, 1, n)),
        np.zeros((networks, 1)),
    )
    inputs = rng.standard_normal((steps, networks, sequences, 1))
    return net, inputs, rng.standard_normal((networks, sequences, 1))


def ours(net, inputs, targets):
    """What training calls."""
    model = Plain(units=net.bias.shape[1])
    run = model.run(net, inputs)
    return model.gradients(net, run, (run.answers - targets) / targets.shape[1])


def as_written(parameters, inputs, targets):
    """PyTorch from the equations, line by line."""
    W, V, b, R, c = parameters
    h = torch.zeros(*inputs.shape[1:3], W.shape[-1], dtype=inputs.dtype)
    for s in inputs:
        h = torch.tanh(h @ W.mT + s @ V.mT + b[:, None])
    loss = ((h @ R.mT + c[:, None] - targets) ** 2).mean(1).sum() / 2
    return torch.autograd.grad(loss, parameters)


def tuned(parameters, inputs, targets):
    """PyTorch by someone who profiles: inputs multiplied at once, sum and product in one call."""
    W, V, b, R, c = parameters
    drive, back = inputs @ V.mT + b[:, None], W.mT
    h = torch.zeros_like(drive[0])
    for u in drive:
        h = torch.tanh(torch.baddbmm(u, h, back))
    loss = ((h @ R.mT + c[:, None] - targets) ** 2).mean(1).sum() / 2
    return torch.autograd.grad(loss, parameters)


@jax.jit
@jax.grad
def compiled(parameters, inputs, targets):
    """The gradient as JAX compiles it for these sizes: one loop, its sums and products fused."""
    W, V, b, R, c = parameters

    def step(h, s):
        return jnp.tanh(h @ W.mT + s @ V.mT + b[:, None]), None

    start = jnp.zeros((*inputs.shape[1:3], W.shape[-1]))
    h, _ = jax.lax.scan(step, start, inputs)
    return ((h @ R.mT + c[:, None] - targets) ** 2).mean(1).sum() / 2


def floor(size):
    """The matrix products and the ``np.tanh`` of all steps, and nothing else."""
    networks, n, sequences, steps = size
    rng = np.random.default_rng(8)
    signals = rng.standard_normal((steps + 1, networks, sequences, n))
    W = rng.standard_normal((networks, n, n))
    back, out, total = W.swapaxes(1, 2), np.empty_like(signals[0]), np.empty_like(W)

    def work():
        for t in range(steps):
            np.matmul(signals[t], back, out=out)
            np.tanh(out, out=out)
        for t in range(steps):
            np.matmul(signals[t], W, out=out)
            np.matmul(signals[t].swapaxes(1, 2), signals[t + 1], out=total)

    return work


def cases():
    """One case a size, after all gradients were found equal."""
    return [_case(size) for size in SIZES]


def _case(size):
    net, inputs, targets = problem(size)
    theirs = tuple(torch.tensor(p, requires_grad=True) for p in net)
    given = torch.tensor(inputs), torch.tensor(targets)
    passed = jax.device_put((tuple(net), inputs, targets))
    for peer in (as_written(theirs, *given), tuned(theirs, *given), compiled(*passed)):
        for a, b in zip(ours(net, inputs, targets), peer, strict=True):
            np.testing.assert_allclose(a, np.asarray(b), rtol=1e-10, atol=1e-12)
    ways = {
        "ours": lambda: ours(net, inputs, targets),
        WRITTEN: lambda: as_written(theirs, *given),
        TUNED: lambda: tuned(theirs, *given),
        COMPILED: lambda: jax.block_until_ready(compiled(*passed)),
        "floor": floor(size),
    }
    aims = {WRITTEN: 1.8, "floor": 2.0 if size == SIZES[0] else 1.6}
    if AVX512:  # README.md says why
        aims = {WRITTEN: 1.6, "floor": 2.2}
    if size != SIZES[0]:
        aims[COMPILED] = 0.8 if AVX512 and size[1] == 2 else 1.0
    limit = "Python and ufunc calls" if size == SIZES[0] else "exp and matrix products"
    name = "BPTT, {} networks, {} units, {} sequences, {} steps".format(*size)
    return Case(name, ways, aims, limit)
