//! From a table to runs: which column is what, and which rows are left out.

use super::{Data, Entry, Input, Objective, Role};
use crate::error::{Error, ErrorKind, Result};
use crate::table::{Column, Mark, Table, number};

/// Which column holds what, and what else a table does not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    roles: Vec<(Role, usize)>,
    /// Those that headings suggest and nobody said.
    guessed: Vec<Role>,
    /// Powers of ten that somebody said.
    units: Vec<(Role, i32)>,
    /// What stands before decimals, where the table leaves it open.
    mark: Option<Mark>,
}

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
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::X => &["x", "size", "samples", "steps", "step"],
            Self::Params => {
                &["params", "parameters", "nparams", "numparams", "modelsize", "modelparams", "nonembeddingparams"]
            }
            Self::Tokens => {
                &["tokens", "ntokens", "numtokens", "trainingtokens", "traintokens", "tokensseen", "datasetsize"]
            }
            Self::Unique => &["unique", "uniquetokens", "uniquedata"],
            Self::Epochs => &["epochs", "epoch", "nepochs", "numepochs", "passes"],
            Self::Flops => &["flops", "flop", "compute", "trainingflops", "trainingflop", "trainflops"],
            Self::Loss => &["loss", "valloss", "validationloss", "evalloss", "testloss", "finalloss"],
            Self::Run => &["run", "runid", "runname", "id", "experiment", "name"],
            Self::Weight => &["weight", "weights"],
        }
    }

    /// Letters that often stand for it, and for other things.
    const fn letters(self) -> &'static [&'static str] {
        match self {
            Self::Params => &["n"],
            Self::Tokens => &["d"],
            Self::Unique => &["u", "du", "ud"],
            Self::Flops => &["c"],
            Self::Loss => &["l", "y"],
            _ => &[],
        }
    }

    /// Words of which a longer heading needs one, and words that make it something else.
    const fn words_of(self) -> (&'static [&'static str], &'static [&'static str]) {
        const RATES: &[&str] = &["per", "sec", "second", "s", "rate", "batch", "step", "time", "max", "vocab"];
        match self {
            Self::Params => (&["params", "parameters", "param", "parameter"], RATES),
            Self::Tokens => (
                &["tokens", "token"],
                &[
                    "per", "sec", "second", "s", "rate", "batch", "step", "time", "max", "vocab", "unique", "id",
                    "eos", "pad",
                ],
            ),
            Self::Unique => (&["unique"], RATES),
            Self::Epochs => (&["epochs", "epoch"], RATES),
            Self::Flops => (&["flops", "flop"], RATES),
            Self::Loss => (
                &["loss"],
                &[
                    "step", "steps", "scale", "time", "weight", "std", "stderr", "err", "error", "count", "type",
                    "name", "aux", "z",
                ],
            ),
            _ => (&[], &[]),
        }
    }

    /// Can its numbers be in thousands or billions?
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::X | Self::Params | Self::Tokens | Self::Unique | Self::Flops)
    }

    /// How well a heading fits: the less the better.
    fn rank(self, heading: &Heading) -> Option<(usize, usize)> {
        let plain = heading.words.concat();
        if let Some(at) = self.names().iter().position(|name| *name == plain) {
            return Some((0, at));
        }
        if let Some(at) = self.letters().iter().position(|name| *name == plain) {
            return Some((2, at));
        }
        let (needed, other) = self.words_of();
        let has = |list: &[&str]| heading.words.iter().any(|word| list.contains(&word.as_str()));
        if !has(needed) || has(other) {
            return None;
        }
        // Of several losses, the one on data held out; of several names, the shorter.
        let kind = match self {
            Self::Loss if has(&["val", "validation", "eval", "test", "dev", "heldout", "valid"]) => 0,
            Self::Loss if has(&["train", "training"]) => 2,
            _ => 1,
        };
        Some((1, 100 * kind + heading.words.len().min(99)))
    }
}

/// What a heading says: its words in small letters, and the power of ten of its unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heading {
    words: Vec<String>,
    power: i32,
}

impl Heading {
    /// Of `Params (M)`, `tokens [B]`, `train/loss`, `summary.total_tokens`, `total_gflops`, `params_in_millions`.
    fn of(name: &str) -> Self {
        let open = name.find(['(', '[', '{']).filter(|at| *at > 0);
        let (base, unit) = name.split_at(open.unwrap_or(name.len()));
        let unit = unit.trim_matches(|c: char| "()[]{}".contains(c) || c.is_whitespace());
        let mut power = number::power(unit).unwrap_or(0);
        let part = base.trim().rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("");
        let part = part.rsplit('.').find(|part| part.chars().any(char::is_alphabetic)).unwrap_or(part);
        let mut words: Vec<String> = Vec::new();
        let (mut small, mut inside) = (false, false);
        for c in part.chars() {
            if c.is_alphanumeric() {
                if !inside || small && c.is_uppercase() {
                    words.push(String::new());
                }
                if let Some(word) = words.last_mut() {
                    word.extend(c.to_lowercase());
                }
            }
            (small, inside) = (c.is_lowercase(), c.is_alphanumeric());
        }
        for word in &mut words {
            if let Some(found) = number::power(word).filter(|_| word.ends_with("flops") || word.ends_with("flop")) {
                power += found;
                "flops".clone_into(word);
            }
        }
        while words.len() > 1 {
            let last = words.last().map_or("", String::as_str);
            match number::power(last).filter(|power| *power > 0) {
                Some(found) if power == 0 => power = found,
                _ if last == "in" && power != 0 => {}
                _ => break,
            }
            words.pop();
        }
        Self { words, power }
    }
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Parameter, message)
}

impl Columns {
    /// What the headings suggest: whole names first, then words of longer ones, then letters. Where no heading means x, the
    /// only column left that could be.
    pub fn guess(table: &Table) -> Self {
        let headings: Vec<Heading> = table.columns.iter().map(|column| Heading::of(&column.name)).collect();
        let found = Role::ALL.into_iter().filter_map(|role| {
            let ranks = headings.iter().enumerate().filter_map(|(k, heading)| {
                let words = role != Role::Run && table.columns[k].numbers.iter().all(|x| x.is_nan());
                Some((role.rank(heading)?, words, k))
            });
            let ((..), _, k) = ranks.min_by_key(|(rank, words, k)| (*words, *rank, *k))?;
            Some((role, k))
        });
        let mut columns = Self { roles: found.collect(), ..Self::default() };
        if columns.get(Role::X).is_none()
            && columns.get(Role::Loss).is_some()
            && let [only] = columns.could_be_x(table)[..]
        {
            columns.roles.push((Role::X, only));
        }
        columns.guessed = columns.roles.iter().map(|(role, _)| *role).collect();
        columns
    }

    /// Columns that could be the variable of a law of one: their numbers differ, and they are no loss, name or weight.
    fn could_be_x(&self, table: &Table) -> Vec<usize> {
        let taken = [Role::Loss, Role::Run, Role::Weight].map(|role| self.get(role));
        let is_loss = |column: &Column| Role::Loss.rank(&Heading::of(&column.name)).is_some_and(|(sure, _)| sure < 2);
        let differ = |column: &Column| {
            let mut numbers = column.numbers.iter().filter(|x| x.is_finite());
            numbers.next().is_some_and(|first| numbers.any(|x| x != first))
        };
        let could = |k: &usize| {
            let column = &table.columns[*k];
            !taken.contains(&Some(*k)) && !is_loss(column) && differ(column)
        };
        (0..table.columns.len()).filter(could).collect()
    }

    /// What to say where no column is an input: which it could be, and how to say it.
    fn missing(&self, input: &Input, table: &Table) -> Error {
        let name = input.role.name();
        let how = format!("say which is, `{name}:HEADING` in `columns` or `--{name} HEADING` on the command line");
        let could = if input.role == Role::X { self.could_be_x(table) } else { Vec::new() };
        bad(if could.is_empty() {
            format!("no column is the {}: {how}; the columns are {}", input.label, table.names())
        } else {
            format!("the column of x is open, it could be {}: {how}", table.named(could))
        })
    }

    /// The column that a rule names: by its heading or, where none reads so, by its role.
    fn find(&self, name: &str, table: &Table) -> Result<usize> {
        let role = || Role::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name));
        table.find(name).or_else(|e| role().and_then(|role| self.get(role)).ok_or(e))
    }

    /// What the headings suggest, where `text` does not say otherwise: `loss:val_loss,params:#3,run:-`. A column is named
    /// by its heading or its place; - is none. `tokens.unit:B` says that tokens are in billions (1, k, M, B or T), and
    /// `decimal:comma` or `decimal:point` what stands before decimals.
    ///
    /// # Errors
    /// There is no such role, column, unit or mark.
    pub fn read(text: &str, table: &Table) -> Result<Self> {
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        pairs.into_iter().try_fold(Self::guess(table), |mut columns, pair| {
            let (name, heading) = pair.split_once(':').unwrap_or((pair, ""));
            let name = name.trim();
            if name == "decimal" {
                columns.mark = Some(match heading.trim() {
                    "comma" => Mark::Comma,
                    "point" => Mark::Point,
                    _ => return Err(Error::parameter("columns", pair, "decimal:comma or decimal:point")),
                });
                return Ok(columns);
            }
            let (name, unit) = name.strip_suffix(".unit").map_or((name, false), |name| (name, true));
            let role = Role::ALL.into_iter().find(|role| role.name() == name).ok_or_else(|| {
                let names: Vec<_> = Role::ALL.iter().map(|role| role.name()).collect();
                Error::parameter("columns", pair, &format!("role:heading, with roles {}", names.join(", ")))
            })?;
            if unit {
                let power = number::power(heading).filter(|power| *power >= 0 && role.is_counted());
                let power = power.ok_or_else(|| {
                    Error::parameter(
                        "columns",
                        pair,
                        "role.unit:UNIT with 1, k, M, B or T, for x, params, tokens, unique or flops",
                    )
                })?;
                columns.units.retain(|(known, _)| *known != role);
                columns.units.push((role, power));
                return Ok(columns);
            }
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
        self.roles.iter().find(|(r, _)| *r == role).map(|(_, column)| *column)
    }

    /// The same with a role at another column, or at none.
    pub fn with(mut self, role: Role, column: Option<usize>) -> Self {
        // What somebody says is the loss was no guess for x.
        let not_x = role == Role::Loss && self.guessed.contains(&Role::X) && self.get(Role::X) == column;
        let out = |r: &Role| *r == role || not_x && *r == Role::X;
        self.roles.retain(|(r, _)| !out(r));
        self.guessed.retain(|r| !out(r));
        self.roles.extend(column.map(|column| (role, column)));
        self
    }

    /// The power of ten of a role's unit: as somebody said, or as the heading says where the cells do not.
    pub fn power(&self, role: Role, table: &Table) -> i32 {
        let unit = |of: &dyn Fn(Role) -> bool| self.units.iter().find(|(r, _)| of(*r)).map(|(_, power)| *power);
        // A column has one unit, whichever of its roles it was said of.
        let said = unit(&|r| r == role).or_else(|| unit(&|r| self.get(r).is_some() && self.get(r) == self.get(role)));
        let heading = || {
            let column = &table.columns[self.get(role)?];
            (role.is_counted() && !column.scaled).then(|| Heading::of(&column.name).power)
        };
        said.or_else(heading).unwrap_or(0)
    }

    fn is_guess(&self, role: Role) -> bool {
        self.guessed.contains(&role) && !self.units.iter().any(|(r, _)| *r == role)
    }
}

/// Which rows are left out.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Those without a number in a column that is needed.
    Missing,
    /// So many of the largest losses.
    Largest(usize),
    /// Those whose cell compares so with a value. The column is named by its heading or its role.
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
    /// What is odd about them, in sentences.
    pub notes: Vec<String>,
}

/// A column and the power of ten of its unit.
type Part = (usize, i32);

/// A product of columns over others.
#[derive(Clone, Debug, Default)]
struct Source {
    times: Vec<Part>,
    over: Vec<Part>,
    /// Operations for each parameter and token.
    over_six: bool,
}

fn ten(power: i32) -> f64 {
    format!("1e{power}").parse().unwrap_or(f64::NAN)
}

impl Source {
    fn column(part: Part) -> Self {
        Self { times: vec![part], ..Self::default() }
    }

    fn times(mut self, part: Part) -> Self {
        self.times.push(part);
        self
    }

    fn over(mut self, part: Part) -> Self {
        self.over.push(part);
        self
    }

    /// C = 6 N D.
    fn over_six(self, part: Part) -> Self {
        Self { over_six: true, ..self.over(part) }
    }

    fn columns(&self) -> impl Iterator<Item = usize> {
        self.times.iter().chain(&self.over).map(|(k, _)| *k)
    }

    /// Its values in these rows.
    fn of(&self, table: &Table, rows: &[usize]) -> Vec<f64> {
        let scaled = |list: &[Part]| list.iter().map(|(k, power)| (*k, ten(*power))).collect::<Vec<_>>();
        let (times, over) = (scaled(&self.times), scaled(&self.over));
        let product = |list: &[(usize, f64)], row: usize| {
            list.iter().map(|(k, unit)| table.columns[*k].numbers[row] * unit).product::<f64>()
        };
        let six = if self.over_six { 6.0 } else { 1.0 };
        rows.iter().map(|&row| product(&times, row) / (product(&over, row) * six)).collect()
    }

    fn words(&self, table: &Table) -> String {
        let name = |&(k, power): &Part| {
            let unit = if power == 0 { String::new() } else { format!(" x 1e{power}") };
            format!("`{}`{unit}", table.columns[k].name)
        };
        let names = |list: &[Part]| list.iter().map(name).collect::<Vec<_>>();
        let over: Vec<String> = self.over_six.then(|| "6".to_owned()).into_iter().chain(names(&self.over)).collect();
        let over = if over.len() > 1 { format!("({})", over.join(" ")) } else { over.concat() };
        let slash = if over.is_empty() { "" } else { " / " };
        format!("{}{slash}{over}", names(&self.times).join(" "))
    }
}

/// Where an input comes from: its own column, or others that say it.
fn source(role: Role, columns: &Columns, table: &Table) -> Option<Source> {
    let get = |role| Some((columns.get(role)?, columns.power(role, table)));
    let own = get(role).map(Source::column);
    match role {
        Role::Params => own.or_else(|| Some(Source::column(get(Role::Flops)?).over_six(get(Role::Tokens)?))),
        Role::Tokens => own
            .or_else(|| Some(Source::column(get(Role::Unique)?).times(get(Role::Epochs)?)))
            .or_else(|| Some(Source::column(get(Role::Flops)?).over_six(get(Role::Params)?))),
        Role::Unique => own.or_else(|| Some(source(Role::Tokens, columns, table)?.over(get(Role::Epochs)?))),
        _ => own,
    }
}

/// A column whose decimal mark is open must be asked about before it is used.
fn sure(column: &Column) -> Result<()> {
    let Some((line, cell)) = &column.doubt else { return Ok(()) };
    Err(bad(format!(
        "line {line}: nothing in the table says whether the mark in `{cell}` of column `{}` separates thousands or decimals: say `decimal=comma` or `decimal=point`",
        column.name
    )))
}

/// The middle of some numbers.
fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What is odd about parameters, tokens and losses: an error where a guess is the likely cause, else notes.
fn odd(columns: &Columns, table: &Table, roles: &[Role], lists: &[Vec<f64>]) -> Result<Vec<String>> {
    let name = |role| columns.get(role).map_or("", |k| table.columns[k].name.as_str());
    let list = |role| roles.iter().position(|r| *r == role).map(|at| &lists[at]);
    if let Some(loss) = list(Role::Loss).filter(|loss| loss.len() > 3 && loss.iter().all(|x| x.fract() == 0.0))
        && columns.is_guess(Role::Loss)
    {
        return Err(bad(format!(
            "the loss is guessed to be column `{}`, which holds whole numbers, such as {}: say which column is the loss",
            name(Role::Loss),
            loss[0]
        )));
    }
    let (Some(n), Some(d)) = (list(Role::Params), list(Role::Tokens)) else { return Ok(Vec::new()) };
    let (size, tokens) = (median(n.clone()), median(d.clone()));
    let each = median(n.iter().zip(d).map(|(n, d)| d / n).collect());
    let own = columns.get(Role::Params).is_some() && columns.get(Role::Tokens).is_some();
    if own && each < 1e-3 && (columns.is_guess(Role::Tokens) && columns.is_guess(Role::Params)) {
        return Err(bad(format!(
            "parameters are guessed to be column `{}` and tokens column `{}`, about {size:e} and {tokens:e}, less than a thousandth: say which columns they are, or their unit (k, M, B or T)",
            name(Role::Params),
            name(Role::Tokens)
        )));
    }
    let mut notes = Vec::new();
    if size < 1e5 {
        notes.push(format!(
            "Models of about {size} parameters are small: if the column is in thousands, millions or billions, set its unit (k, M or B)."
        ));
    }
    if !(1e-2..=1e6).contains(&each) {
        notes.push(format!(
            "There are about {each:.3e} tokens for each parameter: if a column is in thousands, millions or billions, set its unit (k, M or B)."
        ));
    }
    Ok(notes)
}

/// The runs of a table that a law reads, less those that a rule leaves out.
///
/// # Errors
/// A column that is missing or holds text, a cell without a number, a value that the law cannot use, each with its
/// line; too few rows left.
pub fn runs(law: &Entry, table: &Table, columns: &Columns, objective: Objective, rules: &[Rule]) -> Result<Runs> {
    let settled = columns.mark.filter(|_| table.in_doubt()).map(|mark| {
        let mut table = table.clone();
        table.settle(mark);
        table
    });
    let table = settled.as_ref().unwrap_or(table);
    let loss = Input { role: Role::Loss, symbol: "L", label: "loss", from_zero: false };
    let mut sources = Vec::new();
    for input in law.info.inputs.iter().chain([&loss]) {
        let source = source(input.role, columns, table).ok_or_else(|| columns.missing(input, table))?;
        for k in source.columns() {
            let column = &table.columns[k];
            sure(column)?;
            let alone = column.numbers.iter().all(|x| x.is_nan());
            let way = if alone { "" } else { "; `exclude=missing` leaves such rows out" };
            if let Some((line, text)) = column.text.as_ref().filter(|_| alone || !rules.contains(&Rule::Missing)) {
                return Err(bad(format!(
                    "line {line}: column `{}` holds `{text}` where a number is needed{way}",
                    column.name
                )));
            }
        }
        sources.push(source);
    }
    let all: Vec<usize> = (0..table.len()).collect();
    let values: Vec<Vec<f64>> = sources.iter().map(|source| source.of(table, &all)).collect();
    let compare = |column: &str, how: Compare, value: &str| -> Result<Vec<bool>> {
        let column = &table.columns[columns.find(column, table)?];
        let number = number::typed(value);
        if number.is_some() {
            sure(column)?;
        }
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
            Rule::Missing => (0..table.len()).map(|row| values.iter().any(|list| !list[row].is_finite())).collect(),
            Rule::Compare(column, how, to) => compare(column, *how, to)?,
            Rule::Largest(count) => {
                let loss = |row: usize| values[values.len() - 1][row];
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
                    let (line, column) = (table.lines[row], &table.columns[k]);
                    return Err(bad(format!(
                        "line {line}: column `{}` {}; `exclude=missing` leaves such rows out",
                        column.name,
                        column.hole(row)
                    )));
                }
            }
        }
    }
    let lines: Vec<usize> = kept.iter().map(|&row| table.lines[row]).collect();
    let lists: Vec<Vec<f64>> =
        values.iter().map(|list| kept.iter().map(|&row| list[row]).collect::<Vec<_>>()).collect();
    let roles: Vec<Role> = law.info.inputs.iter().map(|input| input.role).chain([Role::Loss]).collect();
    let notes = odd(columns, table, &roles, &lists)?;
    let (y, x) = lists.split_last().ok_or_else(|| bad("the law reads nothing"))?;
    let mut data =
        Data::new(law, &x.iter().map(Vec::as_slice).collect::<Vec<_>>(), y, objective.residual, Some(&lines))?;
    if let Some(run) = columns.get(Role::Run) {
        let labels = table.columns[run].labels();
        data.block = kept.iter().map(|&row| labels[row]).collect();
    }
    if let Some(k) = columns.get(Role::Weight) {
        let column = &table.columns[k];
        sure(column)?;
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
    Ok(Runs { data, lines, excluded, how, notes })
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::table::Reader;

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
        assert_eq!(left("loss>3.5"), [2, 3, 4, 5, 8], "by its role, where no column is headed so");
        assert_eq!(left("Flops>=6e20"), [2, 3, 4, 5, 6]);
        for wrong in ["", "loss", "=3", "loss>", "largest", "family>x", "nothing=1"] {
            let said = read("power", &TABLE.replace("Model Size", "x"), &["missing", wrong])
                .expect_err("not a rule")
                .to_string();
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
            "line 7: column `val_loss` holds `nan`, no finite number; `exclude=missing` leaves such rows out"
        );
        assert_eq!(chinchilla("3.4,x", "-3.4,x"), "line 4: the loss is -3.4; it must be above 0");
        assert_eq!(chinchilla("3.4,x", "0,x"), "line 4: the loss is 0; it must be above 0");
        assert_eq!(
            chinchilla("3.4,x", "big,x"),
            "line 4: column `val_loss` holds `big` where a number is needed; `exclude=missing` leaves such rows out"
        );
        assert_eq!(chinchilla("b,2e8", "b,0"), "line 4: parameters is 0; it must be above 0");
        assert_eq!(
            chinchilla("val_loss", "other"),
            "no column is the loss: say which is, `loss:HEADING` in `columns` or `--loss HEADING` on the command line; the \
             columns are run, Model Size, Training FLOP, epochs, other, family"
        );
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

    fn table(text: &str) -> Table {
        Reader::read(text.as_bytes()).expect("a table")
    }

    #[test]
    fn x_is_the_only_column_left_or_is_asked() {
        let rows = [(1, 2, 5.5), (1, 4, 3.0), (1, 8, 2.5), (1, 16, 2.0), (1, 32, 1.9), (1, 64, 1.8)];
        let of = |head: &str, first: i32, columns: &str| {
            let row = |(k, (n, d, loss)): (usize, &(i32, i32, f64))| format!("{},{d},{loss}\n", n + first * k as i32);
            let table = table(&format!("{head}\n{}", rows.iter().enumerate().map(row).collect::<String>()));
            let columns = Columns::read(columns, &table).expect("columns");
            let law = find("power").expect("a law");
            runs(law, &table, &columns, law.info.objective, &[]).map(|runs| runs.how[0].clone())
        };
        for (head, first, columns, x) in [
            ("run,tokens,loss", 1, "", "`tokens`"),
            ("params,tokens,loss", 0, "", "`tokens`"),
            ("train_loss,time,val_loss", 1, "", "`time`"),
            ("params,x,loss", 1, "", "`x`"),
            ("params,tokens,loss", 1, "x:params", "`params`"),
            ("run,tokens (B),loss", 1, "", "`tokens (B)` x 1e9"),
            ("run,tokens,loss", 1, "tokens.unit:M", "`tokens` x 1e6"),
            ("run,tokens,loss", 1, "x.unit:k,tokens.unit:M", "`tokens` x 1e3"),
        ] {
            assert_eq!(of(head, first, columns).expect("runs"), format!("x = {x}"), "{head} {columns}");
        }
        let how = ": say which is, `x:HEADING` in `columns` or `--x HEADING` on the command line";
        for (head, columns, want) in [
            ("params,tokens,loss", "", "the column of x is open, it could be params, tokens"),
            ("a,b,c", "loss:c", "the column of x is open, it could be a, b"),
            ("run,tokens,loss", "x:-", "the column of x is open, it could be tokens"),
            ("run,tokens,loss", "loss:tokens", "no column is the x"),
        ] {
            let said = of(head, 1, columns).expect_err("a question").to_string();
            assert!(said.starts_with(&format!("{want}{how}")), "{head} {columns}: {said}");
        }
        let guess = Columns::guess(&table("run,tokens,loss\na,1,3\nb,2,2\n"));
        assert_eq!(guess.get(Role::X), Some(1), "the page shows it as its guess");
        assert_eq!(Columns::guess(&table("params,tokens,loss\n1,1,3\n2,2,2\n")).get(Role::X), None);
    }

    #[test]
    fn whole_names_beat_words_and_words_beat_letters() {
        let guess = |headings: &str, role: Role| {
            let count = headings.split(',').count();
            let table = table(&format!("{headings}\n{}\n", vec!["1.5"; count].join(",")));
            Columns::guess(&table).get(role).map(|k| table.columns[k].name.clone()).unwrap_or_default()
        };
        for (headings, role, found) in [
            ("L,d,params,total_tokens,final_val_loss", Role::Loss, "final_val_loss"),
            ("L,d,params,total_tokens,final_val_loss", Role::Tokens, "total_tokens"),
            ("N,D,L", Role::Params, "N"),
            ("N,D,L", Role::Loss, "L"),
            (
                "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
                Role::Params,
                "parameter_count",
            ),
            (
                "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
                Role::Tokens,
                "throughput/total_tokens",
            ),
            (
                "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
                Role::Loss,
                "eval/c4/macro_loss",
            ),
            (
                "Name,parameter_count,throughput/total_tokens,eval/c4/macro_loss,throughput/total_gflops",
                Role::Flops,
                "throughput/total_gflops",
            ),
            ("train/loss,val/final_loss,summary.total_tokens", Role::Tokens, "summary.total_tokens"),
            ("train_loss_mean,final_val_loss", Role::Loss, "final_val_loss"),
            ("tokens_per_second,trainTokens", Role::Tokens, "trainTokens"),
            ("loss_scale,y", Role::Loss, "y"),
            ("Params (M),Tokens (B),Val loss", Role::Params, "Params (M)"),
            ("Params (M),Tokens (B),Val loss (nats)", Role::Loss, "Val loss (nats)"),
            ("unique_tokens,tokens", Role::Unique, "unique_tokens"),
            ("unique_tokens,tokens", Role::Tokens, "tokens"),
        ] {
            assert_eq!(guess(headings, role), found, "{headings}");
        }
    }

    #[test]
    fn units_stand_in_headings_in_settings_or_in_cells() {
        for (heading, power) in [
            ("Params (M)", 6),
            ("tokens [B]", 9),
            ("tokens (billions)", 9),
            ("tokens (in billions)", 9),
            ("tokens (10^9)", 9),
            ("params_in_millions", 6),
            ("tokens_B", 9),
            ("total_gflops", 9),
            ("TFLOPs", 12),
            ("FLOPs (1e18)", 18),
            ("loss (nats)", 0),
            ("params", 0),
            ("k", 0),
        ] {
            assert_eq!(Heading::of(heading).power, power, "{heading}");
        }
        let text = "Params (M),Tokens (B),loss\n70,1.5,3.6\n70,5,3.3\n70,20,3.1\n160,1.5,3.4\n160,5,3.1\n160,20,2.9\n";
        let law = find("chinchilla").expect("a law");
        let of = |text: &str, columns: &str| {
            let table = table(text);
            runs(law, &table, &Columns::read(columns, &table).expect("columns"), law.info.objective, &[]).expect("runs")
        };
        let found = of(text, "");
        assert_eq!(found.data.input(0), [7e7, 1.5e9], "as headed");
        assert_eq!(found.how[0], "N = `Params (M)` x 1e6");
        assert_eq!(of(text, "params.unit:k").data.input(0)[0], 7e4, "as said");
        let cells = text.replace("70,", "70M,").replace("160,", "160M,");
        assert_eq!(of(&cells, "").data.input(0), [7e7, 1.5e9], "cells that say it themselves are not scaled twice");
    }

    #[test]
    fn absurd_guesses_are_asked_about_and_odd_sizes_noted() {
        let law = find("chinchilla").expect("a law");
        let rows =
            [(7.0, 15.0, 36), (7.0, 50.0, 33), (7.0, 200.0, 31), (16.0, 15.0, 34), (16.0, 50.0, 31), (16.0, 200.0, 29)];
        let with = |heads: &str, n: f64, d: f64, loss: f64, columns: &str| {
            let row = |(a, b, l): &(f64, f64, i32)| format!("{},{},{}\n", a * n, b * d, f64::from(*l) * loss);
            let table = table(&format!("{heads}\n{}", rows.iter().map(row).collect::<String>()));
            let columns = Columns::read(columns, &table).expect("columns");
            runs(law, &table, &columns, law.info.objective, &[])
        };
        let said = with("params,tokens,L", 1e7, 1e8, 1.0, "").expect_err("whole numbers").to_string();
        assert_eq!(
            said,
            "the loss is guessed to be column `L`, which holds whole numbers, such as 36: say which column is the loss"
        );
        assert!(with("params,tokens,L", 1e7, 1e8, 1.0, "loss:L").is_ok(), "somebody said it");
        let said = with("params,d,loss", 1e7, 1.0, 0.1, "").expect_err("few tokens").to_string();
        assert!(said.contains("tokens column `d`") && said.contains("unit"), "{said}");
        assert!(with("params,d,loss", 1e7, 1.0, 0.1, "tokens.unit:B").is_ok(), "with a unit");
        let notes =
            |n: f64, d: f64| with("params,tokens,loss", n, d, 0.1, "params:params,tokens:tokens").expect("runs").notes;
        assert_eq!(notes(1e7, 1e8).len(), 0, "as usual");
        assert!(notes(10.0, 1e2)[0].contains("are small"), "{:?}", notes(10.0, 1e2));
        assert!(notes(1e7, 1e2)[0].contains("tokens for each parameter"), "{:?}", notes(1e7, 1e2));
        assert!(notes(1e7, 1e15)[0].contains("tokens for each parameter"), "{:?}", notes(1e7, 1e15));
    }

    #[test]
    fn what_stands_for_no_number_is_named_with_the_way_out() {
        for word in ["#N/A", "NA", "NaN", "inf", "diverged", "-", ""] {
            let text = format!("x,loss\n1,5.5\n2,3\n4,{word}\n8,2.1\n16,2\n32,1.9\n");
            let said = read("power", &text, &[]).expect_err("a hole").to_string();
            let named = if word.is_empty() { "is empty".to_owned() } else { format!("holds `{word}`") };
            assert!(said.starts_with(&format!("line 4: column `loss` {named}")), "{said}");
            assert!(said.ends_with("`exclude=missing` leaves such rows out"), "{said}");
            assert_eq!(read("power", &text, &["missing"]).expect("runs").lines, [2, 3, 5, 6, 7], "{word}");
        }
    }

    #[test]
    fn an_open_mark_is_asked_about_where_it_is_used() {
        let text = "step\tloss\tnote\n250\t4.5\t1,000\n500\t3.75\t2\n1000\t3.25\t3,5\n2000\t3\t4\n4000\t2.75\t5\n";
        assert!(read("power", text, &[]).is_ok(), "not where it is not");
        let text = text.replace("1000\t", "1,000\t");
        let said = read("power", &text, &[]).expect_err("a question").to_string();
        assert!(
            said.starts_with("line 4: nothing in the table says") && said.contains("`1,000` of column `step`"),
            "{said}"
        );
        let law = find("power").expect("a law");
        let table = table(&text);
        for (columns, x) in [("decimal:point", 1000.0), ("decimal:comma", 1.0)] {
            let columns = Columns::read(columns, &table).expect("an answer");
            assert_eq!(
                runs(law, &table, &columns, law.info.objective, &[]).expect("runs").data.input(2),
                [x],
                "{columns:?}"
            );
        }
        assert!(Columns::read("decimal:both", &table).is_err(), "one of two");
    }
}
