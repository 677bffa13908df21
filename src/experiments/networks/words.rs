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
    NONE_SOLVED = "No network has solved the task yet.";
    FLAT = "guessing: {loss}";
    RARE = "{rare} of {skills} skills are rare";
    ALL_RUNS = "mean over the networks";
    PATH = "the first network that learns from the power law";
    PATH_OF = "its path, seen in the plane";
    START = "start";
    END = "end";
    // Picture.
    HOW_CELLS_FILL = "Each cell is a network that is trained on this page. It is fuller the more test sequences it answers exactly.";
    SOLVED_OF = "{solved} of {networks} solved";
    FIRST_NETWORKS = "cells of the first {shown} of {networks} networks";
    // Answer.
    POWER_LAW_TEACHES = "With a power law (α = {alpha}) {solved} of {networks} networks solve the task, the median network within {fast} samples. With uniform data none solves it within {budget}.";
    UNSOLVED = "Not solved within {budget} samples. The median network answers {power} of the test sequences exactly with the power law α = {alpha}, and {uniform} with uniform training.";
    HAVE_DIVERGED = "{diverged} of {networks} {networks:network|networks} diverged after about {samples} samples: the learning rate {rate} is too large.";
    // Verdicts.
    STAYS_FLAT = "After {samples} samples of uniform training, the test loss of each network is still that of guessing. Mean test loss";
    NOT_LONGER = "This holds for {samples} samples. With many more, uniform training may leave the plateau.";
    RANGE = "The test losses of {networks} {networks:network|networks} are between {low} and {high}. A loss within {flat} of that of guessing counts as equal to it.";
    NO_PLATEAU = "Uniform training has learned something: there is no plateau here, or it has ended.";
    ABOVE_GUESSING = "Some losses are above that of guessing. Choose a smaller learning rate.";
    HEAD_FIRST = "Sequences of frequent skills are answered first. Share of exact answers to sequences with few rare skills, minus that to sequences with many, when a network first answers {least} of all sequences exactly";
    RARE_HALF = "A skill is rare if it is in the less frequent half. In sequences with few rare skills, less than half of the skills are rare; in sequences with many, more than half.";
    NEVER_THERE = "Too few networks reached this point with a power law. Train for more steps, or with more networks.";
    ONE_HOP = "A sequence of one skill has either no rare skill or only rare ones, so nothing is composed.";
    DIVERGED = "{diverged} {diverged:network|networks} diverged. Choose a smaller learning rate.";
    // Values that are refused.
    MULTIPLE = "a multiple of {of} in its range";
}
