//! Texts that the experiments of this part share.

crate::texts! {
    // Axes and columns.
    SAMPLES = "training samples";
    EXACT = "sequences answered exactly";
    LOSS = "test loss in nats";
    PLACE = "place of the skill in the sequence";
    ATTENTION_SHARE = "share of the attention";
    NETWORK = "network";
    ALONG = "from the start (0) to the end (1)";
    ACROSS = "across this line";
    CLIPPED_TEST_LOSS = "test loss in nats, clipped";
    CLIPPED_TRAINING_LOSS = "training loss in nats, clipped";
    // Titles.
    ACCURACY = "Test sequences answered exactly";
    ACCURACY_OF_HOPS = "{hops} {hops:hop|hops}: test sequences answered exactly";
    TEST_LOSS = "Loss on test sequences";
    BY_RARE = "Exact answers by the number of rare skills (α = {alpha})";
    MAP = "Training samples until each network has solved the task";
    LANDSCAPE_OF_UNIFORM = "Landscape of the loss on uniform sequences";
    LANDSCAPE_OF_POWER_LAW = "Landscape of the loss on the power law (α = {alpha})";
    RUNS_THAT_SOLVE = "Networks that solve the task";
    ATTENTION = "Where the last skill looks, in the first network ({training})";
    // Curves and places.
    HEAD = "layer {layer}, head {head}";
    TEST_SEQUENCES = "mean over test sequences";
    UNIFORM = "uniform training: median and quartiles";
    POWER = "α = {alpha}: median and quartiles";
    POWER_THEN_UNIFORM = "α = {alpha}, then uniform: median and quartiles";
    BEFORE = "before training: the network guesses";
    GUESSING = "best blind guess: {share}";
    SOLVED = "solved: {share}";
    NONE_SOLVED = "No network has solved the task.";
    ALL_DIVERGED = "All networks have diverged.";
    FLAT = "guessing: {loss}";
    RARE = "{rare} rare";
    ALL_RUNS = "mean over the networks";
    PATH = "the first network that learns from the power law";
    PATH_OF = "path of training, projected onto the plane";
    START = "start";
    END = "end";
    // Picture.
    HOW_CELLS_FILL = "Each cell is a network that is trained on this page. It is fuller the more test sequences it answers exactly.";
    SOLVED_OF = "{solved} of {networks} solved";
    FIRST_NETWORKS = "cells of the first {shown} of {networks} networks";
    // Answer.
    A_LAW = "a power law (α = {alpha})";
    BEST_LAW = "the best power law (α = {alpha})";
    POWER_LAW_TEACHES = "With {law} {solved} of {networks} networks solve the task, the median network first within {fast} samples. With uniform data none solves it within {budget}.";
    BOTH_TEACH = "With {law} the median network first solves the task within {fast} samples, and within {both} if it changes to uniform data. With uniform data alone none solves it within {budget}.";
    UNSOLVED = "Fewer than half of the networks solve the task within {budget} samples. The median network answers {power} of the test sequences exactly with the power law α = {alpha}, and {uniform} with uniform training.";
    ONLY_WITH_CHANGE = "Networks that change from the power law (α = {alpha}) to uniform data solve the task, the median network within {both} samples. Fewer than half of the others solve it within {budget}.";
    HAVE_DIVERGED = "{diverged} of {networks} {networks:network|networks} diverged, the first within {samples} samples: the learning rate {rate} is too large.";
    // Verdicts.
    STAYS_FLAT = "After {samples} samples of uniform training, the test loss of each network is still that of guessing. Mean test loss";
    NOT_LONGER = "This holds for {samples} samples. With many more, uniform training may leave the plateau.";
    RANGE = "The test losses of {networks} {networks:network|networks} are between {low} and {high}. A loss within {flat} of that of guessing counts as equal to it.";
    NO_PLATEAU = "Uniform training has learned something: there is no plateau here, or it has ended.";
    ABOVE_GUESSING = "Some test losses are above that of guessing. Train for more steps, or choose a smaller learning rate.";
    NOTHING_LEARNED = "No power law has taught the networks anything within these samples either, so this run cannot tell whether uniform training stays behind.";
    HEAD_FIRST = "Sequences with few rare skills are answered first. Share of exact answers with few rare skills, minus that with many, at the first checkpoint at which a network answers at least {least} exactly";
    RARE_HALF = "A skill is rare if it is in the less frequent half. In sequences with few rare skills, less than half of the skills are rare; in sequences with many, more than half.";
    NEVER_THERE = "Too few networks reached this point with a power law. Train for more steps, or with more networks.";
    ONE_HOP = "A sequence of one skill has either no rare skill or only rare ones, so nothing is composed.";
    DIVERGED = "{diverged} {diverged:network|networks} diverged. Choose a smaller learning rate.";
    // Values that are refused.
    FEWER = "at most {most} with these sizes, because the networks must fit into memory";
    MULTIPLE = "a multiple of {of} in its range";
}
