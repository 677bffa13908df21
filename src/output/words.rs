//! Words that every result shares.

crate::texts! {
    NOTHING = "With these settings nothing could be measured for it.";
    FEW_RUNS = "Fewer than {least} {least:run|runs} cannot tell at 99.9%.";
    ALIKE = "The runs are all alike, so they do not show how far off they may be.";
    // Units.
    SAMPLES = "samples";
    SKILLS = "skills";
    RUNS = "runs";
    TOKENS = "tokens";
    EPOCHS = "epochs";
}
