//! Texts that the experiments of this part share.

crate::texts! {
    // Axes and columns.
    SAMPLES = "training samples";
    EXACT = "sequences answered exactly";
    LOSS = "test loss in nats";
    PLACE = "place of the skill in the sequence";
    ATTENTION_SHARE = "share of the attention";
    NETWORK = "network";
    ALONG = "along the line from start (0) to end (1)";
    ACROSS = "across the line from start to end";
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
    RARE = "{rare} rare {rare:skill|skills}";
    ALL_RUNS = "mean over the networks";
    PATH = "path of the first network that trains on the power law";
    PATH_OF = "projected onto the plane";
    START = "start";
    END = "end";
    // Picture.
    HOW_CELLS_FILL = "Each cell is a network that is trained on this page. It is fuller the more test sequences it answers exactly.";
    SOLVED_OF = "{solved} of {networks} solved";
    HAS_SOLVED = "solved";
    NOT_SOLVED = "not solved";
    FIRST_NETWORKS = "cells of the first {shown} of {networks} networks";
    // Training distributions and networks in an answer.
    UNIFORM_DATA = "uniform data";
    A_LAW = "a power law (α = {alpha})";
    BEST_LAW = "the best power law (α = {alpha})";
    THE_NETWORK = "the network";
    SOME_NETWORKS = "{some} of {all} networks";
    // Answer.
    POWER_LAW_TEACHES = "With {law} {some} {networks:solves the task|solve the task. The median network does so} within {fast} samples. With uniform data {networks:the network does not solve|none solves} it within {budget}.";
    BOTH_TEACH = "With {law} the {networks:network|median network} solves the task within {fast} samples, or within {both} if it changes to uniform data. With uniform data {networks:it does not solve it|none solves it} within {budget}.";
    UNSOLVED = "Fewer than half of the networks solve the task within {budget} samples. {networks:A network|The median network} answers {power} of the test sequences exactly with the power law α = {alpha}, and {uniform} with uniform training.";
    ONLY_WITH_CHANGE = "Networks that change from the power law (α = {alpha}) to uniform data solve the task{networks:|, half of them} within {both} samples. {networks:The others do not solve|Fewer than half of the others solve} it within {budget}.";
    ALL_GUESS = "Fewer than half of the networks solve the task within {budget} samples. With each distribution the test loss stays at that of guessing. First try more steps or another learning rate.";
    ALL_ABOVE = "Fewer than half of the networks solve the task within {budget} samples. With each distribution the test loss stays at that of guessing or above. First try a smaller learning rate or more steps.";
    HAVE_DIVERGED = "{diverged} of {networks} networks diverged, the first within {samples} samples: the learning rate {rate} is too large.";
    HAVE_DIVERGED_WITH = "With {law} {some} {networks:diverged|diverged, the first} within {samples} samples: the learning rate {rate} is too large for {networks:it|them}.";
    // Verdicts.
    STAYS_FLAT = "After {samples} samples of uniform training, the test loss of each network is still that of guessing. Mean test loss";
    NOT_LONGER = "This holds for {samples} samples. With many more, uniform training may leave the plateau.";
    RANGE = "The lowest test loss of a network is {low}, and the highest is {high}. A loss within {flat} of that of guessing counts as equal to it.";
    NO_PLATEAU = "Uniform training has learned something: there is no plateau here, or it has ended.";
    ABOVE_GUESSING = "Some test losses are above that of guessing. Choose a smaller learning rate, or train for more steps.";
    NOTHING_LEARNED = "No test loss of a power law is below that of guessing either, so this run cannot tell whether uniform training stays behind. First try more steps or another learning rate.";
    HEAD_FIRST = "Sequences with few rare skills are answered first. Share of exact answers to sequences with few rare skills, minus the share to sequences with many, at the first checkpoint at which a network answers at least {least} of all test sequences exactly";
    RARE_HALF = "A skill is rare if it is in the less frequent half. In sequences with few rare skills, less than half of the skills are rare; in sequences with many, more than half.";
    NEVER_THERE = "With the best power law, too few networks ever answered {least} of the test sequences exactly. Train for more steps, or train more networks.";
    ONE_HOP = "A sequence of one skill composes nothing, so the order in which such sequences are learned says nothing about composition.";
    DIVERGED = "With uniform training {diverged} {diverged:network|networks} diverged. Choose a smaller learning rate.";
    // Values that are refused.
    FEWER = "at most {most} with these sizes, because the networks must fit into memory";
    MULTIPLE = "a multiple of {of} in its range";
}
