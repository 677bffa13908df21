//! Texts of the experiment `infinite-compute`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `infinite-compute` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Unlimited compute, little data",
    question: "The data are fixed and compute is not: what is better than training a larger model for longer?",
    notice: &[
        r"With the standard recipe, a fixed number of epochs and little weight decay, the loss rises with the width at first. It is highest where there are about as many features as samples, and falls again for larger widths. With tuned weight decay, the loss falls from each width to the next.",
        r"What counts with unlimited compute is where the loss ends, its asymptote. From width 16 on, an endless ensemble of small models ends lower than a single model of infinite width. Set the gain $\gamma$ to 0: then all members learn the same directions equally fast, and the advantage of ensembles disappears.",
        r"The members of an ensemble want less weight decay than a single model: each member may overfit more, because the average removes what the members do not share. At width 64 the best weight decay falls by a factor of about 4, in the language models of Kim et al. by a factor of 2.",
        r"A power law fitted to the widths up to 256 does not end at the loss that is computed for infinite width. A fitted asymptote is an extrapolation: it can be wrong although the fit looks perfect.",
    ],
    model: &[
        r"Inputs have 256 Gaussian coordinates with variances $\lambda_k \sim k^{-a}$; labels are a linear function of them plus noise. A model of width $N$ sees $N$ random features of the inputs and learns one weight for each. An ensemble predicts the mean of what several models, its members, predict; an endless ensemble has infinitely many. Each member has its own random features, and its own random gains $g_k$, which decide how fast it learns each coordinate. The gains stand for what differs between networks of any width: without them all models of infinite width would be equal.",
        r"Members are trained by full-batch gradient descent with weight decay, from zero weights, on the same $n$ samples. In one epoch, the learning rates of all steps sum to the number of samples. The loss on new data is computed exactly from the weights. The curves come from the closed form of gradient flow, averaged over other draws of the data. Before the run they are averaged over few draws; the weight decays of the trained members are the best ones of these few draws.",
        r"A linear model does not show everything. In it, tuned early stopping is almost as good as tuned weight decay, whereas in the language models of Kim et al. no number of epochs rescues a small weight decay. And from width $n/2$ on, an endless ensemble with retuned weight decay reaches nearly the same loss at every width, so that the joint limit of width and members is hardly below it.",
    ],
    formulas: &[
        Formula {
            label: "What $T$ steps learn along an eigenvector of the Gram matrix with eigenvalue $s$",
            tex: r"f(s) = \frac{1 - \left( 1 - \eta (s + \ell) \right)^T}{s + \ell} \;\longrightarrow\; \frac{1 - e^{-(s + \ell) t}}{s + \ell}, \qquad t = \eta T",
        },
        Formula {
            label: "Loss of a function $u \\cdot x$ on new data",
            tex: r"L = \sum_k \lambda_k (u_k - w_k)^2 + \sigma^2",
        },
        Formula { label: "Loss of an ensemble of $K$ members", tex: r"L_K = L_\infty + \frac{L_1 - L_\infty}{K}" },
        Formula { label: "Law that is fitted to the widths", tex: r"L(N) = E + \frac{A}{N^\alpha}" },
    ],
    sources: &[Source {
        text: "Kim, Kotha, Liang, Hashimoto: Pre-training under infinite compute, 2025",
        url: "https://arxiv.org/abs/2509.14786",
    }],
    presets: &[
        Preset { title: "64 samples, 32 epochs", query: "" },
        Preset { title: "128 epochs: overfitting never recovers", query: "epochs=128" },
        Preset { title: "8 epochs: larger models stay better", query: "epochs=8" },
        Preset { title: "No gains: ensembles gain little", query: "gain=0&noise=0.05&spectrum=1.3&target=1.3" },
        Preset { title: "No weight decay, endless training", query: "until=converged&decay=0" },
        Preset { title: "16 samples", query: "samples=16&width=32" },
    ],
};

crate::texts! {
    // Parameters.
    WHOLE_AND_INCREASING = "two or more whole numbers in increasing order, for example 8,16,32";
    // Axes and columns.
    EPOCHS = "epochs";
    MEMBERS = "members of the ensemble";
    TOTAL = "features of all members together";
    PARAMETERS = "parameters of each model, in billions";
    ACCURACY = "mean accuracy on three benchmarks";
    TUNED_DECAY = "best weight decay of a single model";
    RETUNED_DECAY = "best weight decay of an endless ensemble";
    INFINITE = "infinite";
    // Titles.
    LOSS_AGAINST_WIDTH = "Loss against width";
    LOSS_AGAINST_EPOCHS = "Loss against epochs with the standard weight decay, at width {width}";
    LOSS_AGAINST_DECAY = "Loss against weight decay, at width {width}";
    LOSS_AGAINST_MEMBERS = "Loss against the number of members, at width {width}";
    ASYMPTOTES = "Where the loss ends: single models, and endless ensembles";
    EQUAL_SIZE = "Equal total size: one wide model or many small ones";
    EXTRAPOLATION = "A power law fitted to the tuned models, and the loss at infinite width";
    PUBLISHED_WIDTHS = "Published: language models on 200M tokens";
    PUBLISHED_MEMBERS = "Published, other validation data: ensembles of language models of 300M parameters";
    PUBLISHED_BENCHMARKS = "Published: accuracy of ensembles on 200M tokens, for members of four sizes";
    PUBLISHED_EPOCHS = "Published: accuracy against epochs, language models of 300M parameters";
    RECIPES_TITLE = "Losses of all recipes in closed form";
    PRINTED_TITLE = "Numbers as Kim et al. print them";
    // Curves and places.
    STANDARD = "standard";
    TUNED = "tuned decay";
    AT_MOST = "at most {decay}";
    ENDLESS = "endless ensemble";
    ENDLESS_UNTUNED = "endless ensemble, not retuned";
    SINGLE = "single model";
    ENSEMBLE_OF_THESE = "endless ensemble";
    DECAY_OF_SINGLE = "single model's decay";
    DECAY_RETUNED = "retuned decay";
    MEMBERS_OF = "{members} {members:member|members}";
    FITTED_LAW = "fitted power law";
    INFINITE_WIDTH = "infinite width: {loss}";
    BEST_EPOCHS = "lowest: {epochs} {epochs:epoch|epochs}";
    THESE_EPOCHS = "standard: {loss}";
    NO_END = "without end: {loss}";
    SINGLE_TIMES = "single: {times} × standard";
    ENSEMBLE_TIMES = "ensemble: {times} × standard";
    SINGLE_BEST = "single: {decay}";
    ENSEMBLE_BEST = "ensemble: {decay}";
    WITHOUT_END = "without end: {loss}";
    JOINT = "ensemble of infinite width: {loss}";
    FITTED_FLOOR = "floor of the fit: {loss}";
    TRUE_FLOOR = "computed at infinite width: {loss}";
    THEIR_STANDARD = "standard recipe";
    THEIR_LAW = "regularised, law as printed (the points are not published)";
    THEIR_ENSEMBLES = "endless ensembles";
    JOINT_REFITTED = "joint limit, refitted: {loss}";
    DECAY_STANDARD = "weight decay 0.1 (standard)";
    DECAY_TUNED = "weight decay 1.6";
    SIZE_150M = "150M";
    SIZE_300M = "300M";
    SIZE_600M = "600M";
    SIZE_1400M = "1.4B";
    // Rows of printed numbers.
    JOINT_LIMIT = "joint limit of parameters and members";
    PLAIN = "ensembles, plain";
    SELF_DISTILLED = "ensembles, self-distilled";
    SHUFFLED = "ensembles, shuffled rewrites";
    MEGADOC = "ensembles, joined rewrites";
    DOUBLED = "number of the 16 settings in which a member trains for twice the epochs of a single model, with half its weight decay";
    REGULARISED_LIMIT = "asymptote of regularised models";
    ENSEMBLE_LIMIT = "asymptote of ensembles of 300M parameters";
    RETUNED_LIMIT = "asymptote of retuned ensembles of 300M parameters";
    REGULARISED_WORTH = "data multiple of the regularised recipe";
    JOINT_WORTH = "data multiple of the joint limit";
    CONTINUED_WORTH = "data multiple in continued pre-training";
    FROM_POINTS = "floor of a power law fitted to the published points";
    FROM_SETTINGS = "counted in the published settings";
    NO_POINTS = "not recomputable: the points are not published";
    // Answers.
    WIDER_IS_WORSE = "{by}: the standard recipe is worse at width {wide} than at {narrow} ({high} against {low}); well regularised, infinite width reaches {single}, {ensemble}.";
    WIDER_IS_BETTER = "{by}: {epochs} {epochs:epoch is|epochs are} better at width {wide} than at {narrow} ({high} against {low}); well regularised, infinite width reaches {single}, {ensemble}.";
    WITHOUT_END_IT = "{by}: endless training (closed form) reaches {high} at width {wide} and {low} at {narrow}; well regularised, infinite width reaches {single}, {ensemble}.";
    ENSEMBLE_LOWER = "and endless ensembles of width {width} reach {ensemble}";
    ENSEMBLE_NOT_LOWER = "but endless ensembles of width {width} only {ensemble}";
    NO_ENSEMBLE = "and an ensemble needs at least 2 members";
    // Verdicts.
    STANDARD_DIFFERENCE = "With the standard recipe, the loss at width {wide} minus the loss at width {narrow}";
    TUNED_FALLS = "With tuned weight decay, the smallest fall of the loss from one width to the next, as a change of the loss";
    TUNED_LOSS = "The loss of trained models of width {width} with tuned weight decay";
    BELOW_SINGLE = "The loss of an endless ensemble of width {width}, minus the loss of a single model of infinite width with tuned weight decay";
    JOINT_BELOW_SINGLE = "The loss of an endless ensemble of infinite width, minus the loss of a single model of infinite width with tuned weight decay";
    DECAY_RATIO = "The best weight decay of an endless ensemble of width {width}, divided by the best weight decay of a single model";
    LAW_OF_MEMBERS = "The loss of an ensemble of {half} of the {members} members of width {width}, minus its value by the law $L_K = L_\\infty + (L_1 - L_\\infty)/K$";
    EQUAL_MEMBERS = "Without gains all members of infinite width are equal, so an ensemble has the loss of its members, up to rounding errors.";
    BY_CURVES = "Each best weight decay is the lowest point of a parabola through the closed form near its minimum. The interval allows for the choice of the draws of the data.";
    NO_BEST_DECAY = "One of the two curves has no lowest point within the weight decays that were tried, so no ratio can be measured.";
    FEW_MEMBERS = "The law can be tested with at least 3 members.";
    NOT_TRAINED = "Training that never ends is computed in closed form, so no models were trained with the standard recipe.";
    LEAST_NORM = "Endless training without weight decay is computed in closed form: it finds the weights of least norm among those that fit the samples best. No models were trained with the standard recipe.";
}
