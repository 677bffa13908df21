//! Texts of the experiment `live-hops`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `live-hops` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Networks that follow relations",
    question: "Start at Ada: who is the friend of the neighbour of her teacher? Do networks that are trained on this page learn such questions sooner if all relations are equally frequent, or if a few are frequent?",
    notice: &[
        r"With the settings at the start, uniform training wins: networks that see all relations equally often solve the task after fewer sequences than networks that train on a power law. The test draws all relations equally often.",
        r"With one hop there is nothing to compose, and a power law shows rare facts too seldom. With three hops uniform training stays at the level of guessing only briefly. Then it learns every relation equally fast, while a power law still waits for its rare relations.",
        r"With four hops, ten relations and no facts, the result is the opposite. Nearly all networks of uniform training stay at the level of guessing during the whole run, and those of a power law leave it. With a width of 32, a learning rate of 0.002 and a decay of 0.1, uniform training solved the task in three earlier runs, after three times the sequences of a power law. With six entities and three hops neither is clearly faster. So a power law pays if the plateau of uniform training lasts long.",
        r"In networks that train on a power law, questions of frequent relations are answered first, also where uniform training wins in the end.",
    ],
    model: &[
        r"There are $E$ entities and $R$ relations. A relation is a random permutation of the entities; all networks of a run learn the same relations. A question is an entity and $k$ relations: start at Ada, go to her teacher, to the neighbour of that person, and to a friend of that one. The answer is the entity that is reached. The skills of a question are its relations.",
        r"A share of the training sequences are facts: an entity, one relation, and then a token that means stay. Facts are examples of one hop, and so an easier task beside the questions. The test has questions only.",
        r"The relation of rank $j$ is drawn with a probability proportional to $j^{-\alpha}$; the ranks are drawn anew for each network. Entities are always uniform. Networks of equal numbers start from equal weights and have equal ranks with all exponents.",
        r"The network is a transformer's layer without attention, looped over the tokens. It is no transformer: it has one set of weights for all hops, and by design it reads one relation in each step. It learns by Adam with decoupled weight decay and a constant learning rate, from sequences that are drawn anew at every step.",
        r"At each checkpoint a network is tested on 1,024 uniform questions, which are the same for all networks. It has solved the task when it first answers 90% exactly, also if it forgets some of it later. After two checkpoints in a row with at least 95% it stops, and the curves keep its last value.",
        r"With at most three training distributions the run ends with two landscapes: the loss in a plane through the weights of the first network of the best power law before and after training, if it has solved the task.",
        r"The published experiments train transformers on 50 entities, 20 relations and three hops, with facts among the questions, and a power law learns sooner; with one hop uniform training wins. The control with one hop can be repeated here at that size. Three hops cannot: in an earlier run of 16,000 steps, which takes about a minute, the network did not reach 90% with 20% facts. It answered 87% of the questions after uniform training, and 65% after a power law.",
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
        Preset { title: "Three hops: uniform wins", query: "" },
        Preset {
            title: "One hop, published size: nothing to compose",
            query: "hops=1&entities=50&relations=20&width=32&networks=11&steps=1000",
        },
        Preset { title: "Without facts: uniform wins", query: "facts=0&networks=11" },
        Preset { title: "More relations", query: "relations=12&networks=11" },
        Preset {
            title: "Four hops, no facts: a power law wins",
            query: "hops=4&entities=6&relations=10&facts=0&networks=11",
        },
        Preset { title: "Five exponents compared", query: "exponents=0,0.5,1,1.5,2&networks=7" },
        Preset {
            title: "Published size: not solved in a minute",
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
    EXPECT_UNSOLVED = "Earlier runs suggest: questions of this size are not solved in a minute, whatever the networks train on.";
    // Verdicts of the race.
    AS_EARLIER_RUNS = "The hypothesis comes from earlier runs with this network. Published transformers learned three hops sooner from a power law, with 50 entities and 20 relations; that size is not solved here in a minute.";
    LONG_PLATEAU = "The hypothesis comes from earlier runs with this network: with four hops and many relations, uniform training stays at the level of guessing for long. There is no theorem about this network; the experiment on composing skills has one about a simpler learner.";
}
