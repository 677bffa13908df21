#!/usr/bin/env python3
"""How fast is a training step of the network of `gcd` on one thread in NumPy and PyTorch, and what does it learn?

The network maps the digits of two operands in a base, one-hot, to their greatest common divisor: two ReLU layers and a
softmax over 1 to 100 and "other". A step draws a batch of pairs, and takes the gradient of the mean cross-entropy and a
step of AdamW, in f32. Run it from anywhere:

    tests/bench/gcd.py                          times the kernel natively and in wasm, and both in turn
    tests/bench/gcd.py serve                    answers each line "WAY BASE DIGITS WIDTH BATCH STEPS" with seconds a step
    tests/bench/gcd.py reference [SETTING ...]  trains in NumPy, and prints which divisors it knows after how many samples

It makes an environment with NumPy, SciPy and PyTorch under target/.
"""

import sys
import time

from common import native, np, wasm
import scipy.sparse
import torch

CLASSES = 101  # divisors 1 to 100, and "other"
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
TRIES, STEPS = 300, 4  # short tries in turn, so that some are not interrupted


def divisor_class(pairs):
    """The class of each pair's greatest common divisor."""
    return np.minimum(np.gcd(pairs[0], pairs[1]), CLASSES) - 1


def natural(generator, limit, many):
    """Uniform operands from 1 to `limit`."""
    return generator.integers(1, limit + 1, (2, many), np.int32)


def mixture(generator, limit, many, cut, real):
    """A share `real` of natural pairs, and natural pairs with divisors up to `cut`."""
    pairs = natural(generator, limit, many)
    free = generator.random(many) < real
    while len(again := np.flatnonzero(~free & (np.gcd(pairs[0], pairs[1]) > cut))):
        pairs[:, again] = natural(generator, limit, len(again))
    return pairs


def rows(pairs, base, digits):
    """The row of the first layer that each digit selects: (2 digits, pairs), most significant digit first."""
    out = np.empty((2, digits, pairs.shape[1]), np.int64)
    rest = pairs
    for place in range(digits - 1, 0, -1):
        above = rest // base
        np.subtract(rest, above * base, out=out[:, place])
        rest = above
    out[:, 0] = rest
    out = out.reshape(2 * digits, -1)
    out += base * np.arange(2 * digits)[:, None]
    return out


class Numpy:
    """The network and AdamW, with few allocations. One array holds all parameters, so that AdamW takes few calls.

    The first layer adds rows of its weights. Its gradient is a product with a one-hot matrix, dense (NumPy) or sparse
    (SciPy): `np.add.at` and `np.bincount` take 10 to 50 times as long, a sort and `np.add.reduceat` 3 to 10 times.
    """

    def __init__(self, base, digits, width, batch, rate=1e-3, decay=0.0, seed=0, sparse=False):
        self.base, self.digits, self.batch, self.rate, self.decay, self.sparse = base, digits, batch, rate, decay, sparse
        self.generator = np.random.Generator(np.random.SFC64(seed))
        inputs = 2 * digits * base
        self.shapes = [(inputs, width), (width,), (width, width), (width,), (width, CLASSES), (CLASSES,)]
        size = sum(map(np.prod, self.shapes))
        self.weights, self.slope, self.m, self.v, self.scratch = (np.zeros(size, np.float32) for _ in range(5))
        self.w, self.g = self.parts(self.weights), self.parts(self.slope)
        for layer, variance in zip(self.w[::2], (1 / (2 * digits), 2 / width, 0.01 / width)):
            layer[:] = self.generator.standard_normal(layer.shape) * np.sqrt(variance)
        self.steps = 0
        self.gathered = np.empty((2 * digits, batch, width), np.float32)
        self.h1, self.h2, self.d1, self.d2 = (np.empty((batch, width), np.float32) for _ in range(4))
        self.z = np.empty((batch, CLASSES), np.float32)
        self.ones, self.order = np.ones(batch, np.float32), np.arange(batch)
        self.hot = np.zeros(batch * inputs, np.float32)
        self.entries = np.ones(2 * digits * batch, np.float32)
        self.starts = np.arange(0, 2 * digits * batch + 1, 2 * digits)

    def parts(self, flat):
        """Views of a flat array in the shapes of the parameters."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), self.shapes)]

    def forward(self, selected, gathered, h1, h2, z):
        w1, b1, w2, b2, w3, b3 = self.w
        np.take(w1, selected, axis=0, out=gathered, mode="clip")
        np.add.reduce(gathered, 0, out=h1)
        h1 += b1
        np.maximum(h1, 0, out=h1)
        np.matmul(h1, w2, out=h2)
        h2 += b2
        np.maximum(h2, 0, out=h2)
        np.matmul(h2, w3, out=z)
        z += b3

    def gradient(self, pairs):
        """The gradient of the mean cross-entropy by all parameters. It leaves the gradient by the logits in z."""
        selected, classes = rows(pairs, self.base, self.digits), divisor_class(pairs)
        z, (w1, _, w2, _, w3, _), (g1, gb1, g2, gb2, g3, gb3) = self.z, self.w, self.g
        self.forward(selected, self.gathered, self.h1, self.h2, z)
        z -= z.max(1, keepdims=True)
        np.exp(z, out=z)
        z *= 1 / (self.batch * z.sum(1, keepdims=True))
        z[self.order, classes] -= 1 / self.batch
        for d, h, w, g, gb, below in (z, self.h2, w3, g3, gb3, self.d2), (self.d2, self.h1, w2, g2, gb2, self.d1):
            np.matmul(h.T, d, out=g)
            np.matmul(self.ones, d, out=gb)
            np.matmul(d, w.T, out=below)
            below *= h > 0
        np.matmul(self.ones, self.d1, out=gb1)
        if self.sparse:
            hot = scipy.sparse.csr_array((self.entries, selected.T.ravel(), self.starts), (self.batch, len(w1)))
            g1[:] = hot.T @ self.d1
        else:
            self.hot.fill(0)
            self.hot[len(w1) * self.order + selected] = 1
            np.matmul(self.hot.reshape(self.batch, -1).T, self.d1, out=g1)
        return self.slope

    def adamw(self):
        """A step: w <- (1 - rate decay) w - rate m^ / sqrt(v^ + epsilon^2); m^ and v^ have no bias towards zero."""
        self.steps += 1
        w, g, m, v, s = self.weights, self.slope, self.m, self.v, self.scratch
        m *= BETA1
        m += np.multiply(g, 1 - BETA1, out=s)
        v *= BETA2
        np.multiply(g, g, out=s)
        s *= 1 - BETA2
        v += s
        np.multiply(v, 1 / (1 - BETA2**self.steps), out=s)
        s += EPSILON**2
        np.sqrt(s, out=s)
        np.divide(m, s, out=s)
        s *= self.rate / (1 - BETA1**self.steps)
        w *= 1 - self.rate * self.decay
        w -= s

    def draw(self):
        return natural(self.generator, self.base**self.digits - 1, self.batch)

    def learn(self, pairs):
        self.gradient(pairs)
        self.adamw()

    def step(self):
        self.learn(self.draw())

    def logits(self, pairs):
        many, width = pairs.shape[1], self.h1.shape[1]
        shapes = [(2 * self.digits, many, width), (many, width), (many, width), (many, CLASSES)]
        arrays = [np.empty(shape, np.float32) for shape in shapes]
        self.forward(rows(pairs, self.base, self.digits), *arrays)
        return arrays[-1]


class Torch:
    """PyTorch, eager, with the fused AdamW. NumPy draws its batches and finds the digits and classes.

    The first layer is the fastest of what PyTorch offers: `index_select` and a sum, or a product with a one-hot matrix
    (`embedding_bag` and `embedding` take longer; so does AdamW with `foreach` or with a loop over the parameters).
    """

    def __init__(self, *case, hot=False):
        self.start, self.hot = Numpy(*case), hot
        self.w = [torch.nn.Parameter(torch.from_numpy(part.copy())) for part in self.start.w]
        self.optimizer = torch.optim.AdamW(self.w, lr=1e-3, betas=(BETA1, BETA2), eps=EPSILON, weight_decay=0.0, fused=True)

    def backward(self, pairs):
        w1, b1, w2, b2, w3, b3 = self.w
        selected = torch.from_numpy(rows(pairs, self.start.base, self.start.digits)).T.contiguous()
        classes = torch.from_numpy(divisor_class(pairs)).long()
        if self.hot:
            h = torch.addmm(b1, torch.zeros(len(selected), len(w1)).scatter_(1, selected, 1.0), w1)
        else:
            h = w1.index_select(0, selected.flatten()).view(*selected.shape, -1).sum(1) + b1
        h = torch.relu(torch.addmm(b2, torch.relu(h), w2))
        self.optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(torch.addmm(b3, h, w3), classes).backward()

    def gradient(self, pairs):
        self.backward(pairs)
        return np.concatenate([w.grad.numpy().ravel() for w in self.w])

    def step(self):
        self.backward(self.start.draw())
        self.optimizer.step()


WAYS = {
    "NumPy": Numpy,
    "NumPy-SciPy": lambda *case: Numpy(*case, sparse=True),
    "PyTorch": Torch,
    "PyTorch-one-hot": lambda *case: Torch(*case, hot=True),
}


def seconds(program, steps):
    """Seconds that a step takes on average, after one that warms the caches."""
    program.step()
    clock = time.perf_counter()
    for _ in range(steps):
        program.step()
    return (time.perf_counter() - clock) / steps


def bench():
    versions = f"NumPy {np.__version__}, SciPy {scipy.__version__}, PyTorch {torch.__version__}"
    print(f"{versions}; ms a step on one thread, best of {TRIES}")
    print("base digits width batch |  kernel    wasm " + " ".join(f"{way:>15}" for way in WAYS) + " | NumPy, PyTorch over native | over wasm")
    kernels, out = native("gcd")
    names = ["{base:.0f}-{digits:.0f}-{width:.0f}-{batch:.0f}".format(**kernel) for kernel in kernels]
    for kernel, page in zip(kernels, wasm("steps", names, out, "gcd", "cells")):
        page /= kernel["steps"]
        case = [int(kernel[key]) for key in ("base", "digits", "width", "batch")]
        programs = {way: make(*case) for way, make in WAYS.items()}
        pairs = programs["NumPy"].draw()
        right, *others = (program.gradient(pairs) for program in programs.values())
        for way, other in zip(list(WAYS)[1:], others):
            if abs(other - right).max() > 1e-5 * abs(right).max():
                sys.exit(f"{way} has another gradient")
        best = dict.fromkeys(WAYS, np.inf)
        for _ in range(TRIES):
            for way, program in programs.items():
                best[way] = min(best[way], seconds(program, STEPS))
        numpy, pytorch = (min(x for way, x in best.items() if way.startswith(name)) for name in ("NumPy", "PyTorch"))
        own = kernel["seconds"]
        line = "{:>4} {:>6} {:>5} {:>5} | ".format(*case) + f"{1e3 * own:7.3f} {1e3 * page:7.3f} "
        line += " ".join(f"{1e3 * x:15.3f}" for x in best.values())
        print(line + f" | {numpy / own:5.2f} {pytorch / own:5.2f} | {numpy / page:5.2f} {pytorch / page:5.2f}", flush=True)


def serve():
    """Times what each line of the input asks for."""
    programs = {}
    for line in sys.stdin:
        way, *numbers = line.split()
        *case, steps = map(int, numbers)
        key = way, *case
        if key not in programs:
            programs[key] = WAYS[way](*case)
        print(seconds(programs[key], steps), flush=True)


# Base, digits, width, batch and rate, and what differs from natural pairs without decay: `cut` is the greatest divisor of a
# synthetic pair, `real` the share of natural pairs.
SETTINGS = {
    "base-30": ((30, 4, 32, 256, 5e-3), {}),
    "decay": ((30, 4, 32, 256, 5e-3), {"decay": 0.1}),
    "synthetic": ((30, 4, 32, 256, 5e-3), {"cut": 5, "real": 0.0}),
    "mixture": ((30, 4, 32, 256, 5e-3), {"cut": 5, "real": 0.03}),
    "base-6": ((6, 6, 64, 256, 3e-3), {}),
    "base-10": ((10, 6, 128, 512, 3e-3), {}),
    "base-31": ((31, 4, 128, 512, 3e-3), {}),
    "rate-1": ((30, 4, 32, 256, 1.0), {}),
    "rate-10": ((30, 4, 32, 256, 10.0), {}),
}
SEEDS = range(4)
MARKS = [51_200 << doubling for doubling in range(6)]  # samples after which a network is tested
STRATUM = 40  # pairs of each divisor


def stratified(generator, limit):
    """`STRATUM` uniform pairs of each divisor from 1 to 100."""
    out = []
    for divisor in range(1, CLASSES):
        pairs = natural(generator, limit // divisor, 4 * STRATUM)
        out.append(divisor * pairs[:, np.gcd(pairs[0], pairs[1]) == 1][:, :STRATUM])
    return np.concatenate(out, axis=1)


def train(seed, base, digits, width, batch, rate, decay=0.0, cut=None, real=None):
    """Trains a network. Prints loss and accuracy on natural pairs, and the divisors with half of their pairs right."""
    net, limit = Numpy(base, digits, width, batch, rate, decay, seed), base**digits - 1
    generator = np.random.Generator(np.random.SFC64(1000))
    strata, test = stratified(generator, limit), natural(generator, limit, 10_000)
    for mark in MARKS:
        while net.steps * batch < mark:
            net.learn(mixture(net.generator, limit, batch, cut, real) if cut else net.draw())
        right = net.logits(strata).argmax(1) == divisor_class(strata)
        known = 1 + np.flatnonzero(right.reshape(-1, STRATUM).mean(1) >= 0.5)
        z, classes = net.logits(test).astype(float), divisor_class(test)
        accuracy = (z.argmax(1) == classes).mean()
        z -= z.max(1, keepdims=True)
        loss = (np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), classes]).mean()
        print(f"{seed:4} {mark:8} {loss:10.4g} {accuracy:8.4f} {len(known):5}  {','.join(map(str, known))}", flush=True)


def reference(names):
    for name in names or SETTINGS:
        case, more = SETTINGS[name]
        values = dict(zip(("base", "digits", "width", "batch", "rate"), case)) | more
        print(f"\n{name}:", ", ".join(f"{key} {value}" for key, value in values.items()))
        print("seed  samples       loss accuracy known")
        for seed in SEEDS:
            train(seed, *case, **more)


torch.set_num_threads(1)
match sys.argv[1:]:
    case []:
        bench()
    case ["serve"]:
        serve()
    case ["reference", *names]:
        reference(names)
    case _:
        sys.exit(__doc__)
