//! Texts of the experiment `live-hops`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `live-hops` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Networks that follow relations",
    question: "Start at Ada: who is the friend of the neighbour of her teacher? Do networks that are trained on this page learn such questions sooner if all relations are equally frequent, or if a few are frequent?",
    notice: &[
        r"With the settings at the start, uniform training wins: networks that see all relations equally often solve the task after fewer sequences than networks that train on a power law. The test draws all relations equally often.",
        r"With one hop there is nothing to compose, and a power law shows its rare relations too seldom. With three hops uniform training stays at the level of guessing only briefly. After that it sees every relation equally often, while a power law still shows its rare relations seldom.",
        r"With four hops, six entities, ten relations and no facts, the result is the opposite. Nearly all networks of uniform training stay at the level of guessing during the whole run, and those of a power law leave it. With a width of 32, a learning rate of 0.002 and a weight decay of 0.1, uniform training solved this task in three earlier runs, after three times the sequences of a power law. With six entities and three hops, neither was clearly faster. These results suggest that a power law pays if uniform training stays on its plateau for a long time.",
        r"In networks that train on a power law, questions of frequent relations are answered first, even where uniform training wins in the end.",
    ],
    model: &[
        r"There are $E$ entities and $R$ relations. A relation is a random permutation of the entities; all networks of a run learn the same relations. A question is an entity and $k$ relations: start at Ada, go to her teacher, to the neighbour of that person, and to a friend of that one. The answer is the entity that is reached. The skills of a question are its relations.",
        r"A share of the training sequences are facts: an entity, one relation, and then a token that means stay. So a fact is an example of one hop, which is an easier task than a question of several hops. The test has questions only.",
        r"The relation of rank $j$ is drawn with a probability proportional to $j^{-\alpha}$; the ranks are drawn anew for each network. Entities are always uniform. The networks of each exponent are numbered. Networks with equal numbers start from equal weights and have equal ranks, whatever their exponents are.",
        r"The network is a transformer's layer without attention, looped over the tokens. It is no transformer: it has one set of weights for all hops, and by design it reads one relation in each step. It learns by Adam with decoupled weight decay and a constant learning rate, from sequences that are drawn anew at every step.",
        r"At each checkpoint a network is tested on 1,024 uniform questions, which are the same for all networks. It has solved the task when it first answers 90% of them exactly, even if it forgets some of it later. A network that answers at least 95% exactly at two checkpoints in a row stops, and the curves keep its last value.",
        r"With at most three training distributions, the run ends with two maps of the loss, the landscapes. They show a plane that contains the weights of one network before and after training. It is the first network of the best power law; if it has not solved the task, there are no landscapes.",
        r"The published experiments train transformers on 50 entities, 20 relations and three hops, with facts among the questions. There, networks learn sooner from a power law; with one hop they learn sooner from uniform data. The control with one hop can be repeated here at that size. Three hops cannot: in an earlier run of 16,000 steps, which takes about a minute, no network reached 90%. The share of facts was 20%. After uniform training the network answered 87% of the questions exactly, and after training on a power law 65%.",
    ],
    formulas: &[
        Formula {
            label: "Answer to a question: entity $e$, relations $r_1$ to $r_k$",
            tex: r"\pi_{r_k}\bigl(\cdots \pi_{r_2}(\pi_{r_1}(e))\bigr)",
        },
        Formula {
            label: "Network, for a sequence of tokens $x_1$ to $x_{k+1}$",
            tex: r"h_1 = E_{x_1}, \qquad h_i = h_{i-1} + \mathrm{ReLU}\bigl(\mathrm{norm}(h_{i-1}) A + E_{x_i} B\bigr)\, C, \qquad z = \mathrm{norm}(h_{k+1})\, U",
        },
        Formula {
            label: "Loss of guessing, and exact answers of guessing, for $n$ entities",
            tex: r"\ln n, \qquad \tfrac{1}{n}",
        },
    ],
    sources: &[
        Source {
            text: "Wang, Dang, Lee, Lyu: The Power of Power Law: Asymmetry Enables Compositional Reasoning (PPL), 2026; multi-hop questions with transformers. The looped network is ours",
            url: "https://arxiv.org/abs/2604.22951",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "Three hops", query: "" },
        Preset {
            title: "One hop, published size",
            query: "hops=1&entities=50&relations=20&width=32&networks=11&steps=1000",
        },
        Preset { title: "Three hops, without facts", query: "facts=0&networks=11" },
        Preset { title: "More relations", query: "relations=12&networks=11" },
        Preset { title: "Four hops, without facts", query: "hops=4&entities=6&relations=10&facts=0&networks=11" },
        Preset { title: "Five exponents compared", query: "exponents=0,0.5,1,1.5,2&networks=7" },
        Preset {
            title: "Three hops, published size",
            query: "entities=50&relations=20&width=32&rate=0.002&decay=0.1&networks=2&steps=8000",
        },
    ],
};

crate::texts! {
    // Columns.
    ENTITIES = "entities";
    RELATIONS = "relations";
    HOPS = "hops $k$";
    FACTS = "share of facts";
    LEARNING_RATE = "learning rate";
    // Answers.
    EXPECT_UNIFORM = "Earlier runs suggest: with {hops} {hops:hop|hops} uniform training needs no more sequences than a power law.";
    EXPECT_POWER_LAW = "Earlier runs suggest: with {hops} hops a power law leaves the level of guessing sooner than uniform training.";
    EXPECT_UNSOLVED = "Earlier runs suggest: networks do not solve questions of this size in a minute, whatever they train on.";
    // Verdicts of the race.
    AS_EARLIER_RUNS = "The hypothesis comes from earlier runs with this network. Published transformers learned three hops sooner from a power law, with 50 entities and 20 relations. At that size the networks of this page do not solve the task in a minute.";
    LONG_PLATEAU = "The hypothesis comes from earlier runs with this network: with four hops and many relations, uniform training stays at the level of guessing for a long time. There is no theorem about this network; the experiment on composing skills has one about a simpler learner.";
}
