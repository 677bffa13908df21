//! Units of axes, columns and verdicts.

crate::texts! {
    PERCENT = "%";
    ATOMS = "atoms";
    EPOCHS = "epochs";
    FLOPS = "FLOPs";
    RUNS = "runs";
    SAMPLES = "samples";
    SKILLS = "skills";
    TOKENS = "tokens";
}
