//! Texts that the results of all experiments share.

crate::texts! {
    NOTHING = "With these settings nothing could be measured here.";
    FEW_RUNS = "With fewer than {least} {least:run|runs} there is no verdict at the 99.9% confidence level.";
    ALIKE = "All runs gave the same value, so they do not show how large its error is.";
}
