//! Texts about runs: how a table is read, what in it is implausible, and why no law can be fitted to it.

crate::texts! {
    // What a column holds.
    X = "x";
    PARAMETERS = "parameters";
    TOKENS = "tokens";
    UNIQUE_TOKENS = "unique tokens";
    EPOCHS = "epochs";
    OPERATIONS = "operations";
    LOSS = "loss";
    RUN = "name of the run";
    WEIGHT = "weight";
    // How each input is read.
    INPUT = "{symbol} = {formula}";
    LOSS_FROM = "loss = {formula}";
    WEIGHT_FROM = "weight = `{column}`";
    // Which column is what.
    COLUMN = "`{column}`";
    NO_INPUT = "no column is the {input}: name it, as `{role}:HEADING` in `columns` or `--{role} HEADING` on the command line; the columns are {columns}";
    X_OPEN = "the column of x is open, it could be {columns}: name it, as `x:HEADING` in `columns` or `--x HEADING` on the command line";
    MARKS = "decimal:comma or decimal:point";
    ROLES = "role:heading, with roles {roles}";
    UNITS = "role.unit:UNIT with 1, k, M, B or T, for x, params, tokens, unique or flops";
    IN_COLUMNS = "`columns`: {problem}";
    TWO_ROLES = "column `{column}` cannot be both the {first} and the {second}: choose another column for one of them";
    RIVALS = "columns {columns} may each be the {role}: say which column is the {role}";
    DOUBT = "column `{column}` may be the {role}, but its heading says something else: say which column is the {role}";
    DOUBT_WORD = "column `{column}` may be the {role}, but its heading says `{word}` too: say which column is the {role}";
    LOSS_AS_IT_IS = "The heading of column `{column}` says `{word}`: the law is fitted to its numbers as they are.";
    NOT_THE_LOSS = "the heading of column `{column}` says `{word}`, but the loss itself is needed: convert the column, say which column is the loss, or rename it";
    LOGARITHMS = "the heading of column `{column}` says `{word}`, but the {role}, not their logarithms, are needed: convert the column, or set its unit (1, k, M, B or T) if it holds none";
    STRANGE_UNIT = "the heading of column `{column}` says `{word}`, which is not read as a unit of {role}: set the unit of {role} (1, k, M, B or T), or rename the column";
    MIXED = "column `{column}` holds {scaled} on line {scaled_line} with a suffix and {bare} on line {bare_line} without: set the unit of {role} (1, k, M, B or T) for the cells without";
    LETTER = "The last letter of column `{column}` is not taken as a unit of {role}: if it is one, set it ({letter}).";
    DAYS = "Column `{column}` counts operations a second, kept up for a day: 1 stands for {unit} operations.";
    SUFFIXES = "In column `{column}`, numbers with a suffix of their own, such as {number} on line {line}, are read by it; the others are multiplied by {unit}.";
    // Cells.
    ALL_WORDS = "line {line} holds words in all columns that are read: if a second table begins there, keep only one table";
    NOT_NUMBER = "line {line}: column `{column}` holds `{cell}` where a number is needed";
    NOT_NUMBER_WHY = "line {line}: column `{column}` holds `{cell}` where a number is needed: {why}";
    NOT_NUMBER_HERE = "line {line}: column `{column}` holds `{cell}` where a number is needed; `exclude=missing` leaves such rows out";
    NOT_NUMBER_HERE_WHY = "line {line}: column `{column}` holds `{cell}` where a number is needed: {why}; `exclude=missing` leaves such rows out";
    NOT_MISSING = "line {line}: column `{column}` holds `{cell}` where a number is needed: {why}; `exclude=missing` leaves out only cells without a number";
    EMPTY_CELL = "line {line}: column `{column}` is empty; `exclude=missing` leaves such rows out";
    NOT_FINITE = "line {line}: column `{column}` holds `{cell}`, no finite number; `exclude=missing` leaves such rows out";
    NO_FINITE = "line {line}: column `{column}` holds no finite number; `exclude=missing` leaves such rows out";
    MAYBE_SIZE = "column `{column}`, with numbers up to {most}, is guessed to say how much a row counts, but may be a size: say which column is the weight, or that none is";
    WEIGHT_ABOVE_0 = "line {line}: the weight in column `{column}` must be a number above 0";
    // Decimal marks.
    BOTH_MARKS = "column `{column}` can only be read with a decimal point on line {point}, and only with a decimal comma on line {comma}: write all of its numbers alike";
    OPEN_MARK = "line {line}: nothing in the columns of the fit says whether the mark in `{cell}` of column `{column}` separates thousands or decimals: set `decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` on the command line";
    CONTRARY_MARKS = "line {line}: the columns of the fit have decimals with a point and with a comma, so nothing says whether the mark in `{cell}` of column `{column}` separates thousands or decimals: set `decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` on the command line";
    LOSS_OF_THOUSANDS = "line {line}: the loss `{cell}` is above a thousand if its comma separates thousands, as other columns suggest: set `decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` on the command line";
    // What is odd.
    WHOLE_LOSS = "the loss is guessed to be column `{column}`, which holds whole numbers, such as {loss}: say which column is the loss";
    SHARES = "column `{column}` says that there are about {unique} unique tokens, each seen more than {epochs} times: if it holds shares, convert it, or set the unit of unique tokens (1, k, M, B or T)";
    SWAPPED = "parameters are guessed to be column `{parameters}` and tokens column `{tokens}`, but about {seen} tokens are less than a thousandth of about {size} parameters: say which columns they are, or their unit (k, M, B or T)";
    BELOW_1 = "column `{column}` says that a run has {least} {role}: set the unit of {role} (1, k, M, B or T)";
    BEYOND_ALL = "column `{column}` holds about {middle} {role}, more than any run has had: set the unit of {role} (1, k, M, B or T)";
    BEYOND_ALL_IN_UNITS = "column `{column}` in units of {unit} holds about {middle} {role}, more than any run has had: set the unit of {role} (1, k, M, B or T)";
    UNLIKE = "Line {line} has {parameters} parameters and {tokens} tokens, unlike the other lines: check the units of its cells.";
    SMALL = "Models of about {parameters} parameters are small: if the column is in thousands, millions or billions, set its unit (k, M or B); if it holds logarithms, convert it.";
    ODD_RATIO = "There are about {tokens} tokens for each parameter: if a column is in thousands, millions or billions, set its unit (k, M or B).";
    NOT_SIX = "`{flops}` is about {ratio} times 6 `{parameters}` `{tokens}`, but operations are about $C = 6 N D$: a unit may be wrong, or a column is not what its heading says.";
    TOO_UNIQUE = "Line {line} has more unique tokens (`{unique}`, {count}) than tokens seen (`{tokens}`, {seen}).";
    NOT_PRODUCT = "`{tokens}` is about {ratio} times `{unique}` `{epochs}`, but tokens seen are unique tokens times epochs: a column is not what its heading says.";
    FAR_OFF = "Line {line} has a loss of {loss}, more than {times} times the middle one, {middle}: if it marks a run that diverged, leave it out, as with `exclude=loss>{limit}`.";
    MORE_FAR_OFF = "Line {line} has a loss of {loss} (as {more} {more:other line has|other lines have} a high one), more than {times} times the middle one, {middle}: if it marks a run that diverged, leave it out, as with `exclude=loss>{limit}`.";
    // Rules that leave rows out.
    LARGEST = "largest=COUNT, with a whole number from 0 of the largest losses";
    RULES = "`missing`, `largest=COUNT`, or `COLUMN<VALUE` with one of the signs `<`, `<=`, `>`, `>=`, `=` and `!=`";
    ORDERED = "a number after `<`, `<=`, `>` or `>=`";
    NO_ROW_MEETS = "No row meets `{rule}`: that rule leaves out nothing.";
    TWO_WAYS = "`{rule}` can be read in two ways, because column `{column}` counts in units of {unit}: write {in_units}, or {as_typed} for {value} itself";
    LEFT_OUT = "{problem} ({left} of {rows} {rows:row|rows} {left:is|are} left out)";
    // Rows.
    ON_LINE = "line {line}";
    IN_ROW = "row {row}";
    ABOVE_0 = "{place}: {input} must be above 0, not {value}";
    FROM_0 = "{place}: {input} must be at least 0, not {value}";
    LOSS_ABOVE_0 = "{place}: the loss is {loss}; it must be above 0";
    LOSS_NUMBER = "{place}: the loss is {loss}; it must be a number";
    FEW_ROWS = "{rows} {rows:row is|rows are} too few for law {law}: it takes {least}";
    CONSTANT = "every row has the same {input}, {value}, so nothing says how the loss depends on it";
    FEW_DIFFER = "only {kept} of {rows} {rows:row differs|rows differ}, too few for law {law}: it takes {least}; a column of runs tells equal rows apart";
    COPIES = "{copies} {copies:row equals|rows equal} another row in all columns that are read: equal rows count as one row. If they are separate runs, name the runs in a column `run`.";
    READS_NOTHING = "the law reads nothing";
}
