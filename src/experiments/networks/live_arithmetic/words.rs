//! Texts of the experiment `live-arithmetic`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `live-arithmetic` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Networks that calculate",
    question: "Networks that are trained on this page add four numbers like hours on a clock: do they learn it if all numbers are equally frequent, or only if a few are frequent?",
    notice: &[
        r"For instance, 7 + 9 + 4 + 12 = 32, and modulo 13 this is 32 − 26 = 6. Each number is one token, which does not show its value. The network must find out from examples how the numbers add.",
        r"The networks are real, and they are trained while you watch. All of them are tested on uniformly drawn numbers. With the settings at the start, those that train on uniform numbers stay on a plateau, at the loss of guessing. Those that train on a power law leave it and solve the task, although their training distribution is not that of the test. Of the 13 numbers, the power law with $\alpha = 1$ draws the most frequent one in 31% of the places, and the rarest one in 2.4%.",
        r"Nobody tells the network that there is a clock. It gives each number a vector, and a figure splits these vectors into waves over the numbers from 0 to $n - 1$. A wave of frequency $f$ has $f$ periods; this frequency has nothing to do with how often a number is drawn. Before training the vectors contain all waves about equally. In a network that has learned to add, one or a few frequencies are strong. In the plane of a strong frequency the numbers stand on a circle, each $f/n$ of a turn after the number before it. A network could add by turning this circle; the page does not test whether it does.",
        r"With one operation, or with two numbers and a small modulus, there is nothing to compose in several steps, and in earlier runs uniform training was as good or better. Chains of operations contain easy examples: a chain that ends with a multiplication by 0 has the answer 0, whatever comes before. In earlier runs with chains of four tokens modulo 11, uniform training needed as many sequences as a power law, with three networks each.",
        r"Networks differ. The order of the numbers' frequencies and the initial weights are drawn anew for each network, and the times vary several-fold.",
    ],
    model: &[
        r"A sequence has $k$ tokens, and each token is a skill. In a sum each is a number from 0 to $n - 1$, and the answer is their sum modulo $n$. In $a b + c - d$ each of the four places has tokens of its own. A chain begins with a number; each further token adds, subtracts or multiplies by a number. The network reads one token after another and then chooses one of $n$ answers. In each place the probability of the token of rank $j$ is proportional to $j^{-\alpha}$; the ranks are drawn anew for each network. The networks of each exponent are numbered. Networks with equal numbers start from equal weights and have equal ranks, whatever their exponents are.",
        r"The network is a transformer's layer without attention, looped over the tokens: it has a residual stream of width $d$, a norm, and two layers with a ReLU between them. It is no transformer. It learns by Adam with decoupled weight decay and a constant learning rate, from sequences that are drawn anew at every step.",
        r"The loss is the cross-entropy in nats, that is, with natural logarithms. At each checkpoint a network is tested on 1,024 uniform sequences, which are the same for all networks. It has solved the task when it first answers 90% of them exactly, even if it forgets some of it later. A network that answers at least 95% exactly at two checkpoints in a row stops, and the curves keep its last value.",
        r"With at most three training distributions, the run ends with two maps of the loss, the landscapes. They show a plane that contains the weights of one network before and after training. It is the first network of the best power law; if it has not solved the task, there are no landscapes.",
        r"A run shows whether uniform training stays at the loss of guessing for as many sequences as it has, and with its learning rate and width. It does not show that uniform training never learns. In earlier runs single networks left the plateau of $a b + c - d$ modulo 11 after 0.4 to 1.4 million uniform sequences.",
        r"The looped network has one set of weights for all steps, so it can hardly remember answers to whole sequences. A transformer can: in earlier runs it learned sums of four numbers modulo 7, of which there are only 2,401, from uniform numbers as soon as from a power law.",
        r"The published experiments train transformers on multi-step arithmetic, whose modulus we do not know, and on iGSM, chains of 2 to 8 operations modulo 211. Chains modulo 211 cannot be learned here in a minute: after 2,500 steps of an earlier run a network answered 1% of them exactly, and a blind guess answers 0.5%. In earlier runs with chains modulo 23, networks of a power law got further than those of uniform training, but they did not reach 90% in a minute either.",
    ],
    formulas: &[
        Formula {
            label: "Network, for a sequence of $k$ tokens",
            tex: r"h_1 = E_{x_1}, \qquad h_i = h_{i-1} + \mathrm{ReLU}\bigl(\mathrm{norm}(h_{i-1}) A + E_{x_i} B\bigr)\, C, \qquad z = \mathrm{norm}(h_k)\, U",
        },
        Formula {
            label: "Power of the frequency $f$ in the vectors of the numbers",
            tex: r"P_f = \Bigl\lVert \sum_{j=0}^{n-1} e^{2 \pi i f j / n} E_j \Bigr\rVert^2, \qquad f = 1, \ldots, \lfloor n/2 \rfloor",
        },
        Formula {
            label: "Loss of guessing, and exact answers of guessing, for sums",
            tex: r"\ln n, \qquad \tfrac{1}{n}",
        },
    ],
    sources: &[
        Source {
            text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026; multi-step arithmetic and iGSM with transformers. The looped network is ours",
            url: "https://arxiv.org/abs/2604.22951",
        },
        Source {
            text: "Nanda, Chan, Lieberum, Smith, Steinhardt: Progress measures for grokking via mechanistic interpretability, 2023; transformers that add two numbers by turning",
            url: "https://arxiv.org/abs/2301.05217",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "Sum of four numbers modulo 13", query: "" },
        Preset { title: "Power law first, then uniform", query: "then-uniform=0.8" },
        Preset { title: "One operation", query: "task=chain&modulus=11&terms=2&steps=2000" },
        Preset { title: "Two numbers, three exponents", query: "terms=2&exponents=0,1,2&steps=2000" },
        Preset { title: "a × b + c − d modulo 7", query: "task=arithmetic&modulus=7&steps=2500" },
        Preset {
            title: "a × b + c − d modulo 11", query: "task=arithmetic&modulus=11&steps=6000&rate=0.006&decay=0"
        },
        Preset {
            title: "Like iGSM, with a smaller modulus",
            query: "task=chain&modulus=23&networks=4&steps=8000&width=32&rate=0.002&decay=0.02",
        },
    ],
};

crate::texts! {
    // Columns.
    MODULUS = "modulus $n$";
    TOKENS = "tokens $k$";
    LEARNING_RATE = "learning rate";
    // Answers.
    EXPECT_POWER_LAW = "In published experiments with arithmetic in several steps, transformers learned sooner from a power law than from uniform data; the run tests this for small networks.";
    EXPECT_UNSOLVED = "Earlier runs suggest: a power law gets further than uniform training, but networks do not solve these chains in a minute.";
    EXPECT_UNIFORM = "Earlier runs suggest: with one operation uniform training is faster than a power law, because it does not begin on a plateau.";
    EXPECT_NO_PLATEAU = "Earlier runs suggest: with two numbers uniform training is as good as a power law, because it does not begin on a plateau.";
    // Verdicts of the race.
    AS_TRANSFORMERS = "The hypothesis comes from published experiments with transformers on multi-step arithmetic. There is no theorem about this network; the experiment on composing skills has one about a simpler learner.";
    AS_EARLIER_RUNS = "The hypothesis comes from earlier runs with two tokens: uniform training did not begin on a plateau, and a power law shows its rare tokens too seldom.";
    // Clock.
    CLOCK = "Frequencies in the vectors of the numbers";
    FREQUENCY = "frequency";
    SHARE = "share of the power";
    ALIKE = "random vectors";
    FIRST_NETWORK = "the first network of each training distribution";
    RING = "The numbers in the plane of frequency {frequency}, which has {share} of the power";
    FIRST_AXIS = "first coordinate (mean radius: 1)";
    SECOND_AXIS = "second coordinate";
    CIRCLE = "circle";
    NUMBER = "{j}";
    // Verdict of the clock.
    ONE_FREQUENCY = "Networks that have learned to add favour few frequencies. Share of the strongest frequency in the vectors of a network, minus the share of the strongest frequency before training";
    UNIFORM_GAINS = "In the networks of uniform training, the share of the strongest frequency has changed by {gain} on average.";
    ALL_IN_ONE = "Modulo 3 there is only one frequency, which always has all of the power.";
    FEW_SOLVED = "Too few networks have solved the task. Train more networks, or train for more steps.";
}
