//! Texts that the results of all experiments share.

crate::texts! {
    NOTHING = "With these settings nothing could be measured here.";
    FEW_RUNS = "Fewer than {least} {least:run|runs} are too few to tell at 99.9%.";
    ALIKE = "All runs gave the same value, so they do not show how far off it may be.";
}
