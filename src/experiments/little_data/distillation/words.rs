//! Texts of the experiment `distillation`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `distillation` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Teaching one model what many know",
    question: "Several models together beat each of them: how much of their advantage can one small model learn from them?",
    notice: &[
        r"A student of the ensemble has the size of one member, and it is usually better than it would be without a teacher: it keeps a part of the ensemble's gain. It learns from what the ensemble says about new inputs, so it needs no new real data.",
        r"Mixed data are best. Synthetic data alone repeat the teacher's errors and add noise: a student that sees only noisy labels from one teacher is usually worse than that teacher. Real data alone make a single model. Drag the share of real data on the first figure.",
        r"A student can beat a teacher of its own size, if it starts from a fresh seed: it sees other features than its teacher, so it partly averages the errors of two models. With its teacher's seed it gains little or nothing.",
        r"A student wants less weight decay than a single model, because the teacher's labels of many inputs already keep it from learning the noise of the few real ones.",
    ],
    model: &[
        r"Inputs have 256 Gaussian coordinates with variances $\lambda_k \sim k^{-a}$; labels are a linear function of them plus noise of variance $\sigma^2$. A model of width $N$ sees $N$ random features of the inputs and learns one weight for each. Each seed has its own random features, and its own random gains, which decide how fast it learns each coordinate. The teacher is a linear function $u \cdot x$: a single model trained on the $n$ real samples, or the mean of several.",
        r"The student lowers the loss on the real samples, with weight $\mu$, plus the loss on synthetic samples, with weight $1 - \mu$, plus weight decay. Synthetic samples are new inputs that the teacher labels. Its labels get as much noise as real ones, as if they were drawn from a language model at temperature 1. With unlimited synthetic data, the student sees all inputs and the noise averages out.",
        r"Teachers and students are trained by full-batch gradient descent from zero weights, and their loss on new data is computed exactly. The curves solve the linear equations for trained students, averaged over other draws of the data: over few draws before the run, which also choose the weight decays of all trained models, and over many during the run. Each loss of a student is the mean of two students, so that it matters less whether one has good features. The share of the gain that is kept compares the student with a single model. The more real data the student learns from, the more that single model is the student itself without its teacher: a student of real data only keeps nothing. The share depends much on the weight decays, which are the best ones of few draws: a student with a third of its best weight decay can lose a fifth of the ensemble's gain. So the share differs between seeds.",
        r"This is not a language model. Here a teacher labels any number of new inputs, which follow the true distribution of inputs; a language model must generate its inputs too, so its errors affect them as well. In the language models of Kim et al. synthetic data alone do much more harm. The losses of the two are in different units and are never drawn on one axis.",
    ],
    formulas: &[
        Formula {
            label: "Weights $\\theta$ of the student after training on the features $F$ of real samples with labels $y$, and on the features $G$ of synthetic samples with the teacher's labels $z$",
            tex: r"\left( \frac{\mu}{n} F^\top F + \frac{1 - \mu}{m} G^\top G + \ell \right) \theta = \frac{\mu}{n} F^\top y + \frac{1 - \mu}{m} G^\top z",
        },
        Formula {
            label: "With unlimited synthetic data, for the teacher $u \\cdot x$, the variances $\\Lambda$ of the inputs and the matrix $M$ that makes features of inputs",
            tex: r"\frac{1}{m} G^\top G \to M^\top \Lambda M, \qquad \frac{1}{m} G^\top z \to M^\top \Lambda u",
        },
        Formula {
            label: "Share of the ensemble's gain that the student keeps",
            tex: r"\frac{L_\text{single} - L_\text{student}}{L_\text{single} - L_\text{ensemble}}",
        },
    ],
    sources: &[Source {
        text: "Kim, Kotha, Liang, Hashimoto: Pre-training under infinite compute, 2025",
        url: "https://arxiv.org/abs/2509.14786",
    }],
    presets: &[
        Preset { title: "384 synthetic inputs with noisy labels", query: "" },
        Preset { title: "Unlimited synthetic data", query: "synthetic=unlimited&mu=0.1" },
        Preset {
            title: "The teacher's seed: nothing is gained from one model",
            query: "synthetic=unlimited&mu=0.3&student=same&width=64",
        },
        Preset { title: "Few synthetic inputs", query: "inputs=128&mu=0.6" },
        Preset { title: "No gains: the ensemble gains less", query: "gain=0" },
    ],
};

crate::texts! {
    // Parameters.
    AS_MANY_AS_FEATURES = "at least the width, or set synthetic data to unlimited";
    // Axes and columns.
    SHARE = "share of real data in the student's loss";
    RETAINED = "share of the gain that is kept";
    MEMBERS = "models that teach the student";
    DECAY_OF_DISTILLED = "weight decay of the student of the ensemble";
    DECAY_OF_ALONE = "weight decay of the student of a single model";
    // Titles.
    LOSS_AGAINST_SHARE = "Loss of students against the share of real data they learn from";
    LOSS_AGAINST_DECAY = "Loss against weight decay, with {mu} as the student's share of real data";
    SEEDS = "Students of a single model: fresh seed or the teacher's seed";
    RETAINED_AGAINST_WIDTH = "How much of the gain of {members} models their student keeps, against width";
    PUBLISHED_TEACHERS = "Published: students of one and of eight language models of 300M parameters";
    PUBLISHED_MIXES = "Published: a language model taught by one of its size, with and without real data";
    STUDENTS_TITLE = "Students in closed form (single model {single}, ensemble {ensemble})";
    PRINTED_TITLE = "Numbers of Kim et al., and what follows from them";
    // Curves and places.
    DISTILLED = "student of the ensemble";
    FRESH = "student of one model, fresh seed";
    SAME = "student with its teacher's seed";
    SINGLE = "single model";
    ENSEMBLE = "ensemble";
    SINGLE_LEVEL = "single model, computed: {loss}";
    ENSEMBLE_LEVEL = "ensemble of {members}, computed: {loss}";
    TEACHER_LEVEL = "teacher, computed: {loss}";
    THIS_SHARE = "{loss}";
    BEST_OF_SINGLE = "single model's best";
    BEST_OF_STUDENT = "student's best";
    TIMES_SMALLER = "student: {times} times less";
    THEIR_STUDENT = "student";
    THEIR_SELF_DISTILLED = "student of one model";
    THEIR_SINGLE = "single model without a teacher: {loss}";
    THEIR_ENSEMBLE = "ensemble of eight: {loss}";
    THEIR_TEACHER = "teacher: {loss}";
    // Rows of printed numbers.
    ROW_SINGLE = "single model of 300M parameters, regularised";
    ROW_ENSEMBLE = "ensemble of eight such models";
    ROW_DISTILLED = "student of the ensemble";
    ROW_RETAINED = "share of the gain that the student retains";
    ROW_LOW = "least share, if both rounded losses are as low as they can be";
    ROW_HIGH = "largest share, if both rounded losses are as high as they can be";
    ROW_LATER = "student of the ensemble, as reported later";
    ROW_SELF = "best student of a single model";
    ROW_TEACHER = "teacher in the study of synthetic data";
    ROW_MIXED = "its student with equal parts of real and synthetic data";
    ROW_SYNTHETIC = "its student with synthetic data only";
    ROW_MIX_ENSEMBLE = "best mix for the student of the ensemble, as the names of the runs give it";
    ROW_MIX_SELF = "best mix for the student of a single model, as the names of the runs give it";
    AS_PRINTED = "printed, not recomputable";
    FROM_LOSSES = "from the three printed losses";
    FROM_ROUNDING = "two losses are printed with two decimals";
    AGAINST_TEACHER = "minus the teacher's loss";
    // Answers.
    BEATS_TEACHER = "{by}: one student keeps {share} of what {members} models together gain. Even a student of one model beats its teacher, {student} against {teacher}.";
    WORSE_THAN_TEACHER = "{by}: one student keeps {share} of what {members} models together gain. A student of one model is worse than its teacher, {student} against {teacher}.";
    WITH_ONE_SEED = "{by}: one student keeps {share} of what {members} models together gain. With its teacher's seed, a student of one model reaches {student}, the teacher {teacher}.";
    LITTLE_GAIN = "{by}: {members} models together gain little, {ensemble} against {single} for one, so a student has little to learn from them.";
    KEEPS_NOTHING = "{by}: a student of {members} models is no better than it would be without them, from the real data alone.";
    // Verdicts.
    STUDENT_BETTER = "With {mu} as the share of real data, the loss of the student of the ensemble, minus that of a single model";
    RETAINED_SHARE = "The share of the gain of {members} models that their student keeps, with {mu} as the share of real data";
    FRESH_SEED = "With {mu} as the share of real data and a fresh seed, the loss of the student of a single model, minus that of its teacher";
    SAME_SEED = "With {mu} as the share of real data, the loss of a student of a single model with a fresh seed, minus that of a student with its teacher's seed";
    SYNTHETIC_ONLY = "With synthetic data only and a fresh seed, the loss of the student of a single model, minus that of its teacher";
    STUDENT_LOSS = "With {mu} as the share of real data, the loss of trained students of the ensemble";
    NO_GAIN = "The trained ensembles are not clearly better than single models, so there is no gain to keep.";
}
