#!/usr/bin/env python3
"""How fast are full fits and the bootstrap on one thread, against SciPy and the procedure that was published?

The law is `chinchilla`, the runs are 240, simulated by the lab. The published procedure (Besiroglu et al., arXiv
2404.10102): L-BFGS-B with finite differences from 4500 starts on the sum of Huber's function of log residuals, delta =
1e-3, then BFGS on 4000 resamples, once each from one start. Both must arrive at the same minimum and, within the noise
of resampling, at the same intervals. Run it from anywhere; a tenth of the starts and of the resamples are timed, all of
them with --all:

    tests/bench/fit.py [--all]

It builds the lab for this machine's processor, and makes an environment with NumPy and SciPy under target/.
"""

import itertools
import sys
import time

from common import native, np
from scipy.optimize import minimize
from scipy.special import huber, logsumexp

NAMES = ["E", "A", "alpha", "B", "beta"]
DELTA, STARTS, REFITS = 1e-3, 4500, 4000
# Hoffmann et al.'s parameters, where every refit starts: a, b, e, alpha, beta.
HOFFMANN = np.array([6.0073404, 6.0179186, 0.5267228, 0.33917084, 0.2849083])


def objective(p, n, d, y, weight):
    """The sum over rows; p = a, b, e, alpha, beta."""
    a, b, e, alpha, beta = p
    terms = np.stack([a - alpha * n, b - beta * d, np.full_like(n, e)])
    return float(weight @ huber(DELTA, logsumexp(terms, axis=0) - y))


def with_gradient(p, n, d, y, weight):
    """The same and its gradient."""
    a, b, e, alpha, beta = p
    terms = np.stack([a - alpha * n, b - beta * d, np.full_like(n, e)])
    total = logsumexp(terms, axis=0)
    share = np.exp(terms - total)
    c = weight * np.clip(total - y, -DELTA, DELTA)
    value = float(weight @ huber(DELTA, total - y))
    return value, np.array([c @ share[0], c @ share[1], c @ share[2], -c @ (share[0] * n), -c @ (share[1] * d)])


def natural(p):
    """a, b, e, alpha, beta as the lab orders them."""
    a, b, e, alpha, beta = p
    return np.array([np.exp(e), np.exp(a), alpha, np.exp(b), beta])


def main():
    share = 1 if "--all" in sys.argv else 10
    (ours,), out = native("fit")
    print(f"the lab: {1e3 * ours['fit_s']:.2f} ms a fit, {ours['refits_s']:.2f} s for {REFITS} refits;", end=" ")
    print(f"{ours['many_s']:.2f} s for 100000 rows")
    n, d, y = np.log(np.loadtxt(out / "runs", skiprows=1)).T
    one = np.ones(len(y))

    starts = list(itertools.product(*[np.linspace(0, 25, 6)] * 2, np.linspace(-1, 1, 5), *[np.linspace(0, 2, 5)] * 2))
    assert len(starts) == STARTS
    # Spread over the grid, by a step that shares no factor with it.
    few = [starts[i * 2711 % STARTS] for i in range(STARTS // share)]
    for what, f, gradient in [("finite differences", objective, None), ("gradient", with_gradient, True)]:
        clock = time.perf_counter()
        ends = [minimize(f, start, (n, d, y, one), "L-BFGS-B", jac=gradient) for start in few]
        seconds = (time.perf_counter() - clock) * share
        best = min(ends, key=lambda end: end.fun)
        good = sum(end.fun < best.fun * (1 + 1e-6) for end in ends) / len(ends)
        print(
            f"L-BFGS-B, {what}: {seconds:.0f} s for {STARTS} starts, {good:.1%} of them at the best, {best.fun:.15f};"
            f" the lab is {seconds / ours['fit_s']:.0f} times as fast, its objective less by {best.fun - ours['objective']:.1e}"
        )
    if ours["objective"] > best.fun * (1 + 1e-9):
        sys.exit("SciPy finds a lower minimum")

    random, refits = np.random.default_rng(42), []
    clock = time.perf_counter()
    for _ in range(REFITS // share):
        weight = np.bincount(random.integers(0, len(y), len(y)), minlength=len(y)).astype(float)
        refits.append(natural(minimize(with_gradient, HOFFMANN, (n, d, y, weight), "BFGS", jac=True).x))
    seconds = (time.perf_counter() - clock) * share
    print(f"BFGS, gradient: {seconds:.0f} s for {REFITS} refits; the lab is {seconds / ours['refits_s']:.0f} times as fast")
    ends = np.percentile(refits, [2.5, 97.5], axis=0)
    for j, name in enumerate(NAMES):
        lo, hi = ours[f"{name}_lo"], ours[f"{name}_hi"]
        print(f"{name:>6} {ours[name]:12.6g}: the lab [{lo:.6g}, {hi:.6g}], SciPy [{ends[0, j]:.6g}, {ends[1, j]:.6g}]")


main()
