//! Texts of the errors of the command line.

scaling_lab::texts! {
    NO_READ = "cannot read {file}: {reason}";
    NO_WRITE = "cannot write {file}: {reason}";
    SET_TWICE = "parameter `{parameter}` is set twice";
    // What is allowed; follows "it takes".
    NAME_AND_VALUE = "name=value";
    ROLE_AND_UNIT = "ROLE=UNIT, where ROLE is x, params, tokens, unique or flops and UNIT is 1, k, M, B or T";
    AT_LEAST_0 = "a number of at least 0";
    FOLDER = "a folder that exists";
    WEB_ADDRESS = "an address that begins with https:// or http://";
    NO_SCRIPT = "there is no script {file} that draws posters; `./build.sh dist` makes dist/poster.mjs";
    NO_NODE = "Node.js draws posters, and the program `node` did not start: {reason}";
    NO_POSTER = "there is no poster: {reason}";
}
