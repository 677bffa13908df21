//! Texts about tables: why a file cannot be read, and what was skipped in it.

crate::texts! {
    // Files that are no text.
    WORKBOOK = "the file is a workbook (XLSX) or an archive: save the sheet as CSV";
    OLD_WORKBOOK = "the file is a workbook (XLS): save the sheet as CSV";
    PARQUET = "the file is a Parquet file: save the table as CSV";
    COMPRESSED = "the file is compressed: unpack it first";
    NOT_TEXT = "the table is not plain text: save it as CSV in UTF-8";
    HTML = "the table is written as HTML or XML: save or copy it as CSV";
    LATEX = "the table is written for LaTeX: replace & by commas or tabs and delete the commands, or save it as CSV";
    // Limits.
    TOO_LARGE = "the table is larger than {most} MB, which is the limit";
    TOO_MANY_ROWS = "the table has more than {most} rows, which is the limit";
    TOO_MANY_COLUMNS = "the table has more than {most} columns, which is the limit";
    TOO_MANY_CELLS = "the table has more than {millions} million cells, which is the limit: keep the columns of sizes, losses and runs, or fewer rows";
    TOO_MANY_WORDS = "the table has more than {millions} million different words, which is the limit: leave out columns that no fit needs";
    // Rows and headings.
    EMPTY = "the table is empty: its first line must name the columns";
    NO_ROWS = "the table has no rows below its first line";
    NO_COLUMN = "there is no column `{column}`; the columns are {columns}";
    ONE_COLUMN = "line {line} names only one column, `{column}`: separate columns by commas, tabs, semicolons, bars or spaces";
    NUMBERS_FIRST = "line {line} holds numbers: the first line must name the columns";
    NAMED_TWICE = "line {line}: columns {first} and {second} are both called `{column}`";
    UNEVEN = "line {line} has {cells} {cells:cell|cells} where the first line has {wide}";
    UNEVEN_QUOTE = "line {line} has {cells} {cells:cell|cells} where the first line has {wide}; the quoted cell that begins with `{begins}` on line {from} ends on line {to}: is a closing quote missing?";
    UNEVEN_THOUSANDS = "line {line} has {cells} {cells:cell|cells} where the first line has {wide}; a number with commas between thousands needs quotes around it, or the columns need semicolons or tabs between them";
    UNEVEN_COMMAS = "line {line} has {cells} {cells:cell|cells} where the first line has {wide}; a number that contains commas needs quotes around it, or the columns need semicolons or tabs between them";
    UNEVEN_DECIMALS = "line {line} has {cells} {cells:cell|cells} where the first line has {wide}; with decimal commas, the columns need semicolons or tabs between them";
    // Quotes.
    NEVER_CLOSED = "line {line}: the quote before `{begins}` is never closed";
    AFTER_QUOTE = "line {line}: `{after}` follows the closing quote of the cell that begins with `{begins}`: is a quote missing before or after it?";
    AFTER_LONG_QUOTE = "line {line}: `{after}` follows the closing quote of the cell that begins with `{begins}` on line {from}: is a quote missing before or after it?";
    HOLDS_ROWS = "the quoted cell that begins with `{begins}` on line {from} ends only on line {to} and holds what look like rows: is a closing quote missing?";
    // Skipped lines and columns.
    TITLE = "Line {line}, `{title}`, was skipped as a title above the headings.";
    COMMENT = "Line {line} begins with #, // or %, so it was skipped as a comment, but it has as many cells as a row. If it is a row, put its first cell in quotes.";
    COMMENTS = "Lines {lines} begin with #, // or %, so they were skipped as comments, but they have as many cells as a row. If they are rows, put their first cells in quotes.";
    MANY_COMMENTS = "Lines {lines} and {more} {more:other|others} begin with #, // or %, so they were skipped as comments, but they have as many cells as a row. If they are rows, put their first cells in quotes.";
    COLUMNS_OF_USE = "The table has {wide} columns and more than {millions} million cells, which is the limit. Only the {kept} columns whose headings name a size, a loss, a weight or a run are kept: {columns}.";
    // What is no table, or a table of another form.
    TABS = "tabs";
    SEMICOLONS = "semicolons";
    BARS = "bars";
    COMMAS = "commas";
    SPACES = "spaces";
    OTHER_SEPARATOR = "line {first} says that `{said}` separates the columns, but {separators} separate them on line {line}: delete line {first}, or correct it";
    QUOTED_LINE = "line {line} stands in quotes as a whole, so it is one cell: delete the quotes around whole lines";
    TWO_SEPARATORS = "{above} separate the columns on line {line}, but {below} on line {next}: use one of them on all lines";
    CUT_BY_SPACE = "line {line}: `{cell}` is read as two cells, because spaces separate the columns here: write it without a space, as `{whole}`, or put tabs between the columns";
    CUT_AND_UNREAD = "line {line}: `{cell}` is read as two cells, because spaces separate the columns here, and as one cell it cannot be read either: {why}";
    UNNAMED_FIRST = "every row has one cell more than line {line} has headings, because rows begin with `{cell}`: put a heading such as `run` before the others";
    TITLE_LINE = "line {line} looks like a title above the headings, which are on line {headings}: delete it, or begin it with #";
    TITLE_LINES = "lines {first} to {last} look like a title above the headings, which are on line {headings}: delete them, or begin them with #";
    ON_ITS_SIDE = "the table lies on its side, because its first column holds the names of columns, such as the loss: swap rows and columns (transpose), so that each row is a run";
    GRID = "the table is a grid, with sizes on line {line} and in the first column: write one row for each cell, with columns such as params, tokens and loss";
    MAYBE_GRID = "line {line} holds numbers where the names of the columns belong: add a line of headings above it; if the table is a grid, write one row for each of its cells";
    HEADINGS_BELOW = "line {line} looks like the headings of the table: delete the lines above line {line}, or begin them with #";
    UNITS = "line {line} looks like units: write them in the headings, as in `{column} ({unit})`, and delete the line";
    SUMMARY_FIRST = "line {line} looks like a summary of the other rows, because column `{column}` holds `{word}` there: delete it, or rename a run that is called so";
    SUMMARY = "line {line} looks like a summary of the rows above, because column `{column}` holds `{word}` there: delete it, or rename a run that is called so";
    SUMMARIES = "lines {first} to {last} look like summaries of the rows above, because column `{column}` holds `{word}` there: delete them, or rename a run that is called so";
    // Cells that are nearly numbers.
    ABOUT = "a number marked as approximate is not read; write the number alone";
    BOUND = "a bound is not a number; write the number alone";
    SIGN_BEFORE = "`{sign}` before a number is not read; write the number alone";
    SIGN_AFTER = "`{sign}` after a number is not read; write the number alone";
    WITH_ERROR = "a number with its error is not read; write the number alone, and its error in a column of its own";
    NO_UNIT = "`{word}` is not read as a unit; write the number out, as in 7e7, or with k, M, B or T";
    // JSON.
    JSON_EMPTY = "the JSON holds no values: {expected}";
    JSON_CUT = "line {line}: the file ends before its last JSON object does: is a part of it missing?";
    NO_JSON = "line {line}: from `{rest}` on, this is not valid JSON";
    TWO_VALUES = "line {line}: an object has two values that are both called `{name}`";
    JSON_EXPECTED = "write one object for each run, all in a list or one per line, such as {example}";
    JSON_TOO_LARGE = "the JSON holds more than {millions} million values, which is the limit where values are nested like this: write one object for each run on a line, or CSV";
    JSON_UNEVEN = "line {line}: a list of the JSON has {values} {values:value|values}, but there are {headings} headings";
    JSON_VALUES = "the JSON is a list of values: {expected}";
    JSON_UNNAMED = "the first list of the JSON names no columns: put the headings there, or {expected}";
    JSON_NAMED_TWICE = "two columns of the JSON are both called `{column}`";
    JSON_OBJECT_IN_DATA = "line {line}: `data` of the JSON holds an object where `columns` asks for a list";
    JSON_VALUE_IN_DATA = "`data` of the JSON holds a value where `columns` asks for a list of lists";
    JSON_TWO_LISTS = "the JSON holds several lists of objects, `{first}` and `{second}`: keep the list of the runs";
    JSON_OBJECT = "the JSON is one object that holds {names}: {expected}";
    JSON_LENGTHS = "the lists of the JSON differ in length: `{first}` has {length} {length:value|values} and `{second}` has {other}";
    JSON_EITHER_WAY = "the JSON is an object of objects, and neither their names, such as `{outer}`, nor the names in them, such as `{inner}`, show which are the columns: {expected}";
}
