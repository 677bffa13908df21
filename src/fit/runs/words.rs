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
    RECIPE = "name of the recipe";
    WEIGHT = "weight";
    // How each input is read.
    INPUT = "{symbol} = {formula}";
    LOSS_FROM = "loss = {formula}";
    WEIGHT_FROM = "weight = `{column}`";
    COLUMN = "`{column}`";
    IN_UNITS = "`{column}` × {unit}";
    TIMES = "{first} × {second}";
    OVER = "{above} / {below}";
    OVER_PRODUCT = "{above} / ({below})";
    OVER_SIX = "{above} / (6 × {below})";
    // Which column is what.
    NO_INPUT = "no column holds the {input}: name one, as `{role}:HEADING` in `columns` or `--{role} HEADING` of the command `fit`; the columns are {columns}";
    ALIKE = "column `{column}` holds only the number {value}, so the runs do not show how the loss depends on it";
    NO_X = "no column holds x: name one, as `x:HEADING` in `columns` or `--x HEADING` of the command `fit`; the columns are {columns}";
    X_OPEN = "nothing says which column is x, which could be {columns}: name it, as `x:HEADING` in `columns` or `--x HEADING` of the command `fit`";
    MARKS = "decimal:comma or decimal:point";
    ROLES = "role:heading, with roles {roles}";
    UNITS = "role.unit:UNIT with 1, k, M, B or T, for x, params, tokens, unique or flops";
    IN_COLUMNS = "`columns`: {problem}";
    TWO_ROLES = "column `{column}` cannot be both the {first} and the {second}: choose another column for one of them";
    RIVALS = "columns {columns} may each be the {role}: say which column is the {role}, as `{short}:HEADING` in `columns` or `--{short} HEADING` of the command `fit`";
    DOUBT = "column `{column}` may be the {role}, but its heading says something else: say which column is the {role}, as `{short}:HEADING` in `columns` or `--{short} HEADING` of the command `fit`";
    DOUBT_WORD = "column `{column}` may be the {role}, but its heading says `{word}` too: say which column is the {role}, as `{short}:HEADING` in `columns` or `--{short} HEADING` of the command `fit`";
    LOSS_AS_IT_IS = "The heading of column `{column}` says `{word}`: the law is fitted to its numbers as they are.";
    NOT_THE_LOSS = "the heading of column `{column}` says `{word}`, but the loss itself is needed: convert the column, say which column is the loss, or rename it";
    LOGARITHMS = "the heading of column `{column}` says `{word}`, but the {role}, not their logarithms, are needed: convert the column, or, if it does not hold logarithms, set the unit of {role} (1, k, M, B or T), as `{short}.unit:M` in `columns` or `--unit {short}=M` of the command `fit`";
    STRANGE_UNIT = "the heading of column `{column}` says `{word}`, which is not read as a unit of {role}: rename the column, or set the unit of {role} (1, k, M, B or T), as `{short}.unit:M` in `columns` or `--unit {short}=M` of the command `fit`";
    MIXED = "column `{column}` holds `{scaled}` on line {scaled_line}, with a suffix, and {bare} on line {bare_line}, without one: for the cells without a suffix, set the unit of {role} (1, k, M, B or T), as `{short}.unit:M` in `columns` or `--unit {short}=M` of the command `fit`";
    LETTER = "The last letter of the heading `{column}` is not read as a unit of {role}: if it is one, set the unit, as `{short}.unit:{letter}` in `columns` or `--unit {short}={letter}` of the command `fit`.";
    DAYS = "Column `{column}` counts operations per second times days: 1 stands for {unit} operations.";
    SUFFIXES = "In column `{column}`, a number with its own suffix, such as `{number}` on line {line}, is read with that suffix; the others are multiplied by {unit}.";
    PERCENT = "In column `{column}`, a percentage such as `{cell}` on line {line} is divided by 100.";
    // Cells.
    NO_NUMBERS = "column `{column}` holds no number";
    ALL_WORDS = "line {line} holds words in all columns that are read: if a second table begins there, keep only one table";
    NOT_NUMBER = "line {line}: column `{column}` holds `{cell}` where a number is needed";
    NOT_NUMBER_WHY = "line {line}: column `{column}` holds `{cell}` where a number is needed: {why}";
    NOT_NUMBER_HERE = "line {line}: column `{column}` holds `{cell}` where a number is needed; to leave such rows out, write `missing` in “leave out”, or `--exclude missing` of the command `fit`";
    NOT_MISSING = "line {line}: column `{column}` holds `{cell}` where a number is needed: {why}; the rule `missing` leaves out only rows whose cell holds no number at all";
    EMPTY_CELL = "line {line}: the cell of column `{column}` is empty; to leave such rows out, write `missing` in “leave out”, or `--exclude missing` of the command `fit`";
    NOT_FINITE = "line {line}: column `{column}` holds `{cell}`, which is not a finite number; to leave such rows out, write `missing` in “leave out”, or `--exclude missing` of the command `fit`";
    NO_FINITE = "line {line}: column `{column}` holds no finite number; to leave such rows out, write `missing` in “leave out”, or `--exclude missing` of the command `fit`";
    MAYBE_SIZE = "column `{column}`, with numbers up to {most}, is guessed to hold the weights of the rows, but may be a size: say which column is the weight, as `weight:HEADING` in `columns` or `--weight HEADING` of the command `fit`, or that none is, as `weight:-` or `--weight none`";
    WEIGHT_ABOVE_0 = "line {line}: the weight in column `{column}` must be a number above 0";
    // Decimal marks.
    BOTH_MARKS = "column `{column}` can only be read with a decimal point on line {point}, and only with a decimal comma on line {comma}: write all of its numbers alike";
    OPEN_MARK = "line {line}: nothing in the columns of the fit says whether the mark in `{cell}` of column `{column}` separates thousands or decimals: set `decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` of the command `fit`";
    CONTRARY_MARKS = "line {line}: nothing shows whether the mark in `{cell}` of column `{column}` separates thousands or decimals, because the columns of the fit use both decimal points and decimal commas: set `decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` of the command `fit`";
    LOSS_OF_THOUSANDS = "line {line}: the loss `{cell}` is above a thousand if its comma separates thousands, as other columns suggest: set `decimal:comma` or `decimal:point` in `columns`, or `--decimal comma` or `--decimal point` of the command `fit`";
    // What is odd.
    WHOLE_LOSS = "the loss is guessed to be column `{column}`, which holds whole numbers, such as {loss}: say which column is the loss, as `loss:HEADING` in `columns` or `--loss HEADING` of the command `fit`";
    SHARES = "column `{column}` says that there are about {unique} unique tokens, each seen more than {epochs} times: if it holds shares, convert it, or set the unit of unique tokens (1, k, M, B or T), as `unique.unit:M` in `columns` or `--unit unique=M` of the command `fit`";
    SWAPPED = "columns `{parameters}` and `{tokens}` are guessed to be parameters and tokens, but that gives about {seen} tokens for about {size} parameters, less than a thousandth: say which column is which, as `params:HEADING` in `columns` or `--params HEADING` of the command `fit`, or set its unit, as `params.unit:M` or `--unit params=M`";
    BELOW_1 = "column `{column}` says that a run has {least} {role}: set the unit of {role} (1, k, M, B or T), as `{short}.unit:M` in `columns` or `--unit {short}=M` of the command `fit`";
    BEYOND_ALL = "column `{column}` holds about {middle} {role}, more than any run has had: set the unit of {role} (1, k, M, B or T), as `{short}.unit:M` in `columns` or `--unit {short}=M` of the command `fit`";
    BEYOND_ALL_IN_UNITS = "column `{column}` in units of {unit} holds about {middle} {role}, more than any run has had: set the unit of {role} (1, k, M, B or T), as `{short}.unit:M` in `columns` or `--unit {short}=M` of the command `fit`";
    UNLIKE = "Line {line} has {parameters} parameters and {tokens} tokens, unlike the other lines: check the units of its cells.";
    SMALL = "Models of about {parameters} parameters are small: if the column is in thousands, millions or billions, set its unit (k, M or B), as `params.unit:M` in `columns` or `--unit params=M` of the command `fit`; if it holds logarithms, convert it.";
    ODD_RATIO = "There are about {tokens} tokens for each parameter: if a column is in thousands, millions or billions, set its unit (k, M or B), as `tokens.unit:M` in `columns` or `--unit tokens=M` of the command `fit`.";
    NOT_SIX = "`{flops}` is about {ratio} times 6 × `{parameters}` × `{tokens}`, but operations are about $C = 6 N D$: a unit may be wrong, or a column is not what its heading says.";
    TOO_UNIQUE = "Line {line} has more unique tokens (`{unique}`, {count}) than tokens seen (`{tokens}`, {seen}).";
    NOT_PRODUCT = "`{tokens}` is about {ratio} times `{unique}` × `{epochs}`, but tokens seen are unique tokens times epochs: a column is not what its heading says.";
    FAR_OFF = "Line {line} has a loss of {loss}, more than {times} times the median, {middle}: if it marks a run that diverged, leave it out, as with `loss>{limit}` in `exclude` or `--exclude 'loss>{limit}'` of the command `fit`.";
    MORE_FAR_OFF = "Line {line} has a loss of {loss}, more than {times} times the median, {middle}, and {more} {more:other line has|other lines have} such a loss too: if they mark runs that diverged, leave them out, as with `loss>{limit}` in `exclude` or `--exclude 'loss>{limit}'` of the command `fit`.";
    // Rules that leave rows out.
    LARGEST = "largest=COUNT, where COUNT is how many rows with the largest losses to leave out, a whole number from 0";
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
    FEW_ROWS = "{rows} {rows:row is|rows are} too few for the law “{law}”: it takes {least}";
    CONSTANT = "all rows are alike in {input} ({value}), so they do not show how the loss depends on {input}";
    FEW_DIFFER = "only {kept} of {rows} {rows:row|rows} {kept:is|are} distinct, too few for the law “{law}”: it takes {least}; if equal rows are separate runs, name the runs in a column `run`";
    COPIES = "{copies} {copies:row equals|rows equal} another row in all columns that are read: equal rows count as one row. If they are separate runs, name the runs in a column `run`.";
    READS_NOTHING = "the law has no inputs";
}
