//! Texts that several experiments of this part share.

crate::texts! {
    // Axes and columns.
    WIDTH = "width (number of features)";
    LOSS = "loss on new data";
    DECAY = "weight decay";
    THEIR_LOSS = "validation loss";
    QUANTITY = "quantity";
    PRINTED = "printed";
    RECOMPUTED = "recomputed";
    HOW = "how";
    // How values were found.
    BY_THEORY = "closed form";
    BY_TRAINING = "trained";
    TRAINED_POINTS = "trained models, mean and 99.9% interval";
    // Beginnings of answers.
    BY_PREDICTION = "Theory over {draws} data {draws:draw|draws}";
    BY_MEASUREMENT = "Measured on {draws} data draws";
    // Verdicts.
    OTHER_DRAWS = "The theoretical value is the mean of the closed form over other draws of the data, so it has an uncertainty of its own.";
    MORE_DRAWS = "The interval contains 0, so these draws of the data cannot tell. Train on more draws.";
    TOO_WIDE = "The interval is too wide to tell. Train on more draws.";
}
