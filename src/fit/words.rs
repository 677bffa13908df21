//! Texts of the fits: errors, objectives, and sentences about how well the runs determine a parameter.

crate::texts! {
    // Errors.
    NO_LAW = "there is no law `{law}`; the laws are {laws}";
    NO_PARAMETER = "law `{law}` has no parameter `{parameter}`; its parameters are {parameters}";
    BETWEEN = "a number from {least} to {most}";
    ALL_HELD = "every parameter of the law is held fixed, so nothing is left to fit";
    NO_VALUE = "the law gives no finite number for these runs; check which column holds which quantity";
    // What a fit minimises.
    ABSOLUTE_LOG = "The fit minimises the sum of the absolute residuals of the logarithm of the loss.";
    SQUARED_LOG = "The fit minimises half the sum of the squared residuals of the logarithm of the loss.";
    HUBER_LOG = r"The fit minimises the sum of Huber's function, with $\delta$ = {delta}, of the residuals of the logarithm of the loss.";
    ABSOLUTE = "The fit minimises the sum of the absolute residuals of the loss.";
    SQUARED = "The fit minimises half the sum of the squared residuals of the loss.";
    HUBER = r"The fit minimises the sum of Huber's function, with $\delta$ = {delta}, of the residuals of the loss.";
    // What the runs say about a parameter.
    DETERMINED = "The runs determine {parameter}: the ends of its 95% intervals differ by a factor of at most {factor}.";
    DETERMINED_BY_PROFILE = "The runs determine {parameter}, judged by the profile alone: the ends of its 95% profile interval differ by a factor of {factor}.";
    DETERMINED_WELL = "The runs determine {parameter}: the ends of its 95% intervals differ by less than 1%.";
    DETERMINED_WELL_BY_PROFILE = "The runs determine {parameter}, judged by the profile alone: the ends of its 95% profile interval differ by less than 1%.";
    NO_UPPER_BOUND = "The runs give no upper bound on {parameter}: arbitrarily large values fit almost as well.";
    NO_LOWER_BOUND = "The runs give no lower bound on {parameter}: arbitrarily small values fit almost as well.";
    NO_BOUND = "The runs do not determine {parameter}: all values fit almost as well.";
    WIDE_PROFILE = "The runs hardly determine {parameter}: the ends of its 95% profile interval differ by a factor of {factor}.";
    WIDE_BOOTSTRAP = "The runs hardly determine {parameter}: the ends of its 95% bootstrap interval differ by a factor of {factor}.";
    ZERO_IN_PROFILE = "The runs hardly determine {parameter}: its 95% profile interval contains 0.";
    ZERO_IN_BOOTSTRAP = "The runs hardly determine {parameter}: its 95% bootstrap interval contains 0.";
    OPEN_BOOTSTRAP = "The runs hardly determine {parameter}: its 95% bootstrap interval is open at one end.";
    // Why there are no intervals.
    FEW_ROWS = "With {rows} different {rows:row|rows} and {free} free {free:parameter|parameters}, the residuals do not show how large the noise is, so there are no intervals. Add more runs.";
    EXACT = "The fit goes through every row exactly, so the residuals do not show how large the noise is, and there are no intervals.";
    // What follows from a fit.
    OPTIMAL_PARAMETERS = "compute-optimal parameters";
    OPTIMAL_TOKENS = "compute-optimal tokens";
    OPTIMAL_RATIO = "compute-optimal tokens per parameter";
    OPTIMAL_LOSS = "loss at the compute-optimal split";
    OPTIMAL_EPOCHS = "epochs at the compute-optimal split";
    TOKENS_TO_TARGET = "tokens to reach the target loss";
    EPOCHS_TO_TARGET = "epochs to reach the target loss";
    X_TO_TARGET = "$x$ to reach the target loss";
    // Whose parameters they are.
    OWN_EXAMPLE = "the lab's own example";
}
