//! Texts of the errors of the command line.

scaling_lab::texts! {
    NO_READ = "cannot read {file}: {reason}";
    NO_WRITE = "cannot write {file}: {reason}";
    // What is allowed; follows "it takes".
    NAME_AND_VALUE = "name=value";
    ONE_VALUE = "one value: it is set twice";
    ROLE_AND_UNIT = "ROLE=UNIT, such as tokens=B";
    AT_LEAST_0 = "a number of at least 0";
    FOLDER = "a folder that exists";
}
