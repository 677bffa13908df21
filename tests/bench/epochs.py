#!/usr/bin/env python3
"""How fast is kernel `epochs` on one thread, against numba and NumPy?

All three do the same work: SGD at 16 learning rates over the same stored samples, in f32, every epoch in a new order from
Philox4x32-10 and a Fisher-Yates shuffle. numba, with the better of two ways to write the loops, must arrive at the same
bits; NumPy sums in another order and must arrive within rounding. Run it from anywhere:

    tests/bench/epochs.py

It builds the kernel for this machine's processor, and makes an environment with NumPy and numba under target/.
"""

import sys
import time

from common import ROUNDS, native, njit, np, philox, title

STREAM = 13  # rng.rs, stream::EPOCHS_ORDER
LANES = 16
SIZES = [64, 256, 1024, 4096]  # lanes of NumPy: its calls cost about the same for few and for many
FEW = 1000  # its steps
TRIES = 10
BOUND, TINY = np.float32(1e6), np.float32(1e-15)


@njit
def visit(order, words, seed, run, step):
    """The sample of a step: the order is shuffled as it is walked."""
    if step % 4 == 0:
        words[0], words[1], words[2], words[3] = philox(
            np.uint32(seed), np.uint32(STREAM), np.uint32(run), np.uint32(step // 4), np.uint32(0), np.uint32(0)
        )
    place = step % len(order)
    other = place + ((np.uint64(words[step % 4]) * np.uint64(len(order) - place)) >> np.uint64(32))
    order[place], order[other] = order[other], order[place]
    return order[place]


@njit
def pull(total, noise, rates, g):
    for l in range(len(g)):
        residual = total[l] - noise
        if not abs(residual) <= BOUND:
            rates[l] = np.float32(0)
        g[l] = np.float32(0) if abs(residual) < TINY else rates[l] * residual


@njit
def numba_plain(v, samples, rates, factors, seed, run, steps):
    """A product, then a shift: v is [weight][lane]."""
    d, n = v.shape[0], samples.shape[0]
    order, words, rates = np.arange(n), np.empty(4, np.uint32), rates.copy()
    total, g = np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    for step in range(steps):
        x = samples[visit(order, words, seed, run, step)]
        total[:] = np.float32(0)
        for i in range(d):
            factor = x[i]
            for l in range(v.shape[1]):
                total[l] += v[i, l] * factor
        pull(total, x[d], rates, g)
        for i in range(d):
            factor = x[i]
            for l in range(v.shape[1]):
                v[i, l] -= g[l] * factor


@njit
def numba_fused(v, samples, rates, factors, seed, run, steps):
    """The shift of a step and the product of the next with one look at v."""
    d, n = v.shape[0], samples.shape[0]
    order, words, rates = np.arange(n), np.empty(4, np.uint32), rates.copy()
    total, g = np.zeros(LANES, np.float32), np.empty(LANES, np.float32)
    x = samples[visit(order, words, seed, run, 0)]
    for i in range(d):
        for l in range(v.shape[1]):
            total[l] += v[i, l] * x[i]
    for step in range(steps):
        pull(total, x[d], rates, g)
        y = samples[visit(order, words, seed, run, step + 1)]
        total[:] = np.float32(0)
        for i in range(d):
            this, following = x[i], y[i]
            for l in range(v.shape[1]):
                w = v[i, l] - g[l] * this
                v[i, l] = w
                total[l] += w * following
        x = y


@njit
def numba_one_hot(v, samples, rates, factors, seed, run, steps):
    """A sample is a coordinate and its noise."""
    n = samples.shape[0]
    order, words, rates = np.arange(n), np.empty(4, np.uint32), rates.copy()
    total, g = np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    for step in range(steps):
        x = samples[visit(order, words, seed, run, step)]
        i = np.int64(x[0])
        factor = factors[i]
        for l in range(v.shape[1]):
            total[l] = v[i, l] * factor
        pull(total, x[1], rates, g)
        for l in range(v.shape[1]):
            v[i, l] -= g[l] * factor


@njit
def places(n, seed, run, steps):
    order, words, out = np.arange(n), np.empty(4, np.uint32), np.empty(steps, np.int64)
    for step in range(steps):
        out[step] = visit(order, words, seed, run, step)
    return out


def numpy_dense(v, samples, rates, factors, order):
    for n in order:
        x = samples[n]
        residual = x[:-1] @ v - x[-1]
        gone = ~(np.abs(residual) <= BOUND)
        if gone.any():
            rates[gone] = 0
        v -= np.outer(x[:-1], np.where(np.abs(residual) < TINY, np.float32(0), rates * residual))


def numpy_one_hot(v, samples, rates, factors, order):
    for n in order:
        i, noise = int(samples[n, 0]), samples[n, 1]
        residual = v[i] * factors[i] - noise
        gone = ~(np.abs(residual) <= BOUND)
        if gone.any():
            rates[gone] = 0
        v[i] -= np.where(np.abs(residual) < TINY, np.float32(0), rates * residual) * factors[i]


def compare(case, out):
    """Rates of numba and NumPy for a case, after a look at where they arrive."""
    i, one_hot, d, n, steps, runs, seed = (
        int(case[x]) for x in ("case", "one_hot", "dim", "samples", "steps", "runs", "seed")
    )
    samples = np.fromfile(out / f"{i}.samples", np.float32).reshape(runs, n, -1)
    rates = np.fromfile(out / f"{i}.rates", np.float32)
    factors = np.fromfile(out / f"{i}.factors", np.float32)
    end = np.fromfile(out / f"{i}.end", np.float32).reshape(runs, d, LANES)
    start = np.full((d, LANES), np.float32(-1))
    compiled = 0
    for program in [numba_one_hot] if one_hot else [numba_plain, numba_fused]:
        program(start.copy(), samples[0], rates, factors, seed, 0, 4)  # compiles
        for _ in range(TRIES):
            v = np.stack([start] * runs)
            clock = time.perf_counter()
            for run in range(runs):
                program(v[run], samples[run], rates, factors, seed, run, steps)
            compiled = max(compiled, runs * LANES * steps / (time.perf_counter() - clock))
        if not np.array_equal(v, end):
            sys.exit(f"case {i}: numba arrives elsewhere, by {np.abs(v - end).max()}")
    vectors, order = 0, places(n, seed, 0, FEW)
    check = start.copy()
    (numba_one_hot if one_hot else numba_plain)(check, samples[0], rates, factors, seed, 0, FEW)
    for lanes in SIZES:
        v, many = np.tile(start, (1, lanes // LANES)), np.tile(rates, lanes // LANES)
        clock = time.perf_counter()
        (numpy_one_hot if one_hot else numpy_dense)(v, samples[0], many, factors, order)
        vectors = max(vectors, lanes * FEW / (time.perf_counter() - clock))
        if not np.allclose(v[:, :LANES], check, rtol=1e-3, atol=1e-4):
            sys.exit(f"case {i}: NumPy arrives elsewhere, by {np.abs(v[:, :LANES] - check).max()}")
    return compiled, vectors


def main():
    best = {}
    for _ in range(ROUNDS):
        cases, out = native("epochs")
        for case in cases:
            rates = [case["runs"] * LANES * case["steps"] / case["seconds"]]
            rates += (0, 0) if case["fresh"] else compare(case, out)
            key = ("one-hot" if case["one_hot"] else "dense", int(case["dim"]), "fresh" if case["fresh"] else "stored")
            best[key] = [max(a, b) for a, b in zip(rates, best.get(key, rates))]
    print(title("sample-steps"))
    print("  model   d samples |  kernel   numba   NumPy | over numba over NumPy")
    for (model, d, samples), (kernel, compiled, vectors) in best.items():
        line = f"{model:>7} {d:3} {samples:>7} | {kernel / 1e6:7.1f}"
        if compiled:
            line += f" {compiled / 1e6:7.1f} {vectors / 1e6:7.2f} | {kernel / compiled:10.2f} {kernel / vectors:10.1f}"
        print(line)


main()
