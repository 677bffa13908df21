//! Units of axes, columns and verdicts.

crate::texts! {
    PERCENT = "%";
    EPOCHS = "epochs";
    FACTS = "facts";
    FLOPS = "FLOPs";
    RUNS = "runs";
    SAMPLES = "samples";
    SKILLS = "skills";
    TOKENS = "tokens";
}
