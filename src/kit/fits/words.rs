//! Texts that all pages of fits share.

crate::texts! {
    // Errors.
    FIXED_NAMES = "NAME, NAME=VALUE or NAME=free, where NAME is one of {parameters}";
    FIXED_BETWEEN = "a number from {least} to {most} for {parameter}";
    FIXED_NUMBER = "a number for {parameter}";
    FIXED_TWICE = "`fixed` says both `{first}` and `{second}` of parameter {parameter}: keep one of them";
    // Whose parameters and curves.
    TRUTH = "truth of the simulation";
    TRUTH_OF = "truth of the simulation ({authors})";
    YOUR_BUDGET = "your budget";
    // Curves and points of the runs.
    FIT = "fit";
    RUNS = "runs";
    RUNS_OF_SIZE = "runs with N = {size}";
    FIT_OF_SIZE = "fit at N = {size}";
    RUNS_OF_UNIQUE = "runs with U = {unique}";
    FIT_OF_UNIQUE = "fit at U = {unique}, N = {size}";
    FRESH = "fresh tokens";
    BEST = "compute-optimal split";
    EQUAL_LOSS = "loss = {loss}";
    EQUAL_COMPUTE = "C = {compute} FLOPs";
    FITTED_RUNS = "all runs, predicted by the fit to all runs";
    LARGEST_RUNS = "largest runs, predicted by a fit to the smaller runs";
    EQUAL = "predicted = measured";
    RESIDUALS = "residuals";
    REFITS = "bootstrap refits";
    LOWEST = "lowest objective";
    LEVEL = "highest objective within the 95% interval";
    END = "end of the 95% interval";
    // Axes.
    LOSS = "loss";
    VALUE = "y";
    X = "x";
    PARAMETERS_N = "parameters N";
    TOKENS_D = "tokens D";
    EPOCHS = "epochs D/U";
    WORTH = "worth in epochs of fresh tokens";
    COMPUTE = "compute C = 6ND";
    RATIO = "tokens per parameter";
    PREDICTED = "predicted";
    MEASURED = "measured";
    LOG_RESIDUAL = "ln(predicted) − ln(measured)";
    PLAIN_RESIDUAL = "predicted − measured";
    SIZE_OF_RUN = "parameters times tokens";
    // Titles of figures.
    DATA = "Runs";
    DATA_AND_FIT = "Runs and fit";
    SIMULATED_DATA = "Simulated runs";
    SIMULATED_DATA_AND_FIT = "Simulated runs and fit";
    WORTH_OF_EPOCHS = "Worth of repeated epochs, in epochs of fresh tokens";
    CONTOURS = "Equal loss, equal compute, and the compute-optimal split";
    FRONTIER = "Compute-optimal tokens per parameter, for each budget";
    PREDICTED_AND_MEASURED = "Predicted and measured values of the runs";
    RESIDUALS_OF_FIT = "Residuals of the fit, for runs of each size";
    RIDGE = "Bootstrap refits: {first} and {second}, correlation {correlation}";
    PROFILE = "Profile of {parameter}: lowest objective with {parameter} held fixed";
    // Titles of tables.
    NOTES = "Notes on the runs and the fit";
    PARAMETERS = "Parameters, with 95% intervals of the bootstrap and of the profile. If an interval is open on a side, the table has no number for that end.";
    QUALITY = "Quality of the fit";
    DERIVED = "Quantities that follow from the fit, with 95% bootstrap intervals";
    NEVER_REACHED = "The fitted curve does not reach the target loss, however large its inputs are.";
    LAWS = "Laws fitted to the same runs. A law is better if its AICc (Akaike information criterion, corrected for few rows) is lower, and if it predicts the largest runs with a smaller error after a fit to the smaller runs.";
    MINIMA_MET = "Local minima of the objective, and how many starts ended in each";
    KNOWN = "Parameters from other sources, and the value of the objective at these parameters";
    EXCLUDED = "Lines of the table that rules leave out";
    // Columns.
    NOTE = "note";
    PARAMETER = "parameter";
    BOOTSTRAP_LOWER = "bootstrap, lower end";
    BOOTSTRAP_UPPER = "bootstrap, upper end";
    PROFILE_LOWER = "profile, lower end";
    PROFILE_UPPER = "profile, upper end";
    VERDICT = "verdict";
    MEANING = "meaning";
    QUANTITY = "quantity";
    NUMBER = "value";
    LOWER = "lower end";
    UPPER = "upper end";
    AS_PUBLISHED = "as published";
    LAW = "law";
    OBJECTIVE = "objective";
    LARGEST_ERROR = "error on the largest runs";
    LARGEST_BIAS = "bias on the largest runs";
    OUTCOME = "outcome";
    STARTS = "starts";
    SOURCE = "source";
    RULE = "rule";
    LINES = "number of lines";
    WHICH = "lines";
    // Cells.
    HELD = "held fixed";
    NOT_JUDGED = "not judged: there is no profile";
    THIS_LAW = "the law of this fit";
    LAW_FITTED = "fitted";
    LAW_FAILED = "not fitted: {reason}";
    OBJECTIVE_AT_FIT = "objective at the fit";
    R2 = "$R^2$";
    AICC = "AICc";
    ROWS = "rows";
    FREE_PARAMETERS = "free parameters";
    SEARCH = "how the search ended";
    STARTS_OF_SEARCH = "starts of the search";
    STARTS_MET = "starts that reached the lowest objective";
    EVALUATIONS = "evaluations of the law";
    LARGEST_ROWS = "rows in the test on the largest runs";
    LARGEST_SQUARE = "root mean square residual in the test on the largest runs";
    LARGEST_MEAN = "mean residual in the test on the largest runs";
    CONVERGED = "converged";
    ROUNDING = "converged up to rounding error";
    STEPS = "stopped at the step limit, so the lowest objective may not be reached";
    NO_VALUE = "stopped, because the law gives no finite number there";
    // Notes on the runs.
    SIMULATED = "The runs are simulated from the law, with noise. The parameters of the simulation are those of {source}.";
    COLUMNS = "Columns: {columns}.";
    EXCLUDE_UNUSED = "Rules that leave out rows apply to a table, so they have no effect on simulated runs.";
    ROWS_OF_RUNS = "The fit uses {rows} {rows:row|rows} from {runs} {runs:run|runs}.";
    LEFT_OUT = "Rules leave out {lines} {lines:line|lines} of the table.";
    FEW_ROWS = "With only {rows} {rows:row|rows} for {free} free {free:parameter|parameters}, the bootstrap does not resample rows. It draws new losses: the predictions of the fit plus normal noise. The intervals then assume that the law is right and that the rows are independent.";
    TOO_WIDE = "With fewer than two rows for each free parameter, the 95% intervals are wider than necessary: in simulations they contained the truth in up to 99% of the tables.";
    FEW_RUNS = "The bootstrap can resample whole runs only if there are at least {least}, but there {runs:is|are} only {runs}, so it resamples single rows. Rows of one run are nearly alike, so the intervals may be too narrow.";
    SAME_RATIO = "Parameters $N$ and tokens $D$ move together: the correlation of their logarithms is {correlation}, and all runs have the same or nearly the same number of tokens per parameter. The runs can hardly tell the effect of $N$ from that of $D$. Add runs that change one and keep the other fixed.";
    SAME_COMPUTE = "Parameters $N$ and tokens $D$ move together: the correlation of their logarithms is {correlation}, and all runs have the same or nearly the same compute budget. The runs can hardly tell the effect of $N$ from that of $D$. Add runs that change one and keep the other fixed.";
    SAME_EPOCHS = "Tokens $D$ and unique tokens $U$ move together: the correlation of their logarithms is {correlation}, and all runs have the same or nearly the same number of epochs. The runs can hardly tell the effect of $D$ from that of $U$. Add runs that change one and keep the other fixed.";
    SAME_QUOTIENT = "{first} and {second} move together: the correlation of their logarithms is {correlation}, and the ratio of the two is the same or nearly the same in all runs. The runs can hardly tell the effect of {first} from that of {second}. Add runs that change one and keep the other fixed.";
    SAME_PRODUCT = "{first} and {second} move together: the correlation of their logarithms is {correlation}, and the product of the two is the same or nearly the same in all runs. The runs can hardly tell the effect of {first} from that of {second}. Add runs that change one and keep the other fixed.";
    // Notes on the fit.
    TRADE_OFF = "{first} and {second} trade off: in the fits to bootstrap resamples their correlation is {correlation}, so the pair is known better than either parameter alone.";
    NEITHER = "Neither {first} nor {second} is known well by itself.";
    NO_INTERVAL = "There is no interval for {parameter}, because the residuals do not show how large the noise is.";
    STOPPED = "The runs hardly determine {parameter}: its profile interval would be wider if the search let {other} leave its allowed range.";
    BETTER_FOUND = "While {parameter} was held fixed, a better fit was found, with objective {objective}.";
    PRESSED = "{parameter} is at {bound}, the end of its allowed range. Beyond this end the fit would be better, so the other parameters depend on where the range ends. Use another unit for the inputs, or hold a parameter fixed.";
    AT_BOUND = "{parameter} is at {bound}, the end of its allowed range. Beyond this end the fit would be no better.";
    MINIMA = "The search found {minima} local minima of the objective. {met} of {starts} {starts:start|starts} reached the lowest objective, up to rounding.";
    NOT_SURE = "The fit may not be the lowest minimum, because only {met} of {starts} {starts:start|starts} reached its objective. Add more runs, or hold a parameter fixed.";
    NOT_THE_ONLY = "The fit is not the only one: {others} other local {others:minimum fits|minima fit} about as well. The next lowest objective is {rise} higher than that of the fit. Add runs of another kind to decide.";
    NEARLY_AS_LOW = "The fit is not the only one: {others} other local {others:minimum fits|minima fit} about as well. The next lowest objective is less than 0.001% higher than that of the fit. Add runs of another kind to decide.";
    FLAT = "The fit is not the only one: some combination of the parameters has no effect on these runs, so other values fit equally well. Hold a parameter fixed, or add runs of another kind.";
    TOO_SMALL = "A model of {size} parameters does not reach the target loss, {loss}, however many tokens it sees.";
    BEYOND = "At the budget of {compute} FLOPs the compute-optimal loss is {loss}, higher than the highest loss of the runs, {worst}. The budget may lie far below the compute of the runs, the unique tokens may be too few, or a unit may be wrong.";
    FAR_OFF = "Line {line} lies far from the fit: its loss is {measured}, the law gives {predicted}, and its residual is {ratio} times the median residual. Check the cells of this line, or leave it out.";
    MORE_FAR_OFF = "Besides line {line}, {others} more {others:line has a residual|lines have residuals} of more than {factor} times the median residual.";
    // Verdicts.
    COULD_COME = r"Hypothesis: the runs come from the parameters of {source}. Objective at these parameters minus objective at the fit, scaled by the noise to a chi-squared ($\chi^2$) statistic";
    LIMIT = "The upper limit is for a fit with {free} free {free:parameter|parameters}. If the hypothesis is true, the statistic stays below the limit in 999 of 1000 sets of runs.";
    NOT_RULED_OUT = "The runs allow these parameters, but may also allow very different ones, because the profiles do not show that every parameter is determined. Add more runs, or runs with less noise, to decide.";
    NO_PROFILES = "The runs allow these parameters, but may also allow very different ones: only profiles show whether every parameter is determined. Compute the profiles to decide.";
}
