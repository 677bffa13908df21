#!/usr/bin/env python3
"""How fast is kernel `membership` on one thread, natively and in wasm, against numba and NumPy?

All simulate a learner that marks the items of its samples. numba draws the same numbers from the same table, with the
better of a bitmap as the kernel has it and a byte for each item, and must mark the same items. NumPy draws with its fastest
generator, with the better of the kernel's table and `searchsorted` in the cumulated probabilities, in pieces of its best
size, and marks bytes; it must mark as many items as expected within four standard deviations. Wasm must arrive at the
kernel's bits. Run it from anywhere:

    tests/bench/membership.py

It builds the kernel for this machine's processor, and makes an environment with NumPy and numba under target/. Wasm is
timed in Node if the page has been built (`./build.sh dist`).
"""

import sys
import time

from common import ROUNDS, native, njit, np, philox, title, wasm

STREAM = 20  # membership.rs
TRIES = 3
NOTHING = np.uint32(0xFFFFFFFF)  # an empty slot
PIECES = [2**14, 2**17, 2**20]


@njit
def block_of(seed, run, counter, block):
    return philox(np.uint32(seed), np.uint32(STREAM), np.uint32(run), np.uint32(counter), np.uint32(block), np.uint32(0))


@njit
def outcome(slots, rest, seed, sample, word):
    """The item of a sample, from half a word, and from two words more if its slot is empty."""
    item = slots[(word >> np.uint32(16 * (sample % 2))) & np.uint32(0xFFFF)]
    if item == NOTHING:
        first, second, _, _ = block_of(seed, 0, sample, 1)
        column = (np.uint64(first) * np.uint64(len(rest))) >> np.uint64(32)
        item = np.uint32(column) if second < rest[column, 0] else rest[column, 1]
    return item


@njit
def numba_bits(slots, rest, seen, seed, samples):
    """A bitmap, as the kernel has it."""
    for block in range(samples // 8):
        words = block_of(seed, 0, block, 0)
        for i in range(8):
            item = outcome(slots, rest, seed, 8 * block + i, words[i // 2])
            seen[item >> np.uint32(5)] |= np.uint32(1) << (item & np.uint32(31))


@njit
def numba_bytes(slots, rest, seen, seed, samples):
    """A byte for each item."""
    for block in range(samples // 8):
        words = block_of(seed, 0, block, 0)
        for i in range(8):
            seen[outcome(slots, rest, seed, 8 * block + i, words[i // 2])] = 1


def numpy_slots(generator, slots, rest, cumulated, many):
    item = slots[generator.integers(0, 2**16, many, np.uint16)]
    (empty,) = np.nonzero(item == NOTHING)
    column = generator.integers(0, len(rest), len(empty), np.uint32)
    entry = rest[column]
    item[empty] = np.where(generator.integers(0, 2**32, len(empty), np.uint32) < entry[:, 0], column, entry[:, 1])
    return item


def numpy_search(generator, slots, rest, cumulated, many):
    return np.searchsorted(cumulated, generator.random(many))


def label(case):
    """Number of items and exponent of a case, as in the names of its files."""
    return f"{case['items']:.0f}-{case['beta']}"


def bits(seen):
    return np.unpackbits(seen.view(np.uint8), bitorder="little")


def compare(case, out):
    """Samples a second of numba and NumPy for a case, after a look at what they mark."""
    items, samples, seed = (int(case[x]) for x in ("items", "samples", "seed"))
    name = label(case)
    slots = np.fromfile(out / f"{name}.slots", np.uint32)
    slots[slots == items] = NOTHING
    rest = np.fromfile(out / f"{name}.rest", np.uint32).reshape(-1, 2)
    right = bits(np.fromfile(out / f"{name}.end", np.uint32))[:items]
    keep, full = rest[:, 0] / 2**32, slots[slots != NOTHING]
    p = (keep + np.bincount(rest[:, 1], 1 - keep, len(rest))) / len(rest)
    p = p * (1 - len(full) / 2**16) + np.bincount(full, minlength=len(rest)) / 2**16
    cumulated = np.cumsum(p)
    compiled = vectors = 0
    for program, size, kind in (numba_bits, len(rest) // 32 + 1, np.uint32), (numba_bytes, len(rest), np.uint8):
        program(slots, rest, np.zeros(size, kind), seed, 8)  # compiles
        for _ in range(TRIES):
            seen = np.zeros(size, kind)
            clock = time.perf_counter()
            program(slots, rest, seen, seed, samples)
            compiled = max(compiled, samples / (time.perf_counter() - clock))
        if not np.array_equal((bits(seen) if kind is np.uint32 else seen)[:items], right):
            sys.exit(f"{name}: {program.__name__} marks others")
    generator = np.random.Generator(np.random.SFC64(seed))
    for program in numpy_slots, numpy_search:
        for piece in PIECES:
            seen = np.zeros(len(rest) + 1, np.uint8)
            clock = time.perf_counter()
            for _ in range(samples // piece):
                seen[program(generator, slots, rest, cumulated, piece)] = 1
            done = samples // piece * piece
            vectors = max(vectors, done / (time.perf_counter() - clock))
            expected = -np.expm1(done * np.log1p(-p)).sum()
            if abs(seen.sum() - expected) > 4 * np.sqrt(expected):
                sys.exit(f"{name}: {program.__name__} marks {seen.sum()}, not {expected}")
    return compiled, vectors


def main():
    best = {}
    for _ in range(ROUNDS):
        cases, out = native("membership")
        for case, page in zip(cases, wasm("membership", [label(case) for case in cases], out)):
            speeds = [case["samples"] / case["seconds"], case["samples"] / page, *compare(case, out)]
            speeds += [-case["table_seconds"], -case["unseen_seconds"]]
            name = label(case)
            best[name] = [max(a, b) for a, b in zip(speeds, best.get(name, speeds))]
    print(title("samples"))
    print(" items-beta |  kernel    wasm   numba   NumPy | native over numba NumPy | wasm over numba NumPy | table ms unseen ms")
    for name, (kernel, page, compiled, vectors, table, unseen) in best.items():
        line = f"{name:>11} | " + " ".join(f"{x / 1e6:7.1f}" for x in (kernel, page, compiled, vectors))
        line += f" | {kernel / compiled:17.2f} {kernel / vectors:5.1f} | {page / compiled:15.2f} {page / vectors:5.1f}"
        print(line + f" | {-1e3 * table:8.2f} {-1e3 * unseen:9.3f}")


main()
