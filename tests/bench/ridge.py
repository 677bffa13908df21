#!/usr/bin/env python3
"""How fast is kernel `lottery_ridge` on one thread, natively and in wasm, against batched NumPy?

All three do the same work in f32: gradient descent of many small linear models, each with its own matrix and at four
weight decays. NumPy does a step of all of them at once without allocating: at its best number of models, and with the
better of `matmul` on (models, 1, size, size) and (models, 4, size, 1) arrays, and on (models, size, size) and (models,
size, 4) arrays. It sums in another order than the kernel and must arrive within rounding; wasm must arrive at the
kernel's bits. Run it from anywhere:

    tests/bench/ridge.py

It builds the kernel for this machine's processor, and makes an environment with NumPy under target/. Wasm is timed in
Node if the page has been built (`./build.sh dist`).
"""

import sys
import time

from common import ROUNDS, native, np, title, wasm

MEMBERS = [10, 40, 160, 640]
TRIES = 40  # short ones, so that some are not interrupted


def descend(matrices, targets, rate, decays, steps):
    """Gradient descent from 0; the arguments and the result have the shapes that one `matmul` accepts."""
    v = np.zeros(np.broadcast_shapes(targets.shape, decays.shape), np.float32)
    pull, shrink = np.empty_like(v), np.empty_like(v)
    for _ in range(steps):
        np.matmul(matrices, v, out=pull)
        np.subtract(targets, pull, out=pull)
        np.multiply(v, decays, out=shrink)
        np.subtract(pull, shrink, out=pull)
        np.multiply(pull, rate, out=pull)
        np.add(v, pull, out=v)
    return v


def numpy(case, out):
    """Member-steps a second of NumPy for each number of members, after a look at where it arrives."""
    size, members, steps = (int(case[x]) for x in ("size", "members", "steps"))
    rate = np.float32(case["rate"])
    decays = np.fromfile(out / f"{size}.decays", np.float32)
    matrices = np.fromfile(out / f"{size}.matrices", np.float32).reshape(members, size, size)
    targets = np.fromfile(out / f"{size}.targets", np.float32).reshape(members, size, 1)
    end = np.fromfile(out / f"{size}.end", np.float32).reshape(members, len(decays), -1)[:, :, :size, None]

    def vectors(which, steps):
        return descend(matrices[which][:, None], targets[which][:, None], rate, decays[:, None, None], steps)

    def products(which, steps):
        return descend(matrices[which], targets[which], rate, decays, steps).transpose(0, 2, 1)[..., None]

    speeds = []
    for many in MEMBERS:
        which, best = np.arange(many) % members, 0
        few = max(5, 2_000_000 // (many * size * size))
        for way in vectors, products:
            found = way(np.arange(members), steps) if many == MEMBERS[0] else end
            if not np.allclose(found, end, rtol=1e-3, atol=1e-3 * np.abs(end).max()):
                sys.exit(f"size {size}: NumPy arrives elsewhere, by {np.abs(found - end).max()}")
            for _ in range(TRIES):
                clock = time.perf_counter()
                way(which, few)
                best = max(best, many * len(decays) * few / (time.perf_counter() - clock))
        speeds.append(best)
    return speeds


def main():
    best = {}
    for _ in range(ROUNDS):
        cases, out = native("ridge")
        for case, page in zip(cases, wasm("ridge", [str(int(case["size"])) for case in cases], out)):
            speeds = [4 * case["members"] * case["steps"] / case["seconds"], 4 * case["steps"] / page, *numpy(case, out)]
            size = int(case["size"])
            best[size] = [max(a, b) for a, b in zip(speeds, best.get(size, speeds))]
    print(title("steps of a model at a weight decay"))
    print("size | kernel   wasm  NumPy: " + " ".join(f"{many:5}" for many in MEMBERS) + " models | over NumPy, native   wasm")
    for size, (kernel, page, *numpys) in best.items():
        line = f"{size:4} | {kernel / 1e6:6.2f} {page / 1e6:6.2f}         " + " ".join(f"{x / 1e6:5.2f}" for x in numpys)
        print(line + f"        | {kernel / max(numpys):18.2f} {page / max(numpys):6.2f}")


main()
