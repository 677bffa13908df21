#!/usr/bin/env python3
"""How fast is kernel `compose` on one thread, against numba and NumPy?

All three do the same work: Philox4x32-10 with the same keys and counters, the same alias table, f32, a look at the exact
test loss every 256 samples; from the same weights they must arrive at the same bits. Run it from anywhere:

    tests/bench/compose.py

It builds the kernel for this machine's processor, and makes an environment with NumPy and numba under target/.
"""

import sys
import time

from common import ROUNDS, native, njit, np, philox, title

np.seterr(over="ignore", invalid="ignore")  # runs that diverge
STREAM = 6  # rng.rs, stream::COMPOSE
CHECK = 256
MANY = 1024  # lanes of NumPy: its calls cost the same for few and for many
FEW = 2048  # samples of NumPy's runs
RATE, TARGET_LOSS, BOUND, TINY = np.float32(0.05), np.float32(0.01), np.float32(1e6), np.float32(1e-30)


@njit
def pick(table, bits, u):
    column = u >> np.uint32(32 - bits)
    entry = table[column]
    threshold = np.uint32(u << np.uint32(bits)) >> np.uint32(10)
    return column if threshold < entry >> np.uint32(10) else entry & np.uint32(1023)


@njit
def loss(w, hops, share):
    total, square = np.float32(0), np.float32(0)
    for x in w:
        total += x
        square += x * x
    a, b = np.float32(1), np.float32(1)
    for _ in range(hops):
        a *= total * share
        b *= square * share
    return np.float32(0.5) * (b - np.float32(2) * a + np.float32(1))


@njit
def numba_run(w, table, bits, hops, seed, run, samples):
    """One run after another, as a program for one run is written."""
    one, hit, share = np.float32(1), 0, np.float32(1) / np.float32(len(w))
    skill, value, before = np.empty(8, np.uint32), np.empty(8, np.float32), np.empty(8, np.float32)
    words = np.empty(8, np.uint32)
    for sample in range(samples):
        words[0], words[1], words[2], words[3] = philox(
            np.uint32(seed), np.uint32(STREAM), np.uint32(run), np.uint32(sample), np.uint32(0), np.uint32(0)
        )
        if hops > 4:
            words[4], words[5], words[6], words[7] = philox(
                np.uint32(seed), np.uint32(STREAM), np.uint32(run), np.uint32(sample), np.uint32(1), np.uint32(0)
            )
        f = one
        for i in range(hops):
            skill[i] = pick(table, bits, words[i])
            value[i] = w[skill[i]]
            before[i] = f
            f *= value[i]
        if not abs(f) <= BOUND:
            return -1
        g = RATE * (f - one)
        after = one
        for i in range(hops - 1, -1, -1):
            x = w[skill[i]] - g * (before[i] * after)
            w[skill[i]] = np.float32(0) if abs(x) < TINY else x
            after *= value[i]
        if (sample + 1) % CHECK == 0 and hit == 0 and loss(w, hops, share) < TARGET_LOSS:
            hit = (sample + 1) // CHECK
    return hit


@njit
def numba_rates(w, rates, table, bits, hops, seed, run, samples):
    """One run at many learning rates, which share its draws: w is [skill][lane]."""
    one, lanes = np.float32(1), w.shape[1]
    hit, share = np.zeros(lanes, np.int64), np.float32(1) / np.float32(len(w))
    skill, words = np.empty(8, np.uint32), np.empty(8, np.uint32)
    value, before = np.empty((8, lanes), np.float32), np.empty((8, lanes), np.float32)
    f, after, g = np.empty(lanes, np.float32), np.empty(lanes, np.float32), np.empty(lanes, np.float32)
    total, square = np.empty(lanes, np.float32), np.empty(lanes, np.float32)
    for sample in range(samples):
        words[0], words[1], words[2], words[3] = philox(
            np.uint32(seed), np.uint32(STREAM), np.uint32(run), np.uint32(sample), np.uint32(0), np.uint32(0)
        )
        if hops > 4:
            words[4], words[5], words[6], words[7] = philox(
                np.uint32(seed), np.uint32(STREAM), np.uint32(run), np.uint32(sample), np.uint32(1), np.uint32(0)
            )
        f[:] = one
        for i in range(hops):
            skill[i] = pick(table, bits, words[i])
            row = w[skill[i]]
            for l in range(lanes):
                value[i, l] = row[l]
                before[i, l] = f[l]
                f[l] *= row[l]
        for l in range(lanes):
            g[l] = rates[l] * (f[l] - one) if abs(f[l]) <= BOUND else np.float32(0)
            after[l] = one
        for i in range(hops - 1, -1, -1):
            row = w[skill[i]]
            for l in range(lanes):
                x = row[l] - g[l] * (before[i, l] * after[l])
                row[l] = np.float32(0) if abs(x) < TINY else x
                after[l] *= value[i, l]
        if (sample + 1) % CHECK == 0:
            total[:], square[:] = np.float32(0), np.float32(0)
            for row in w:
                for l in range(lanes):
                    total[l] += row[l]
                    square[l] += row[l] * row[l]
            for l in range(lanes):
                a, b = np.float32(1), np.float32(1)
                for _ in range(hops):
                    a *= total[l] * share
                    b *= square[l] * share
                if hit[l] == 0 and np.float32(0.5) * (b - np.float32(2) * a + one) < TARGET_LOSS:
                    hit[l] = (sample + 1) // CHECK
    return hit


def numpy_philox(seed, runs, samples, block):
    """Words of a block of samples of all runs, `[word][sample, run]`."""
    mask, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0 = np.broadcast_to(runs.astype(np.uint64), (len(samples), len(runs)))
    c1 = np.broadcast_to(samples.astype(np.uint64)[:, None], c0.shape)
    c2, c3 = np.full(c0.shape, block, np.uint64), np.zeros(c0.shape, np.uint64)
    k0, k1 = seed, STREAM
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (b >> shift) ^ c1 ^ np.uint64(k0), b & mask, (a >> shift) ^ c3 ^ np.uint64(k1), a & mask
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [c.astype(np.uint32) for c in (c0, c1, c2, c3)]


def numpy_runs(w, table, bits, hops, seed, samples):
    """All runs at once, as a program for many runs is written; draws and skills for 256 samples at a time."""
    runs, d = w.shape
    index, rows = np.arange(runs, dtype=np.uint32), np.arange(runs)
    hit, share = np.zeros(runs, np.int64), np.float32(1) / np.float32(d)
    for first in range(0, samples, CHECK):
        steps = np.arange(first, min(first + CHECK, samples), dtype=np.uint32)
        words = [word for block in range((hops + 3) // 4) for word in numpy_philox(seed, index, steps, block)][:hops]
        skills = []
        for u in words:
            column = u >> np.uint32(32 - bits)
            entry = table[column]
            skills.append(np.where((u << np.uint32(bits)) >> np.uint32(10) < entry >> np.uint32(10), column, entry & np.uint32(1023)))
        for t in range(len(steps)):
            chosen = [s[t] for s in skills]
            value = [w[rows, s] for s in chosen]
            before = [np.ones(runs, np.float32)]
            for v in value:
                before.append(before[-1] * v)
            f = before[hops]
            g = np.where(np.abs(f) <= BOUND, RATE * (f - np.float32(1)), np.float32(0))
            after = np.ones(runs, np.float32)
            for i in range(hops - 1, -1, -1):
                x = w[rows, chosen[i]] - g * (before[i] * after)
                w[rows, chosen[i]] = np.where(np.abs(x) < TINY, np.float32(0), x)
                after = after * value[i]
        if len(steps) == CHECK:
            m1, m2 = w.sum(1) * share, (w * w).sum(1) * share
            solved = np.float32(0.5) * (m2**hops - 2 * m1**hops + 1) < TARGET_LOSS
            hit[solved & (hit == 0)] = (first + CHECK) // CHECK
    return hit


def numpy_rates(w, rates, table, bits, hops, seed, samples):
    """One run at many learning rates at once: every sample reads and writes whole rows of w, [skill][lane]."""
    hit, share = np.zeros(w.shape[1], np.int64), np.float32(1) / np.float32(len(w))
    for first in range(0, samples, CHECK):
        steps = np.arange(first, min(first + CHECK, samples), dtype=np.uint32)
        words = [word for block in range((hops + 3) // 4) for word in numpy_philox(seed, np.zeros(1, np.uint32), steps, block)][:hops]
        skills = []
        for u in words:
            column = u >> np.uint32(32 - bits)
            entry = table[column]
            skills.append(np.where((u << np.uint32(bits)) >> np.uint32(10) < entry >> np.uint32(10), column, entry & np.uint32(1023))[:, 0])
        for t in range(len(steps)):
            value = [w[s[t]].copy() for s in skills]
            before = [np.float32(1)]
            for v in value:
                before.append(before[-1] * v)
            f = before[hops]
            g = np.where(np.abs(f) <= BOUND, rates * (f - np.float32(1)), np.float32(0))
            after = np.float32(1)
            for i in range(hops - 1, -1, -1):
                x = w[skills[i][t]] - g * (before[i] * after)
                w[skills[i][t]] = np.where(np.abs(x) < TINY, np.float32(0), x)
                after = after * value[i]
        if len(steps) == CHECK:
            m1, m2 = w.sum(0) * share, (w * w).sum(0) * share
            solved = np.float32(0.5) * (m2**hops - 2 * m1**hops + 1) < TARGET_LOSS
            hit[solved & (hit == 0)] = (first + CHECK) // CHECK
    return hit


def main():
    numba_run(np.ones(8, np.float32), np.zeros(8, np.uint32), 3, 4, 1, 0, 300)  # compiles
    numba_rates(np.ones((8, 4), np.float32), np.ones(4, np.float32), np.zeros(8, np.uint32), 3, 4, 1, 0, 300)
    best = {}
    for _ in range(ROUNDS):
        cases, out = native("compose")
        for case in cases:
            i, d, k, lanes, runs, samples, seed = (
                int(case[x]) for x in ("case", "skills", "hops", "lanes", "runs", "samples", "seed")
            )
            table = np.fromfile(out / f"{i}.table", np.uint32)
            lr = np.fromfile(out / f"{i}.rates", np.float32)
            shape = (runs, d) if lanes == 1 else (runs, d, lanes)
            start, end = (np.fromfile(out / f"{i}.{x}", np.float32).reshape(shape) for x in ("start", "end"))
            bits = len(table).bit_length() - 1
            rates = [runs * lanes * samples / case["seconds"]]

            w = start.copy()
            clock = time.perf_counter()
            for run in range(runs):
                if lanes == 1:
                    numba_run(w[run], table, bits, k, seed, run, samples)
                else:
                    numba_rates(w[run], lr, table, bits, k, seed, run, samples)
            rates.append(runs * lanes * samples / (time.perf_counter() - clock))
            if not np.array_equal(w, end):
                sys.exit(f"case {i}: numba arrives elsewhere, by {np.abs(w - end).max()}")

            w = np.tile(start, (MANY // runs, 1)) if lanes == 1 else np.tile(start[0], (1, MANY // lanes))
            check = start[0].copy()
            clock = time.perf_counter()
            if lanes == 1:
                numpy_runs(w, table, bits, k, seed, FEW)
            else:
                numpy_rates(w, np.tile(lr, MANY // lanes), table, bits, k, seed, FEW)
            rates.append(MANY * FEW / (time.perf_counter() - clock))
            if lanes == 1:
                numba_run(check, table, bits, k, seed, 0, FEW)
            else:
                numba_rates(check, lr, table, bits, k, seed, 0, FEW)
            found = w[0] if lanes == 1 else w[:, :lanes]
            if not np.array_equal(found, check):
                sys.exit(f"case {i}: NumPy arrives elsewhere, by {np.abs(found - check).max()}")

            key = (d, k, case["exponent"], lanes)
            best[key] = [max(a, b) for a, b in zip(rates, best.get(key, rates))]
    print(title("samples"))
    print("   d  k alpha lanes |  kernel   numba   NumPy | over numba over NumPy over one lane")
    for (d, k, exponent, lanes), (kernel, compiled, vectors) in best.items():
        rates = f"{kernel / 1e6:7.1f} {compiled / 1e6:7.1f} {vectors / 1e6:7.2f}"
        alone = best[d, k, exponent, 1][0]
        print(f"{d:4} {k:2} {exponent:5} {lanes:5} | {rates} | {kernel / compiled:10.2f} {kernel / vectors:10.1f} {kernel / alone:13.2f}")


main()
