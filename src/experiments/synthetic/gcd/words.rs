//! Texts of the experiment `gcd`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `gcd` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "A network learns divisors",
    question: "A network reads the digits of two numbers: which greatest common divisors does it learn, when, and which ones do synthetic data keep from it?",
    notice: &[
        r"The networks are trained live on this page. The divisor of a pair means the greatest common divisor of its two numbers. At first they learn to answer 1. Then their error does not fall evenly: it stays on a plateau for a long time, then it drops, and with each drop a few more divisors are known.",
        r"The base of the digits decides what is learned. The networks here learn only divisors of powers of the base, such as 2, 3, 4, 5 and 6 in base 30, because the last digits show these. In base 31 that is 31 alone, so they learn hardly anything.",
        r"Where a network does not know the true divisor, it answers with the largest divisor that it knows and that divides the true one. So its accuracy is the probability that the divisor of a pair is one that it knows.",
        r"Synthetic pairs that contain only small divisors never teach larger ones, so the error stops falling. With a small share of real pairs the networks learn larger divisors too, but most of them later than with real pairs only, because rare divisors are then even rarer.",
    ],
    model: &[
        r"A network reads the digits of two numbers. Each digit switches on one of $B$ inputs, where $B$ is the base. Two hidden layers of ReLU follow. The outputs are scores for each divisor from 1 to 100, and one for all larger divisors. The network learns by Adam from pairs that are drawn anew at every step. A real pair consists of two numbers drawn uniformly from 1 to the largest number. A synthetic pair is drawn in this way too, but again until its divisor is at most the limit.",
        r"At each checkpoint, all networks are tested on 10,000 real pairs, and on 40 pairs for each divisor from 1 to 100. A network knows a divisor if it is right about at least half of these 40 pairs, and if it does not usually give it as the answer for other divisors that it does not divide. All networks that read in one base get equal test pairs, so chance shifts their errors together, by up to about one percentage point. The verdicts allow for this: they compare accuracies with shares of these pairs.",
        r"This is a toy network and not the paper's transformer with four layers, which trains on hundreds of millions of pairs. In base 30 the transformer knows 27 divisors at the end. After about 820,000 pairs the networks here know 11 to 13, and more later. By default a run stops once all networks with real pairs only know at least 11. After 66 million pairs, the paper's transformer of base 1000 also knew the prime 3, which does not divide the base. The rule of the largest known divisor holds on the plateaus. Just after a jump a network may answer with a multiple of the divisor that the rule gives.",
        r"The paper reports many more divisors if the logarithms of the numbers are uniform, and the same divisors several times sooner if 5% of the pairs have equally frequent divisors. The networks here are probably too small, and train too briefly, to show this. Choose one of these as a comparison to see for yourself.",
        r"A folded figure compares the networks with a learner that remembers each divisor that it has seen once, and is right about it from then on. It knows all that the data have shown, and needs far fewer pairs than a network, which must find out how digits show a divisor.",
        r"A learner that remembers what it has seen predicts plateaus with synthetic pairs; the page about real and synthetic data simulates it. Here trained networks show such plateaus.",
    ],
    formulas: &[
        Formula { label: "Probability of the divisor $g$ of two random numbers", tex: r"p_g = \frac{6}{\pi^2 g^2}" },
        Formula {
            label: "Accuracy of a network that knows the divisors $D$",
            tex: r"A(D) = \frac{6}{\pi^2} \sum_{k \in D} \frac{1}{k^2}",
        },
        Formula {
            label: "Accuracy if $D$ holds all divisors of powers of the base, whose primes are $p$",
            tex: r"A = \frac{6}{\pi^2} \prod_{p \mid B} \frac{p^2}{p^2 - 1}",
        },
        Formula {
            label: "Last plateau with synthetic pairs whose divisors are at most $k$, if $D$ holds all divisors of powers of the base",
            tex: r"A_k = \frac{6}{\pi^2} \sum_{g \in D,\, g \le k} \frac{1}{g^2}",
        },
    ],
    sources: &[
        Source {
            text: "Charton: Learning the greatest common divisor: explaining transformer predictions, ICLR 2024. The numbers are taken from a summary of the paper",
            url: "https://arxiv.org/abs/2308.15594",
        },
        Source {
            text: "Dohmatob, Feng, Yang, Charton, Kempe: A Tale of Tails: Model Collapse as a Change of Scaling Laws, ICML 2024",
            url: "https://arxiv.org/abs/2402.07043",
        },
    ],
    presets: &[
        Preset { title: "Real, synthetic and mixed pairs", query: "" },
        Preset { title: "Base 6", query: "base=6&largest=46655&compare=nothing" },
        Preset { title: "Bases compared", query: "compare=base" },
        Preset { title: "Uniform logarithms of the numbers", query: "compare=operands&networks=6&divisors=0" },
        Preset { title: "5% of pairs with equally frequent divisors", query: "compare=outcomes&networks=6&divisors=0" },
        Preset { title: "10% real pairs: larger divisors are known sooner", query: "real=0.1" },
    ],
};

crate::texts! {
    // Parameters.
    MULTIPLE = "a multiple of {of} in its range";
    WHOLE_BASES = "whole numbers";
    // Kinds of networks.
    NETWORKS = "networks";
    REAL_PAIRS = "real pairs only";
    MIXTURE = "{real} real pairs";
    SYNTHETIC_PAIRS = "synthetic pairs only";
    UNIFORM = "uniform numbers";
    LOGARITHMIC = "uniform logarithms";
    NATURAL_DIVISORS = "natural divisors";
    EVEN_DIVISORS = "{even} uniform divisors";
    BASE = "base {base}";
    // Axes and columns.
    SAMPLES = "training pairs";
    ACCURACY = "accuracy on real pairs";
    KNOWN = "known divisors up to 100";
    TRUE_DIVISOR = "true divisor";
    ANSWER = "usual answer";
    ERROR = "error on real pairs";
    LIMIT = "largest divisor of a synthetic pair";
    KIND = "kind";
    OF_TESTS = "share of test pairs with known divisors";
    OF_KNOWN = "probability of the known divisors";
    FEWEST = "fewest known divisors";
    MOST_KNOWN = "most known divisors";
    DIVERGED_NETWORKS = "diverged networks";
    DIVISOR = "divisor";
    PROBABILITY = "probability";
    IS_ALLOWED = "divides a power of the base";
    FIRST_NETWORK = "pairs until the first network knows it";
    LAST_NETWORK = "pairs until all networks have known it";
    NETWORKS_NOW = "networks that know it at the end";
    BASE_COLUMN = "base";
    COUNT_PRINTED = "divisors as printed";
    COUNT_OF_LIST = "divisors that the summary lists";
    ACCURACY_PRINTED = "accuracy as printed";
    ACCURACY_OF_LIST = "probability of all divisors of this list";
    YES = "yes";
    NO = "no";
    // Titles.
    ERROR_AGAINST_SAMPLES = "Error against training pairs";
    ERROR_AGAINST_LIMIT = "Where synthetic pairs stop";
    WHEN = "When each divisor is first known";
    KNOWN_AGAINST_SAMPLES = "Known divisors against training pairs";
    ANSWERS = "What a network answers for each true divisor ({kind})";
    ERROR_OF_MEMORY = "Error of the networks, and of a learner that remembers what it has seen";
    DIVISORS_KNOWN = "Divisors that are known";
    KINDS_TITLE = "What the networks know at the last checkpoint";
    DIVISORS_TITLE = "When the networks of the first kind learn which divisor";
    PUBLISHED_TITLE = "Transformers of the paper beside theory, which some printed accuracies exceed by up to 0.7 percentage points, for an unknown reason";
    // Curves and places.
    ALLOWED = "theory: divisors of powers of the base";
    CEILING = "accuracy that theory allows";
    PLATEAU = "divisors of synthetic pairs that the base can show";
    PRINTED_COUNT = "the paper's transformer: {count}";
    MEAN_AND_RANGE = "networks: mean and range";
    BY_THEORY = "theory";
    BY_NETWORK = "one network";
    EACH_NETWORK = "each network";
    EACH_AND_EQUAL = "each network (equal points lie on each other)";
    LIMIT_HERE = "up to {limit}: {share}";
    RULE = "largest known divisor that divides the true one";
    USUAL = "answer of a network";
    MEMBERSHIP = "learner that remembers what it has seen";
    BY_MEMBERSHIP = "a learner that remembers: exact";
    ONLY_ONE = "only 1 is known";
    ONLY_ONE_LEAVES = "only 1 is known: {share}";
    LEFT_OUT = "where synthetic pairs stop: {share}";
    BASE_LEAVES = "what base {base} cannot show: {share}";
    BASE_SHOWS = "base {base} can show {count}";
    // Picture.
    HOW_CELLS_FILL = "Each cell is a divisor up to 100 that the base can show, the smallest first. A cell is fuller the more networks know its divisor.";
    KNOWN_OF = "{known} of {allowed}";
    // Answers.
    PART = "{share} ({kind})";
    EXPECTED = "Theory: digits in base {base} show {allowed} of the divisors up to 100; a network that knows all that they show is wrong about {error} of all pairs.";
    EXPECTED_DATA = "Theory: digits in base {base} show a network {allowed} greatest common divisors up to 100. If it learns only from synthetic pairs, with divisors up to {limit}, its error stops at {plateau}.";
    EXPECTED_BASES = "Theory: the base decides how far the error can fall: {parts}.";
    MEASURED = "After {samples} pairs, a network of base {base} knows {known} of {allowed} possible divisors, on average, and is wrong about {error} of real pairs.";
    MEASURED_DATA = "After {samples} pairs, the error is {error} with real pairs only ({known} known {known:divisor|divisors} on average), {mixed} with {real} real pairs, and {synthetic} with synthetic pairs only.";
    MEASURED_PARTS = "After {samples} pairs, the error is {parts}.";
    DIVERGED = "{diverged} of {networks} {networks:network|networks} diverged after about {samples} pairs: the learning rate {rate} is too large.";
    // Verdicts.
    SET = "Networks learn divisors of powers of the base only. Share of the known divisors that are";
    RULE_HOLDS = "Where a network's answer is clear, it is the largest known divisor that divides the true one. Share of the divisors with a clear answer for which it is";
    AGREEMENT = "The answer depends on the true divisor only. Share of the answers for a divisor that are the usual one";
    ACCURACY_IS = "The accuracy is the share of the test pairs whose divisor is known";
    STAYS_BELOW = "With synthetic pairs only, the accuracy does not exceed their last plateau: the share of the test pairs whose divisor synthetic pairs contain and the base can show";
    RECOVERS = "With a share of real pairs, the accuracy exceeds the last plateau of synthetic pairs";
    BELOW_CEILING = "The accuracy is at most the share of the test pairs whose divisor the base can show or is above 100 ({kind})";
    GAIN = "After equally many pairs, networks know more divisors with {second} than with {first}. Additional known divisors";
    OF_ALL_PAIRS = "For all pairs of numbers, theory gives {theory}.";
    JUMPING = "The claim is about plateaus, but the usual answers of networks have changed since the checkpoint before. Train on more pairs.";
    THESE_NETWORKS = "The interval is for these networks; other networks may differ.";
    CEILING_UNCLEAR = "The accuracy is too near to the limit for this number of test pairs, or too little is known.";
    SET_COUNTS = "Counted once for each base, the networks know {known} different {known:divisor|divisors} above 1. Of all numbers from 2 to 100, {chance} are divisors of powers of the base.";
    SET_UNCLEAR = "Too few different divisors are known: chance alone would give this result too often.";
    NOTHING_KNOWN = "No network knows a divisor above 1. Train on more pairs, or choose a smaller learning rate.";
    OTHER_BASE = "at least one base other than the chosen one";
    UNDECIDED = "For {undecided} of the divisors a network is undecided: its usual answer has less than {clear} of the pairs.";
    JUST_LEARNED = "Up to {learning} of the clear answers may be for divisors that are just being learned.";
    FEW_CLEAR = "Fewer than half of the divisors have a clear answer. Train on more pairs.";
    RULE_UNCLEAR = "A network that answers 1 unless it knows the divisor would look the same. Train on more pairs.";
    ALWAYS_ONE = "A network that always answers 1 would agree with itself as well. Train on more pairs.";
    AGREEMENT_PRINTED = "The paper reports 99.9% for transformers after long training. Networks are undecided while they learn a divisor.";
    PARTLY_KNOWN = "The accuracy is measured on {tests} pairs. Divisors that are known partly may change it by {partial}, and divisors above 100 by their share.";
    ACCURACY_UNCLEAR = "The networks know too little. Train on more pairs.";
    TOO_PARTIAL = "Too many divisors are known only partly. Train on more pairs.";
    ALL_SYNTHETIC = "Synthetic pairs contain all divisors up to 100 that the base can show. Lower the largest synthetic divisor, or choose another base.";
    PLATEAU_UNCLEAR = "The networks with synthetic pairs have not reached their last plateau, or those with real pairs have not passed it. Train on more pairs.";
    NOT_PASSED = "The networks with real pairs only have not passed the last plateau of synthetic pairs yet. Train on more pairs.";
    NO_REAL = "There are no real pairs in the mixture. Choose a share above 0.";
    ALL_REAL = "There are no synthetic pairs in the mixture. Choose a share below 1.";
    RECOVERY_UNCLEAR = "The accuracy is too near to the last plateau of synthetic pairs. Train on more pairs, or choose a larger share of real pairs.";
    NO_GAIN_HERE = "The paper's transformers train on many more pairs. With uniform logarithms they know more divisors, and with 5% of pairs with equally frequent divisors they know the same ones sooner.";
    TRANSFORMER = "The paper's transformer knows {known} {known:divisor|divisors} in this base, with an accuracy of {accuracy}.";
    NO_TRANSFORMER = "The paper has no transformer of this base.";
    SOME_DIVERGED = "{diverged} {diverged:network|networks} diverged after about {samples} pairs. Choose a smaller learning rate.";
}
