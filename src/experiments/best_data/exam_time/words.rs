//! Texts of the experiment `exam-time`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `exam-time` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Exam time",
    question: "An exam weighs its subjects, say 90 to 10: should the hours of study be shared in the same proportion?",
    notice: &[
        "Suppose that all subjects are equally difficult. Then dividing the hours in proportion to the weights is best only when all weights are equal. Otherwise the best shares are more even: at $a = 1$ the best preparation for a 90/10 exam is 75/25, and it reaches an equal loss in 20% fewer hours.",
        "The optimum is flat: a share that is off by a few percentage points costs little. Neglecting the small subject costs much.",
        "Change the number of hours. One dashed curve is the power law, the limit of many hours; the other is exact. With 10 hours they differ; with 1000 hours they agree.",
        "Each simulated student meets the same random facts under every allocation, so all points move up and down together. The difference in loss between two allocations is therefore known much better than the interval of a single point suggests.",
    ],
    model: &[
        "A subject is a set of facts, some common and some rare. The probability $\\theta$ that one hour of study shows a fact has the density $a\\,\\theta^{a-1}$ on $[0, 1]$. Hours are independent. A student answers a fact wrongly if it was never seen, which costs $c_k$ in subject $k$; the exam asks about subject $k$ with weight $p_k$. Students study whole hours: shares of the hours are rounded by the largest-remainder method, so a very small share becomes no hour. Matched shares are equal to the weights; optimal shares have the least expected loss.",
        "The toy stands for a language model trained on a mixture of sources: hours are training tokens, subjects are domains, and the exam is the test mixture. It leaves out subjects that help each other, the order of study, forgetting, and exponents that differ between subjects.",
    ],
    formulas: &[
        Formula {
            label: "Expected loss of an allocation",
            tex: r"L(n) = \sum_k p_k c_k \frac{\Gamma(n_k+1)\,\Gamma(a+1)}{\Gamma(n_k+a+1)} \;\longrightarrow\; \Gamma(a+1) \sum_k p_k c_k n_k^{-a}",
        },
        Formula { label: "Optimal shares", tex: r"q_k^* = \frac{(p_k c_k)^{1/(1+a)}}{\sum_j (p_j c_j)^{1/(1+a)}}" },
        Formula {
            label: "Hours ratio",
            tex: r"\frac{N'}{N} = \left(\frac{L^*}{L_{\mathrm{same}}}\right)^{1/a} = \left(\frac{\bigl(\sum_k (p_k c_k)^{1/(1+a)}\bigr)^{1+a}}{\sum_k c_k p_k^{1-a}}\right)^{1/a}",
        },
    ],
    sources: &[
        Source {
            text: "Medvedev, Lyu, Li, Srebro: Shift is Good: Mismatched Data Mixing Improves Test Performance (SIG), 2025, Section 3",
            url: "https://arxiv.org/abs/2510.25108",
        },
        Source { text: "Lyu: Scaling Large Language Models: The Data Problem (talk), Part 2.2", url: "" },
    ],
    presets: &[
        Preset { title: "90/10, exponent 1", query: "" },
        Preset { title: "90/10, exponent 1/2", query: "exponent=0.5" },
        Preset { title: "90/10, slow learning (0.28)", query: "exponent=0.28&hours=1000" },
        Preset { title: "50/50: nothing to gain", query: "weights=0.5,0.5" },
        Preset { title: "Three subjects", query: "weights=0.6,0.3,0.1" },
        Preset {
            title: "Five subjects, the last one hard",
            query: "weights=0.4,0.3,0.15,0.1,0.05&difficulty=1,1,1,1,5",
        },
    ],
};

crate::texts! {
    // Axes and columns.
    SHARE_OF_FIRST = "share of the hours for the first subject";
    EXPECTED_LOSS = "expected exam loss";
    MEAN_LOSS = "mean exam loss";
    PLACE = "position between the matched (0) and the optimal (1) shares";
    WEIGHT_OF_FIRST = "weight of the first subject";
    HOURS_RATIO = "hours ratio";
    SHARE_1 = "share of subject 1";
    SHARE_2 = "share of subject 2";
    SUBJECT = "subject";
    WEIGHT = "weight";
    OPTIMAL_LAW = "optimal share (power law)";
    OPTIMAL_WHOLE = "optimal share (whole hours)";
    LOSS_MATCHED = "loss at the matched shares";
    LOSS_OPTIMAL = "loss at the optimal shares";
    QUANTITY = "quantity";
    LAW = "power law";
    WHOLE = "exact, whole hours";
    LOSS_RATIO = "loss with the optimal shares, divided by loss with the matched shares";
    HOURS_NEEDED = "hours needed with the optimal shares, divided by hours needed with the matched shares";
    ALL = "all";
    // Titles.
    LOSS_AGAINST_SHARE = "Loss against the hours for the first subject";
    LOSS_ALONG_LINE = "Loss from matched (0) to optimal (1) shares";
    TRIANGLE = "Loss for all shares of the hours";
    TRIANGLE_SIMULATED = "Loss of simulated students for all shares of the hours";
    GAIN = "Hours needed with the optimal shares, divided by hours needed with the matched shares";
    ALLOCATION = "Optimal shares, and exact losses in whole hours";
    BUYS = "What the optimal shares save";
    // Curves and places.
    LIMIT = "power law, the limit of many hours";
    EXACT = "exact at these hours";
    THESE_HOURS = "at these hours";
    BY_THEORY = "exact";
    BY_STUDENTS = "simulated: mean and 95% interval";
    MATCHED = "matched";
    OPTIMAL = "optimal";
    MATCHED_SHARE = "matched {share}";
    OPTIMAL_SHARE = "optimal with many hours {share}";
    MATCHED_SHARES = "matched {first}, {second}, {third}";
    OPTIMAL_SHARES = "optimal {first}, {second}, {third}";
    YOUR_SHARE = "yours {share}: {wasted} wasted";
    THIS_EXAM = "this exam";
    STUDENTS = "simulated students, mean and 95% interval";
    SINGLE = "single students: median, and range of the middle 80%";
    RATIO = "simulated students, 95% interval";
    // Picture.
    HOURS_DIVIDED = "Share of the hours for the first subject";
    HOURS_BEFORE = "Each bar stands for all {hours} hours, with the first subject at the left. The run will measure the best division.";
    HOURS_OF_STUDENTS = "Each bar stands for all {hours} hours, with the first subject at the left. The best division was measured with {students} students.";
    MEASURED_BEST = "measured";
    YOURS = "yours";
    FIRST_SHARE = "{share}";
    // Answers.
    KEEP = "Share the hours in proportion to the weights: no other shares reach a lower loss.";
    ADVICE = "Give the {weight} subject {best} of the hours, not {weight}: that reaches the same loss with {saved} fewer hours.";
    ADVICE_OF_MANY = "Give {few} of the hours, not {weight}, to subject {less} and {many}, not {light}, to subject {more}: that saves {saved} of the hours.";
    MEASURED_KEEP = "Measured with {hours} hours: sharing them in proportion to the weights is best.";
    MEASURED = "Measured with {hours} hours: the best share for the {weight} subject is {best}, not {weight}; the students then reach the same loss with {saved} fewer hours.";
    MEASURED_OF_MANY = "Measured with {hours} hours: it is best to give {few} of them to subject {less} and {many} to subject {more}; the students then reach the same loss with {saved} fewer hours.";
    CANNOT_TELL = "The simulated students are too few to tell whether shares other than the weights save hours.";
    // Verdict.
    BEST_SHARE = "The best share of the hours for the first subject";
    BEST_PLACE = "Position of the least loss on the line from the shares that match the weights (0) to the shares that are optimal with many hours (1)";
    OPTIMUM = "With this number of hours the exact curve has its minimum at {best}; with many hours the minimum tends to {limit}.";
    FEW_MISSED = "Only about {missed} missed facts decide where the minimum is, too few for a reliable interval. Simulate {times} times as many students or facts.";
    ONE_SUBJECT = "The best division into whole hours gives all of them to one subject, so the minimum is at an end and no parabola can be fitted.";
    NO_MINIMUM = "A parabola fitted to the losses has no minimum within the shares compared. Simulate more students, more facts or more hours.";
    PARABOLA = "The measured position is the minimum of a parabola, fitted to the logarithm of the loss near its lowest point. The true curve is not exactly a parabola, so the fit may shift the position by up to {resolution}. The theoretical position has the lowest exact loss for this number of hours; with many hours it tends to {limit}.";
    PARABOLA_OF_PAIR = "The measured share is the minimum of a parabola, fitted to the logarithm of the loss near its lowest point. The true curve is not exactly a parabola, so the fit may shift the share by up to {resolution} of all hours. The theoretical share has the lowest exact loss for this number of hours; with many hours it tends to {limit}.";
    TOO_WIDE = "The interval is too wide to tell. Simulate more students.";
    NOT_RULED_OUT = "The interval does not rule out that the hours are best shared in proportion to the weights. Simulate more students or more hours.";
}
