#!/usr/bin/env python3
"""How fast is kernel `membership` on one thread, natively and in wasm, against numba and NumPy?

All draw the same samples of one learner: two words of Philox4x32-10 a sample, a wide alias table, and a mark for the item.
numba, with the better of a bitmap as the kernel has it and a byte for each item, must mark the same items. NumPy draws with
its own generator as fast as it can, the better of an alias table with two words of 32 bits and `searchsorted` in the
cumulated probabilities, in pieces of its best size, and marks bytes; it must mark as many items within four standard
errors of a Poisson count. Wasm must arrive at the kernel's bits. Run it from anywhere:

    tests/bench/membership.py

It builds the kernel for this machine's processor, and makes an environment with NumPy and numba under target/. Wasm is
timed in Node if the page has been built (`./build.sh dist`).
"""

import os
import subprocess
import sys
import time

from common import ROOT, ROUNDS, TARGET, native, njit, np, philox, title

STREAM = 20  # membership.rs
TRIES = 3
PIECES = [2**14, 2**17, 2**20]


@njit
def numba_bits(table, seen, seed, samples):
    """A bitmap, as the kernel has it."""
    columns = np.uint64(len(table))
    for block in range(samples // 2):
        words = philox(np.uint32(seed), np.uint32(STREAM), np.uint32(0), np.uint32(block), np.uint32(0), np.uint32(0))
        for first, second in (words[:2], words[2:]):
            column = (np.uint64(first) * columns) >> np.uint64(32)
            item = np.uint32(column) if second < table[column, 0] else table[column, 1]
            seen[item >> 5] |= np.uint32(1) << (item & np.uint32(31))


@njit
def numba_bytes(table, seen, seed, samples):
    """A byte for each item."""
    columns = np.uint64(len(table))
    for block in range(samples // 2):
        words = philox(np.uint32(seed), np.uint32(STREAM), np.uint32(0), np.uint32(block), np.uint32(0), np.uint32(0))
        for first, second in (words[:2], words[2:]):
            column = (np.uint64(first) * columns) >> np.uint64(32)
            seen[np.uint32(column) if second < table[column, 0] else table[column, 1]] = 1


def numpy_alias(generator, table, cumulated, many):
    column = generator.integers(0, len(table), many, np.uint32)
    entry = table[column]
    return np.where(generator.integers(0, 2**32, many, np.uint32) < entry[:, 0], column, entry[:, 1])


def numpy_search(generator, table, cumulated, many):
    return np.searchsorted(cumulated, generator.random(many))


def bits(seen):
    return np.unpackbits(seen.view(np.uint8), bitorder="little")


def compare(case, out):
    """Samples a second of numba and NumPy for a case, after a look at what they mark."""
    items, samples, seed = (int(case[x]) for x in ("items", "samples", "seed"))
    table = np.fromfile(out / f"{items}.table", np.uint32).reshape(-1, 2)
    right = bits(np.fromfile(out / f"{items}.end", np.uint32))[: len(table)]
    keep = table[:, 0] / 2**32
    p = (keep + np.bincount(table[:, 1], 1 - keep, len(table))) / len(table)
    cumulated = np.cumsum(p)
    compiled = vectors = 0
    for program, size, kind in (numba_bits, len(table) // 32 + 1, np.uint32), (numba_bytes, len(table), np.uint8):
        program(table, np.zeros(size, kind), seed, 4)  # compiles
        for _ in range(TRIES):
            seen = np.zeros(size, kind)
            clock = time.perf_counter()
            program(table, seen, seed, samples)
            compiled = max(compiled, samples / (time.perf_counter() - clock))
        found = bits(seen)[: len(table)] if kind is np.uint32 else seen
        if not np.array_equal(found, right):
            sys.exit(f"{items} items: {program.__name__} marks others")
    generator = np.random.Generator(np.random.SFC64(seed))
    for program in numpy_alias, numpy_search:
        for piece in PIECES:
            seen = np.zeros(len(table) + 1, np.uint8)
            clock = time.perf_counter()
            for _ in range(samples // piece):
                seen[program(generator, table, cumulated, piece)] = 1
            done = samples // piece * piece
            vectors = max(vectors, done / (time.perf_counter() - clock))
            expected = -np.expm1(done * np.log1p(-p)).sum()
            if abs(seen.sum() - expected) > 4 * np.sqrt(expected):
                sys.exit(f"{items} items: {program.__name__} marks {seen.sum()}, not {expected}")
    return compiled, vectors


def wasm(cases, out):
    """Samples a second in wasm for each case, or zeros if the page has not been built."""
    if not (TARGET / "page" / "cpu" / "lab.wasm").exists():
        return [0] * len(cases)
    command = ["node", str(ROOT / "tests/bench/membership.mjs"), str(out), *(str(int(case["items"])) for case in cases)]
    text = subprocess.run(command, env=dict(os.environ, TARGET=str(TARGET)), check=True, stdout=subprocess.PIPE, text=True).stdout
    return [case["samples"] / float(seconds) for case, seconds in zip(cases, text.split())]


def main():
    best = {}
    for _ in range(ROUNDS):
        cases, out = native("membership")
        for case, page in zip(cases, wasm(cases, out)):
            speeds = [case["samples"] / case["seconds"], page, *compare(case, out)]
            speeds += [-case["table_seconds"], -case["unseen_seconds"]]
            items = int(case["items"])
            best[items] = [max(a, b) for a, b in zip(speeds, best.get(items, speeds))]
    print(title("samples"))
    print("  items |  kernel    wasm   numba   NumPy | native over numba NumPy | wasm over numba NumPy | table ms unseen ms")
    for items, (kernel, page, compiled, vectors, table, unseen) in best.items():
        line = f"{items:7} | " + " ".join(f"{x / 1e6:7.1f}" for x in (kernel, page, compiled, vectors))
        line += f" | {kernel / compiled:17.2f} {kernel / vectors:5.1f} | {page / compiled:15.2f} {page / vectors:5.1f}"
        print(line + f" | {-1e3 * table:8.2f} {-1e3 * unseen:9.3f}")


main()
