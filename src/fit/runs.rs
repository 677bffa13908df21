//! From a table to runs: which column is what, and which rows are left out.

use super::table::Table;
use super::{Data, Entry, Input, Objective, Role};
use crate::error::{Error, ErrorKind, Result};

/// Which column holds what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(Vec<(Role, usize)>);

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Loss,
        Self::X,
        Self::Params,
        Self::Tokens,
        Self::Unique,
        Self::Epochs,
        Self::Flops,
        Self::Run,
        Self::Weight,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Params => "params",
            Self::Tokens => "tokens",
            Self::Unique => "unique",
            Self::Epochs => "epochs",
            Self::Flops => "flops",
            Self::Loss => "loss",
            Self::Run => "run",
            Self::Weight => "weight",
        }
    }

    /// What it is, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::X => "x, for a law of one variable",
            Self::Params => "parameters N",
            Self::Tokens => "tokens seen D",
            Self::Unique => "unique tokens U",
            Self::Epochs => "epochs D/U",
            Self::Flops => "operations C = 6 N D",
            Self::Loss => "loss",
            Self::Run => "name of the run",
            Self::Weight => "weight",
        }
    }

    /// Headings that mean it, in small letters and digits, the surest first.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::X => &["x", "size", "samples", "steps", "step"],
            Self::Params => {
                &["params", "parameters", "n", "nparams", "numparams", "modelsize", "modelparams", "nonembeddingparams"]
            }
            Self::Tokens => {
                &["tokens", "d", "ntokens", "numtokens", "trainingtokens", "traintokens", "tokensseen", "datasetsize"]
            }
            Self::Unique => &["unique", "uniquetokens", "u", "uniquedata", "du", "ud"],
            Self::Epochs => &["epochs", "epoch", "nepochs", "numepochs", "passes"],
            Self::Flops => &["flops", "flop", "c", "compute", "trainingflops", "trainingflop", "trainflops"],
            Self::Loss => {
                &["loss", "valloss", "validationloss", "evalloss", "testloss", "finalloss", "l", "trainloss", "y"]
            }
            Self::Run => &["run", "runid", "runname", "id", "experiment", "name"],
            Self::Weight => &["weight", "weights"],
        }
    }
}

fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

impl Columns {
    /// What the headings suggest.
    pub fn guess(table: &Table) -> Self {
        let plain: Vec<String> = table.columns.iter().map(|column| plain(&column.name)).collect();
        let find = |heading: &&str| plain.iter().position(|name| name == heading);
        let found = Role::ALL.into_iter().filter_map(|role| {
            let column = role.headings().iter().find_map(find)?;
            Some((role, column))
        });
        Self(found.collect())
    }

    /// What the headings suggest, where `text` does not say otherwise: `loss:val_loss,params:#3,run:-`. A column is named
    /// by its heading or its place; - is none.
    ///
    /// # Errors
    /// There is no such role or column.
    pub fn read(text: &str, table: &Table) -> Result<Self> {
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        pairs.into_iter().try_fold(Self::guess(table), |columns, pair| {
            let (name, heading) = pair.split_once(':').unwrap_or((pair, ""));
            let role = Role::ALL.into_iter().find(|role| role.name() == name.trim()).ok_or_else(|| {
                let names: Vec<_> = Role::ALL.iter().map(|role| role.name()).collect();
                Error::parameter("columns", pair, &format!("role:heading, with roles {}", names.join(", ")))
            })?;
            let place = heading.strip_prefix('#').and_then(|place| place.parse::<usize>().ok());
            let column = match (heading, place) {
                ("-", _) => None,
                (_, Some(place)) if (1..=table.columns.len()).contains(&place) => Some(place - 1),
                _ => Some(table.find(heading).map_err(|e| Error::new(e.kind(), format!("`columns`: {e}")))?),
            };
            Ok(columns.with(role, column))
        })
    }

    /// The column of a role.
    pub fn get(&self, role: Role) -> Option<usize> {
        self.0.iter().find(|(r, _)| *r == role).map(|(_, column)| *column)
    }

    /// The same with a role at another column, or at none.
    pub fn with(mut self, role: Role, column: Option<usize>) -> Self {
        self.0.retain(|(r, _)| *r != role);
        self.0.extend(column.map(|column| (role, column)));
        self
    }
}

/// Which rows are left out.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Those without a number in a column that is needed.
    Missing,
    /// So many of the largest losses.
    Largest(usize),
    /// Those whose cell compares so with a value.
    Compare(String, Compare, String),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
    /// `!=`
    Other,
}

impl Rule {
    /// From `missing`, `largest=5`, `loss>6`, `family!=dense`.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(text: &str) -> Result<Self> {
        const SIGNS: [(&str, Compare); 6] = [
            ("<=", Compare::AtMost),
            (">=", Compare::AtLeast),
            ("!=", Compare::Other),
            ("<", Compare::Less),
            (">", Compare::More),
            ("=", Compare::Equal),
        ];
        if text.trim() == "missing" {
            return Ok(Self::Missing);
        }
        // The first sign that is there, the longer ones before those that begin them.
        let at = text.find(['<', '>', '=', '!']);
        let found = at.and_then(|at| SIGNS.iter().find_map(|(sign, c)| Some((at, *c, text[at..].strip_prefix(sign)?))));
        match found.map(|(at, compare, value)| (text[..at].trim(), compare, value.trim())) {
            Some(("largest", Compare::Equal, count)) if count.parse::<usize>().is_ok() => {
                Ok(Self::Largest(count.parse().unwrap_or(0)))
            }
            Some((column, compare, value)) if !column.is_empty() && !value.is_empty() => {
                Ok(Self::Compare(column.to_owned(), compare, value.to_owned()))
            }
            _ => Err(Error::parameter(
                "exclude",
                text,
                "missing, largest=COUNT, or COLUMN<VALUE with one of < <= > >= = !=",
            )),
        }
    }
}

/// Runs that a law can be fitted to, and what was left out.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The rows.
    pub data: Data,
    /// Their lines.
    pub lines: Vec<usize>,
    /// Lines left out, and which rule did it.
    pub excluded: Vec<(usize, usize)>,
    /// How each input was had, in words.
    pub how: Vec<String>,
}

/// A product of columns over others.
#[derive(Clone, Debug, Default)]
struct Source {
    times: Vec<usize>,
    over: Vec<usize>,
    /// Operations for each parameter and token.
    over_six: bool,
}

impl Source {
    fn column(k: usize) -> Self {
        Self { times: vec![k], ..Self::default() }
    }

    fn times(mut self, k: usize) -> Self {
        self.times.push(k);
        self
    }

    fn over(mut self, k: usize) -> Self {
        self.over.push(k);
        self
    }

    /// C = 6 N D.
    fn over_six(self, k: usize) -> Self {
        Self { over_six: true, ..self.over(k) }
    }

    fn columns(&self) -> impl Iterator<Item = usize> {
        self.times.iter().chain(&self.over).copied()
    }

    fn of(&self, table: &Table, row: usize) -> f64 {
        let product = |list: &[usize]| list.iter().map(|&k| table.columns[k].numbers[row]).product::<f64>();
        product(&self.times) / (product(&self.over) * if self.over_six { 6.0 } else { 1.0 })
    }

    fn words(&self, table: &Table) -> String {
        let names = |list: &[usize]| list.iter().map(|&k| format!("`{}`", table.columns[k].name)).collect::<Vec<_>>();
        let over: Vec<String> = self.over_six.then(|| "6".to_owned()).into_iter().chain(names(&self.over)).collect();
        let over = if over.len() > 1 { format!("({})", over.join(" ")) } else { over.concat() };
        let slash = if over.is_empty() { "" } else { " / " };
        format!("{}{slash}{over}", names(&self.times).join(" "))
    }
}

/// Where an input comes from: its own column, or others that say it.
fn source(role: Role, columns: &Columns) -> Option<Source> {
    let get = |role| columns.get(role);
    let own = get(role).map(Source::column);
    match role {
        Role::Params => own.or_else(|| Some(Source::column(get(Role::Flops)?).over_six(get(Role::Tokens)?))),
        Role::Tokens => own
            .or_else(|| Some(Source::column(get(Role::Unique)?).times(get(Role::Epochs)?)))
            .or_else(|| Some(Source::column(get(Role::Flops)?).over_six(get(Role::Params)?))),
        Role::Unique => own.or_else(|| Some(source(Role::Tokens, columns)?.over(get(Role::Epochs)?))),
        // A law of one variable takes whatever varies.
        Role::X => own.or_else(|| {
            [Role::Tokens, Role::Params, Role::Flops, Role::Epochs].into_iter().find_map(get).map(Source::column)
        }),
        _ => own,
    }
}

/// The runs of a table that a law reads, less those that a rule leaves out.
///
/// # Errors
/// A column that is missing or holds text, a cell without a number, a value that the law cannot use, each with its
/// line; too few rows left.
pub fn runs(law: &Entry, table: &Table, columns: &Columns, objective: Objective, rules: &[Rule]) -> Result<Runs> {
    let loss = Input { role: Role::Loss, symbol: "L", label: "loss", from_zero: false };
    let mut sources = Vec::new();
    for input in law.info.inputs.iter().chain([&loss]) {
        let source = source(input.role, columns).ok_or_else(|| {
            let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
            bad(format!("no column is the {}: name one of {}", input.label, names.join(", ")))
        })?;
        for k in source.columns() {
            let column = &table.columns[k];
            let alone = column.numbers.iter().all(|x| x.is_nan());
            if let Some((line, text)) = column.text.as_ref().filter(|_| alone || !rules.contains(&Rule::Missing)) {
                return Err(bad(format!(
                    "line {line}: column `{}` holds `{text}` where a number is needed",
                    column.name
                )));
            }
        }
        sources.push(source);
    }
    let value = |source: &Source, row: usize| source.of(table, row);
    let compare = |column: &str, how: Compare, value: &str| -> Result<Vec<bool>> {
        let column = &table.columns[table.find(column)?];
        let number: Option<f64> = value.parse().ok();
        if number.is_none() && !matches!(how, Compare::Equal | Compare::Other) {
            return Err(Error::parameter("exclude", value, "a number after <, <=, > or >="));
        }
        let says = |row: usize| {
            let equal = column.is(row, value);
            number.filter(|_| !equal).map_or(
                if how == Compare::Other { !equal } else { equal && how == Compare::Equal },
                |number| {
                    let x = column.numbers[row];
                    match how {
                        Compare::Less => x < number,
                        Compare::AtMost => x <= number,
                        Compare::More => x > number,
                        Compare::AtLeast => x >= number,
                        Compare::Equal => x == number,
                        Compare::Other => x != number,
                    }
                },
            )
        };
        Ok((0..table.len()).map(says).collect())
    };
    let mut out: Vec<Option<usize>> = vec![None; table.len()];
    for (r, rule) in rules.iter().enumerate() {
        let says: Vec<bool> = match rule {
            Rule::Missing => {
                (0..table.len()).map(|row| sources.iter().any(|source| !value(source, row).is_finite())).collect()
            }
            Rule::Compare(column, how, to) => compare(column, *how, to)?,
            Rule::Largest(count) => {
                let loss = |row: usize| value(&sources[sources.len() - 1], row);
                let mut order: Vec<usize> = (0..table.len()).filter(|row| out[*row].is_none()).collect();
                order.sort_by(|&a, &b| loss(b).total_cmp(&loss(a)));
                let mut says = vec![false; table.len()];
                for row in order.into_iter().take(*count) {
                    says[row] = true;
                }
                says
            }
        };
        for (out, _) in out.iter_mut().zip(says).filter(|(out, says)| *says && out.is_none()) {
            *out = Some(r);
        }
    }
    let kept: Vec<usize> = (0..table.len()).filter(|row| out[*row].is_none()).collect();
    for &row in &kept {
        for source in &sources {
            for k in source.columns() {
                if table.columns[k].numbers[row].is_nan() {
                    let (line, name) = (table.lines[row], &table.columns[k].name);
                    return Err(bad(format!(
                        "line {line}: column `{name}` holds no finite number; `exclude missing` leaves such rows out"
                    )));
                }
            }
        }
    }
    let lines: Vec<usize> = kept.iter().map(|&row| table.lines[row]).collect();
    let column = |source: &Source| kept.iter().map(|&row| value(source, row)).collect::<Vec<_>>();
    let lists: Vec<Vec<f64>> = sources.iter().map(column).collect();
    let (y, x) = lists.split_last().ok_or_else(|| bad("the law reads nothing"))?;
    let mut data =
        Data::new(law, &x.iter().map(Vec::as_slice).collect::<Vec<_>>(), y, objective.residual, Some(&lines))?;
    if let Some(run) = columns.get(Role::Run) {
        let labels = table.columns[run].labels();
        data.block = kept.iter().map(|&row| labels[row]).collect();
    }
    if let Some(k) = columns.get(Role::Weight) {
        let column = &table.columns[k];
        for (i, &row) in kept.iter().enumerate() {
            let weight = column.numbers[row];
            if !(weight > 0.0 && weight.is_finite()) {
                let (line, name) = (table.lines[row], &column.name);
                return Err(bad(format!("line {line}: the weight in column `{name}` must be a number above 0")));
            }
            data.weight[i] = weight;
        }
    }
    let names = law.info.inputs.iter().map(|input| input.symbol).chain(["loss"]);
    let how = names.zip(&sources).map(|(name, source)| format!("{name} = {}", source.words(table))).collect();
    let excluded = out.iter().enumerate().filter_map(|(row, rule)| rule.map(|rule| (table.lines[row], rule))).collect();
    Ok(Runs { data, lines, excluded, how })
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::super::table::Reader;
    use super::*;

    const TABLE: &str = "run,Model Size,Training FLOP,epochs,val_loss,family\na,1e8,6e18,1,3.5,x\na,1e8,6e19,2,3.2,x\n\
        b,2e8,6e18,4,3.4,x\nc,2e8,6e19,1,3.1,y\nd,4e8,6e18,1,3.6,y\ne,4e8,6e19,1,nan,y\nf,4e8,6e20,1,2.8,y\ng,8e8,6e20,1,9,y\n";

    fn read(law: &str, text: &str, rules: &[&str]) -> Result<Runs> {
        let table = Reader::read(text.as_bytes())?;
        let rules = rules.iter().map(|rule| Rule::parse(rule)).collect::<Result<Vec<_>>>()?;
        let law = find(law)?;
        runs(law, &table, &Columns::guess(&table), law.info.objective, &rules)
    }

    #[test]
    fn columns_are_guessed_and_tokens_follow_from_operations() {
        let runs = read("chinchilla", TABLE, &["missing", "largest=1"]).expect("runs");
        assert_eq!(runs.how, ["N = `Model Size`", "D = `Training FLOP` / (6 `Model Size`)", "loss = `val_loss`"]);
        assert_eq!(runs.lines, [2, 3, 4, 5, 6, 8], "less line 7, which has no loss, and line 9, the largest");
        assert_eq!(runs.excluded, [(7, 0), (9, 1)], "each with its rule");
        assert_eq!(runs.data.input(0), [1e8, 6e18 / 6e8], "N and D");
        assert_eq!(runs.data.block, [0, 0, 1, 2, 3, 5], "rows of one run stay together");
        let unique = read(
            "data-constrained",
            &TABLE.replace("nan", "3").replace("\ng,", "\ng,8e8,6e21,3,2.5,y\nh,8e8,6e21,1,2.4,y\ni,"),
            &[],
        );
        let unique = unique.expect("runs");
        assert_eq!(unique.how[2], "U = `Training FLOP` / (6 `Model Size` `epochs`)");
        assert_eq!(unique.data.input(2), [2e8, 5e9, 1.25e9], "U = D / epochs");
    }

    #[test]
    fn a_row_that_weighs_two_is_two_rows() {
        let table = "x,loss,weight\n1,5,1\n2,3,2\n4,2.2,1\n8,1.7,1\n16,1.5,1\n";
        let fit = |text: &str| {
            let data = read("power", text, &[]).expect("runs").data;
            let problem = super::super::Problem::new(find("power").expect("a law"), data);
            super::super::Search::new(problem, 1).expect("free").run().expect("a fit").value
        };
        let (weighed, twice) = (fit(table), fit(&format!("{}2,3,1\n", table.replace("2,3,2", "2,3,1"))));
        assert!((weighed - twice).abs() < 1e-9 * twice, "{weighed} {twice}");
        let said = read("power", &table.replace("2,3,2", "2,3,0"), &[]).expect_err("no weight").to_string();
        assert_eq!(said, "line 3: the weight in column `weight` must be a number above 0");
    }

    #[test]
    fn rules_compare_numbers_and_words() {
        let left =
            |rule: &str| read("power", &TABLE.replace("Model Size", "x"), &["missing", rule]).expect("runs").lines;
        assert_eq!(left("val_loss>3.5"), [2, 3, 4, 5, 8]);
        assert_eq!(left("family=x"), [5, 6, 8, 9]);
        assert_eq!(left("epochs != 1"), [2, 5, 6, 8, 9]);
        assert_eq!(left("EPOCHS>=2"), [2, 5, 6, 8, 9]);
        for wrong in ["", "loss", "=3", "loss>", "largest", "family>x", "nothing=1"] {
            let said = read("power", TABLE, &[wrong]).expect_err("not a rule").to_string();
            assert!(said.contains("exclude") || said.contains("there is no column"), "{wrong}: {said}");
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_said_with_its_line() {
        let chinchilla = |from: &str, to: &str| {
            let text = TABLE.replace("nan", "3.0").replace(from, to);
            read("chinchilla", &text, &[]).expect_err("unusable").to_string()
        };
        assert_eq!(
            read("chinchilla", TABLE, &[]).expect_err("a hole").to_string(),
            "line 7: column `val_loss` holds no finite number; `exclude missing` leaves such rows out"
        );
        assert_eq!(chinchilla("3.4,x", "-3.4,x"), "line 4: the loss is -3.4; it must be above 0");
        assert_eq!(chinchilla("3.4,x", "0,x"), "line 4: the loss is 0; it must be above 0");
        assert_eq!(chinchilla("3.4,x", "big,x"), "line 4: column `val_loss` holds `big` where a number is needed");
        assert_eq!(chinchilla("b,2e8", "b,0"), "line 4: parameters is 0; it must be above 0");
        assert!(chinchilla("val_loss", "other").starts_with("no column is the loss: name one of run, "));
        let few = TABLE.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(
            read("chinchilla", &few, &[]).expect_err("few").to_string(),
            "1 row is too few for law chinchilla: it takes 6"
        );
        let constant = "params,tokens,loss\n1,5,3\n2,5,2.5\n3,5,2.2\n4,5,2.1\n5,5,2\n6,5,1.9\n";
        assert_eq!(
            read("chinchilla", constant, &[]).expect_err("constant").to_string(),
            "tokens is 5 in every row, so nothing says how the loss depends on it"
        );
    }
}
