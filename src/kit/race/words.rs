//! Texts that several experiments share. They are about training distributions, and about the times that
//! these need to reach a target.

crate::texts! {
    // Training distributions.
    UNIFORM = "uniform";
    ALPHA = "α = {alpha}";
    THEN_UNIFORM = "α = {alpha}, then uniform";
    // Cells.
    MORE_THAN = "> {n}";
    LESS_THAN = "< {n}";
    NO_RUNS = "–";
    THEN_UNIFORM_CELL = "{alpha}, then uniform";
    SOLVED_OF = "{solved} of {runs}";
    // Axes and columns.
    EXPONENT = "exponent α of the training distribution";
    RATE = "learning rate";
    SAMPLES_TO_TARGET = "training samples to the target";
    ALPHA_COLUMN = r"training exponent $\alpha$";
    MEDIAN = "median of the runs";
    LOWER_QUARTILE = "lower quartile of the runs";
    UPPER_QUARTILE = "upper quartile of the runs";
    SOLVED = "reached the target";
    DIVERGED = "diverged";
    RATIO = "median of uniform training, divided by this median";
    BEST_RATE = "best learning rate";
    // Titles.
    TIMES = "Training samples to the target";
    TIMES_AGAINST_EXPONENT = "Training samples to the target, against the exponent";
    TIMES_AGAINST_RATE = "Training samples to the target, against the learning rate";
    TIMES_AT_BEST_RATES = "Training samples to the target, with the best learning rate of each training distribution";
    // Curves and places.
    RUN_DRAWS = "The run draws its results here.";
    AND_MORE = "and {more} more";
    NOT_YET = "not yet";
    CENSORED = "fewer than half reached the target";
    QUARTILES = "median and quartiles of the runs";
    QUARTILES_OF = "{training}: median and quartiles of the runs";
    SWITCHED_QUARTILES = "power law first, then uniform: median and quartiles of the runs";
    SWITCHED_CENSORED = "power law first, then uniform: fewer than half reached the target";
    EDGE = "edge of stability";
    EDGE_OF = "edge of stability, {training}";
    ASKED_RATE = "your learning rate";
    BUDGET = "budget of samples";
    // Numbers of samples in an answer.
    SAMPLES = "{n}";
    OVER = "over {n}";
    // Answers of a race.
    RACE_WILL_SHOW = "The run will show whether uniform training or a power law reaches the target in fewer samples.";
    RUN_WILL_SHOW = "The run will show how many samples training needs to reach the target.";
    UNIFORM_SLOWER = "Uniform training needs {ratio} times the samples of a power law: {slow} against {fast}.";
    UNIFORM_SLOWER_AT_LEAST = "Uniform training needs more than {ratio} times the samples of a power law: over {slow} against {fast}.";
    UNIFORM_FASTER = "Uniform training wins: it needs {slow} samples, a power law {fast}.";
    UNIFORM_FASTEST = "Uniform training wins: it needs {slow} samples, the best power law (exponent {alpha}) {fast}.";
    MIDDLE_EXPONENT = "The exponent {alpha} is fastest: it needs {fast} samples, and uniform training {slow}.";
    CANNOT_TELL = "These runs cannot tell which is faster: uniform training needs {slow} samples, a power law {fast}.";
    NONE_ARRIVED = "Fewer than half of the runs reached the target within {budget} samples, whatever they trained on.";
    UNIFORM_ALONE = "Uniform training needs {slow} samples; no power law was compared with it.";
    POWER_LAW_ALONE = "The power law with exponent {alpha} needs {fast} samples; uniform training was not compared.";
    FASTEST_POWER_LAW = "Of {laws} power laws the one with exponent {alpha} is fastest: it needs {fast} samples.";
    UNIFORM_SLOWER_AT_BEST_RATES = "Even at its best learning rate uniform training needs {ratio} times the samples of a power law: {slow} against {fast}.";
    UNIFORM_FASTER_AT_BEST_RATES = "At the best learning rates uniform training wins: it needs {slow} samples, a power law {fast}.";
    CANNOT_TELL_AT_BEST_RATES = "At the best learning rates the runs cannot tell which is faster: uniform training needs {slow} samples, a power law {fast}.";
    // Verdict of a race at one learning rate.
    POWER_LAW_WINS = "Hypothesis: a power law reaches the target in fewer samples than uniform training. The median number of samples with uniform training, divided by the median with the best power law, is then above 1. Ratio of the medians";
    UNIFORM_WINS = "Hypothesis: uniform training reaches the target in no more samples than a power law. The median number of samples with uniform training, divided by the median with the best power law, is then at most 1. Ratio of the medians";
    POWER_LAW_WINS_AT_LEAST = "Hypothesis: a power law reaches the target in fewer samples than uniform training. The median number of samples with uniform training, divided by the median with the best power law, is then above 1. Lower bound on the ratio of the medians";
    UNIFORM_WINS_AT_LEAST = "Hypothesis: uniform training reaches the target in no more samples than a power law. The median number of samples with uniform training, divided by the median with the best power law, is then at most 1. Lower bound on the ratio of the medians";
    POWER_LAW_WINS_AT_MOST = "Hypothesis: a power law reaches the target in fewer samples than uniform training. The median number of samples with uniform training, divided by the median with the best power law, is then above 1. Upper bound on the ratio of the medians";
    UNIFORM_WINS_AT_MOST = "Hypothesis: uniform training reaches the target in no more samples than a power law. The median number of samples with uniform training, divided by the median with the best power law, is then at most 1. Upper bound on the ratio of the medians";
    MEDIANS = r"Half of the runs reached the target within {slow} samples with uniform training, and within {fast} samples with the best power law, $\alpha$ = {alpha}.";
    UNIFORM_CUT_OFF = r"Half of the runs reached the target within {fast} samples with the best power law, $\alpha$ = {alpha}, but fewer than half within {budget} samples with uniform training. The ratio of the two medians in these runs is therefore above {ratio}. The interval of the ratio also allows for chance in the runs.";
    POWER_LAWS_CUT_OFF = "Half of the runs reached the target within {slow} samples with uniform training, but fewer than half within {budget} samples with each power law. The ratio of the two medians in these runs is therefore below {ratio}. The interval of the ratio also allows for chance in the runs.";
    ALL_CUT_OFF = "Fewer than half of the runs reached the target within {budget} samples, both with uniform training and with each power law, so no ratio can be measured.";
    SOME_DIVERGED = "{runs} {runs:run|runs} diverged. A run that diverges counts as never reaching the target.";
    // Verdict on runs that change their training distribution.
    SWITCH_WINS = "Hypothesis: runs that begin with a power law and later change to the uniform distribution need fewer samples than runs that keep the power law. The median number of samples with the power law alone, divided by the median with the change, is then above 1. Ratio of the medians";
    SWITCH_MEDIANS = r"Median number of samples: {alone} with the power law $\alpha$ = {alpha} alone, {both} with the change.";
    SWITCH_OPEN = "The interval of the ratio contains 1, so it does not show whether the change helps. More runs may decide.";
    // Verdict of a race at the best learning rates.
    POWER_LAW_WINS_AT_BEST_RATES = "Hypothesis: a power law reaches the target in fewer samples than uniform training, if each distribution has its own best learning rate. The median number of samples with uniform training, divided by the median with the best power law, is then above 1. Ratio of the medians";
    UNIFORM_WINS_AT_BEST_RATES = "Hypothesis: uniform training reaches the target in no more samples than a power law, if each distribution has its own best learning rate. The median number of samples with uniform training, divided by the median with the best power law, is then at most 1. Ratio of the medians";
    BEST_RATES = r"Of the {tried} learning rates, {uniform} is best for uniform training and {power} for the power law $\alpha$ = {alpha}.";
    NO_RATE = "At none of the learning rates did half of the runs reach the target within the budget.";
    HOLDS_ONE = "The interval of the ratio contains 1, so it does not show which distribution is faster. Simulate more runs to decide.";
    NO_RATIO = "No ratio can be measured. With uniform training, or with every power law, fewer than half of the runs reached the target within the budget of samples at each learning rate.";
}
