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
    /// Guesses that somebody must confirm: columns that fit equally well, or one whose heading means something else.
    open: Vec<(Role, Vec<usize>)>,
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
            Self::Flops => &[
                "flops",
                "flop",
                "compute",
                "trainingflops",
                "trainingflop",
                "trainflops",
                "trainingcompute",
                "totalcompute",
            ],
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
    fn rank(self, heading: &Heading) -> Option<Rank> {
        let plain = heading.words.concat();
        let kind = self.kind(heading);
        if let Some(at) = self.names().iter().position(|name| *name == plain).filter(|_| kind.0 < 2) {
            return Some((0, at, kind));
        }
        if let Some(at) = self.letters().iter().position(|name| *name == plain) {
            return Some((2, at, kind));
        }
        let (needed, other) = self.words_of();
        let has = |list: &[&str]| heading.words.iter().any(|word| list.contains(&word.as_str()));
        (has(needed) && !has(other)).then_some((1, 0, kind))
    }

    /// Which of several headings of a role is meant: 0 before 1 before 2; 3 is something else, such as the tokens of the
    /// warmup. Then, of losses, the one that was measured at the end.
    fn kind(self, heading: &Heading) -> (usize, usize) {
        let words = || heading.path.iter().chain(&heading.words).map(String::as_str);
        let has = |list: &[&str]| words().any(|word| list.contains(&word));
        let without = |word: &str| matches!(word, "non" | "no" | "without" | "excluding" | "excl" | "ex" | "minus");
        let (whole, other): (&[&str], &[&str]) = match self {
            Self::Loss => (
                &["val", "validation", "eval", "test", "dev", "heldout", "valid"],
                &[
                    "initial",
                    "init",
                    "start",
                    "first",
                    "predicted",
                    "prediction",
                    "pred",
                    "expected",
                    "fitted",
                    "extrapolated",
                    "baseline",
                    "teacher",
                    "target",
                    "reference",
                    "ref",
                ],
            ),
            Self::Params => (
                &["total", "all", "overall", "full", "active", "activated"],
                &[
                    "embedding",
                    "embeddings",
                    "embed",
                    "emb",
                    "head",
                    "expert",
                    "router",
                    "lora",
                    "adapter",
                    "frozen",
                    "teacher",
                    "draft",
                ],
            ),
            Self::Tokens => (
                &["total", "all", "seen", "train", "training", "consumed", "processed"],
                &[
                    "warmup",
                    "eval",
                    "val",
                    "validation",
                    "test",
                    "prompt",
                    "decay",
                    "cooldown",
                    "anneal",
                    "special",
                    "context",
                    "image",
                ],
            ),
            Self::Flops => (
                &["total", "train", "training"],
                &["forward", "fwd", "inference", "eval", "peak", "achieved", "theoretical"],
            ),
            _ => (&[], &[]),
        };
        let kind = if has(other) && !words().any(without) {
            3
        } else if has(whole) {
            0
        } else if self == Self::Loss && has(&["train", "training"]) {
            2
        } else {
            1
        };
        let end = self == Self::Loss && has(&["final", "observed", "measured", "actual", "best", "min"]);
        (kind, usize::from(!end))
    }

    /// What its numbers count or are, in a sentence.
    const fn plural(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Params => "parameters",
            Self::Tokens => "tokens",
            Self::Unique => "unique tokens",
            Self::Epochs => "epochs",
            Self::Flops => "operations",
            Self::Loss => "loss",
            Self::Run => "name of the run",
            Self::Weight => "weight",
        }
    }
}

/// How well a heading fits a role: a whole name, words or a letter; which; of what kind.
type Rank = (usize, usize, (usize, usize));

/// A weight above this is rather a count.
const COUNT: f64 = 1e4;

/// Seconds in a day: a petaFLOP/s-day is 8.64e19 operations.
const DAY: f64 = 86_400.0;

/// What a heading says: its words in small letters, and its unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heading {
    words: Vec<String>,
    /// Words of what stands before a slash.
    path: Vec<String>,
    /// The power of ten of its unit.
    power: i32,
    /// Is the unit so many operations a second, for a day?
    days: bool,
    /// Is the unit one letter at the end of the name, `params_b`? It may be a subscript.
    letter: Option<char>,
    /// What looks like a unit of what is counted, and is not read.
    unread: Option<String>,
    /// What looks like a unit of a loss.
    scale: Option<String>,
    /// What says that the numbers are logarithms.
    log: Option<String>,
}

/// A text as words in small letters: `trainTokens`, `train_tokens`.
fn words(part: &str) -> Vec<String> {
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
    words
}

fn is_log(word: &str) -> bool {
    matches!(
        word,
        "log" | "ln" | "lg" | "log10" | "log2" | "log1p" | "logarithm" | "log\u{2081}\u{2080}" | "log\u{2082}"
    )
}

impl Heading {
    /// May its unit be one? A letter at the end of a name is, of parameters, tokens and operations, where it makes large
    /// numbers of small ones.
    fn is_plausible(&self, role: Role, column: &Column) -> bool {
        let Some(letter) = self.letter else { return true };
        let most = match role {
            Role::Params => 1e14,
            Role::Tokens | Role::Unique => 1e15,
            Role::Flops => 1e30,
            _ => return false,
        };
        let small = if letter == 'k' { 1e8 } else { 1e4 };
        let bare = (0..column.numbers.len()).filter(|row| !column.is_scaled(*row)).map(|row| column.numbers[row]);
        let middle = median(bare.filter(|x| !x.is_nan()).collect());
        letter != 'g' && middle > 0.0 && middle < small && middle * ten(self.power) <= most
    }

    /// Of `Params (M)`, `tokens [B]`, `train/loss`, `summary.total_tokens`, `total_gflops`, `params_in_millions`.
    fn of(name: &str) -> Self {
        let open = name.find(['(', '[', '{']).filter(|at| *at > 0);
        let (base, brackets) = name.split_at(open.unwrap_or(name.len()));
        let base = number::tens(base);
        let parts = base.split(['/', '\\']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let (mut part, mut path) = parts.split_last().map_or(("", &[][..]), |(part, path)| (*part, path));
        let mut said = Self::default();
        let mut pieces: Vec<&str> = brackets.split(|c: char| "()[]{},;".contains(c)).map(str::trim).collect();
        // `tokens / 1e9`, `tokens, B`
        let divided = number::unit(part).filter(|(ten, _)| *ten != 0 && !part.to_lowercase().contains("flop"));
        if let (Some(unit), Some((name, outer))) = (divided, path.split_last()) {
            (said.power, said.days) = unit;
            (part, path) = (name, outer);
        }
        if let Some((name, unit)) = part.split_once([',', ';']) {
            pieces.push(unit.trim());
            part = name;
        }
        for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
            match number::unit(piece) {
                Some((power, days)) if said.power == 0 || power == 0 => {
                    said.power += power;
                    said.days |= days;
                }
                Some(_) => said.unread = Some(piece.to_owned()),
                None => {
                    let log = words(piece).iter().any(|word| is_log(word));
                    said.log = said.log.or_else(|| log.then(|| piece.to_owned()));
                    if number::is_like_unit(piece) {
                        said.unread = Some(piece.to_owned());
                    }
                }
            }
            if number::is_scale(piece) || words(piece).iter().any(|word| is_log(word)) {
                said.scale = Some(piece.to_owned());
            }
        }
        said.path = path.iter().flat_map(|part| words(part)).collect();
        let part = part.rsplit('.').find(|part| part.chars().any(char::is_alphabetic)).unwrap_or(part);
        let mut words = words(part);
        said.log = said.log.or_else(|| words.iter().find(|word| is_log(word)).cloned());
        // `compute_pf_days`, `petaflop_s_days`
        for count in [3, 2] {
            let from = words.len().wrapping_sub(count);
            if let Some(unit) =
                words.get(from..).and_then(|last| number::unit(&last.join("-"))).filter(|(_, days)| *days)
            {
                (said.power, said.days) = unit;
                words.truncate(from);
                if words.is_empty() {
                    words.push("compute".into());
                }
            }
        }
        for word in &mut words {
            if let Some(found) = number::power(word).filter(|_| word.ends_with("flops") || word.ends_with("flop")) {
                said.power += found;
                "flops".clone_into(word);
            }
        }
        while words.len() > 1 {
            let last = words.last().map_or("", String::as_str);
            // A number at the end of a name is a place or a count.
            let digits = last.starts_with('1') && last.bytes().all(|b| b.is_ascii_digit());
            match number::unit(last).filter(|(power, _)| *power > 0 && !digits) {
                Some(unit) if said.power == 0 => {
                    (said.power, said.days) = unit;
                    said.letter = last.chars().next().filter(|_| last.len() == 1);
                }
                _ if last == "in" && said.power != 0 => said.letter = None,
                _ if last == "x" && said.power != 0 => {}
                None if last.len() > 1 && said.power == 0 && number::is_like_unit(last) => {
                    said.unread = Some(last.to_owned());
                    break;
                }
                _ => break,
            }
            words.pop();
        }
        said.words = words;
        said
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
        let mut guess = Self::default();
        for role in Role::ALL {
            // A path before it (`gradients/lm_head.weight`) or a unit behind it (`weights (GB)`) makes a weight something else.
            let bare = |k: usize| matches!(table.columns[k].name.trim().to_lowercase().as_str(), "weight" | "weights");
            let may = headings.iter().enumerate().filter(|(k, _)| role != Role::Weight || bare(*k));
            let ranks = may.filter_map(|(k, heading)| {
                let words = role != Role::Run && table.columns[k].numbers.iter().all(|x| x.is_nan());
                Some(((words, role.rank(heading)?), heading.words.len(), k))
            });
            let ranks: Vec<_> = ranks.collect();
            let Some((rank, _, best)) = ranks.iter().min() else { continue };
            guess.roles.push((role, *best));
            guess.guessed.push(role);
            let values = |k: usize| {
                let columns = Self { roles: vec![(role, k)], ..Self::default() };
                let rows: Vec<usize> = (0..table.len()).collect();
                columns.part(role, table).map(|part| Source::column(part).of(table, &rows)).unwrap_or_default()
            };
            // What only says more of a name gives way to the name; what holds the numbers again is no other.
            let all = |k: usize| headings[k].path.iter().chain(&headings[k].words);
            let more =
                |k: usize| all(*best).all(|word| all(k).any(|w| w == word)) && all(k).count() > all(*best).count();
            let again = |k: usize| {
                let both = (values(*best), values(k));
                both.0.iter().zip(&both.1).all(|(a, b)| (a - b).abs() <= 0.02 * b.abs() || a.is_nan() && b.is_nan())
            };
            let rivals = ranks.iter().filter(|(other, _, k)| other == rank && k != best && !more(*k) && !again(*k));
            let open: Vec<usize> = std::iter::once(*best).chain(rivals.map(|(.., k)| *k)).collect();
            if role != Role::Run && !rank.0 && (open.len() > 1 || rank.1.2.0 == 3) {
                guess.open.push((role, open));
            }
        }
        if guess.get(Role::X).is_none()
            && guess.get(Role::Loss).is_some()
            && let [only] = guess.could_be_x(table)[..]
        {
            guess.roles.push((Role::X, only));
            guess.guessed.push(Role::X);
        }
        guess
    }

    /// Columns that could be the variable of a law of one: their numbers differ, and they are no loss, name or weight.
    fn could_be_x(&self, table: &Table) -> Vec<usize> {
        let taken = [Role::Loss, Role::Run, Role::Weight].map(|role| self.get(role));
        let is_loss = |column: &Column| Role::Loss.rank(&Heading::of(&column.name)).is_some_and(|rank| rank.0 < 2);
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
        .blaming("columns")
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
                _ => Some(
                    table
                        .find(heading)
                        .map_err(|e| Error::new(e.kind(), format!("`columns`: {e}")).blaming("columns"))?,
                ),
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

    /// The power of ten of a role's unit: as somebody said, or as the heading says. Cells with a suffix of their own do
    /// without.
    pub fn power(&self, role: Role, table: &Table) -> i32 {
        let heading = || {
            let column = &table.columns[self.get(role)?];
            let heading = Heading::of(&column.name);
            let applies = role.is_counted() && column.mixed().1.is_some() && heading.is_plausible(role, column);
            applies.then_some(heading.power)
        };
        self.said(role).or_else(heading).unwrap_or(0)
    }

    fn said(&self, role: Role) -> Option<i32> {
        let unit = |of: &dyn Fn(Role) -> bool| self.units.iter().find(|(r, _)| of(*r)).map(|(_, power)| *power);
        // A column has one unit, whichever of its roles it was said of.
        unit(&|r| r == role).or_else(|| unit(&|r| self.get(r).is_some() && self.get(r) == self.get(role)))
    }

    /// The column of a role, and its unit.
    fn part(&self, role: Role, table: &Table) -> Option<Part> {
        let column = self.get(role)?;
        let (said, power) = (self.said(role), self.power(role, table));
        let days = said.is_none() && power != 0 && Heading::of(&table.columns[column].name).days;
        Some(Part { role, column, unit: if days { DAY * ten(power) } else { ten(power) } })
    }

    /// The columns that say what stands before decimals: those with a role, and every other loss.
    pub fn witnesses(&self, table: &Table) -> Vec<usize> {
        let role = |k: usize| self.roles.iter().any(|(role, column)| *column == k && *role != Role::Run);
        let loss = |k: usize| Role::Loss.rank(&Heading::of(&table.columns[k].name)).is_some_and(|rank| rank.0 < 2);
        (0..table.columns.len()).filter(|&k| role(k) || loss(k)).collect()
    }

    /// What must be asked before these columns are used, and notes on how they are read.
    fn ask(&self, table: &Table, parts: &[Part]) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        for part in parts {
            let (role, column) = (part.role, &table.columns[part.column]);
            let (name, what) = (&column.name, role.plural());
            let guessed = self.guessed.contains(&role);
            if let Some((_, open)) = self.open.iter().find(|(r, _)| *r == role).filter(|_| guessed) {
                let names: Vec<_> = open.iter().take(5).map(|k| format!("`{}`", table.columns[*k].name)).collect();
                return Err(bad(if let [name] = &names[..] {
                    format!(
                        "{name} is the only column that may be the {what}, but its heading says something else: say which column is the {what}"
                    )
                } else {
                    format!("columns {} may each be the {what}: say which column is", names.join(" and "))
                }));
            }
            let heading = Heading::of(name);
            if role == Role::Loss && guessed {
                let log = heading.log.as_ref().filter(|log| *log != "log");
                if let Some(says) = heading.scale.as_ref().or(log) {
                    return Err(bad(format!(
                        "the heading of column `{name}` says `{says}`, but the loss itself is needed: convert the column, say which column is the loss, or rename it"
                    )));
                }
            }
            let (scaled, bare) = column.mixed();
            let (Some(bare), true) = (bare, role.is_counted()) else { continue };
            let cell =
                |row: usize| format!("{} on line {}", crate::error::number(column.numbers[row]), table.lines[row]);
            if self.said(role).is_none() {
                const UNITS: &str = "1, k, M, B or T";
                if let Some(says) = &heading.log {
                    return Err(bad(format!(
                        "the heading of column `{name}` says `{says}`, but the {what}, not their logarithms, are needed: convert the column, or set its unit ({UNITS}) if it holds none"
                    )));
                }
                if let Some(says) = &heading.unread {
                    return Err(bad(format!(
                        "the heading of column `{name}` says `{says}`, which is not read as a unit of {what}: set the unit of {what} ({UNITS}), or rename the column"
                    )));
                }
                let small = column.numbers[bare].abs() < 1e4;
                if let Some(row) = scaled.filter(|row| small && part.unit == 1.0 && column.numbers[*row].abs() >= 1e6) {
                    return Err(bad(format!(
                        "column `{name}` holds {} with a suffix and {} without: set the unit of {what} ({UNITS}) for the cells without",
                        cell(row),
                        cell(bare)
                    )));
                }
                if let Some(letter) = heading.letter.filter(|_| part.unit == 1.0) {
                    notes.push(format!(
                        "The last letter of column `{name}` is not taken as a unit of {what}: if it is one, set it ({}).",
                        if letter == 'k' { letter } else { letter.to_ascii_uppercase() }
                    ));
                }
                if heading.days && part.unit != 1.0 {
                    notes.push(format!(
                        "Column `{name}` counts operations a second for a day: 1 is {:e} operations.",
                        part.unit
                    ));
                }
            }
            if let Some(row) = scaled.filter(|_| part.unit != 1.0) {
                notes.push(format!(
                    "In column `{name}`, numbers with a suffix of their own, such as {}, are read by it; the others are multiplied by {:e}.",
                    cell(row),
                    part.unit
                ));
            }
        }
        Ok(notes)
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
            Some(("largest", Compare::Equal, _)) => Err(Error::parameter(
                "exclude",
                text,
                "largest=COUNT, with a whole number from 0 of the largest losses",
            )),
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

/// A column that has a role, and its unit.
#[derive(Clone, Copy, Debug)]
struct Part {
    role: Role,
    column: usize,
    unit: f64,
}

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

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.times.iter().chain(&self.over)
    }

    fn columns(&self) -> impl Iterator<Item = usize> {
        self.parts().map(|part| part.column)
    }

    /// Its values in these rows.
    fn of(&self, table: &Table, rows: &[usize]) -> Vec<f64> {
        let product = |list: &[Part], row: usize| {
            let of = |part: &Part| {
                let column = &table.columns[part.column];
                column.numbers[row] * if part.unit == 1.0 || column.is_scaled(row) { 1.0 } else { part.unit }
            };
            list.iter().map(of).product::<f64>()
        };
        let six = if self.over_six { 6.0 } else { 1.0 };
        rows.iter().map(|&row| product(&self.times, row) / (product(&self.over, row) * six)).collect()
    }

    fn words(&self, table: &Table) -> String {
        let name = |part: &Part| {
            let unit = if part.unit == 1.0 { String::new() } else { format!(" x {:e}", part.unit) };
            format!("`{}`{unit}", table.columns[part.column].name)
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
    let get = |role| columns.part(role, table);
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

/// A column whose decimal mark is open must be asked about before it is used; `both` where decimals have both marks.
fn sure(column: &Column, both: bool) -> Result<()> {
    let Some((line, cell)) = &column.doubt else { return Ok(()) };
    let why = if both {
        "the columns of the fit have decimals with a point and with a comma, so nothing says"
    } else {
        "nothing in the columns of the fit says"
    };
    Err(bad(format!(
        "line {line}: {why} whether the mark in `{cell}` of column `{}` separates thousands or decimals: say `decimal=comma` or `decimal=point`",
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
    // A column that is called the loss may hold whole numbers, but no loss is near a hundred.
    let exact = |k: usize| Role::Loss.rank(&Heading::of(&table.columns[k].name)).is_some_and(|rank| rank.0 == 0);
    let named = columns.get(Role::Loss).is_some_and(exact);
    if let Some(loss) = list(Role::Loss).filter(|loss| loss.len() > 3 && loss.iter().all(|x| x.fract() == 0.0))
        && columns.is_guess(Role::Loss)
        && !(named && loss.iter().all(|x| *x < 100.0))
    {
        return Err(bad(format!(
            "the loss is guessed to be column `{}`, which holds whole numbers, such as {}: say which column is the loss",
            name(Role::Loss),
            crate::error::number(loss[0])
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
            "Models of about {} parameters are small: if the column is in thousands, millions or billions, set its unit (k, M or B).",
            crate::error::number(size)
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
    let witnesses = columns.witnesses(table);
    let both = table.disagree(&witnesses);
    let mark = columns.mark.or_else(|| table.mark(&witnesses)).filter(|_| table.in_doubt());
    let settled = mark.map(|mark| {
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
            sure(column, both)?;
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
    let parts: Vec<Part> = sources.iter().flat_map(Source::parts).copied().collect();
    let asked = columns.ask(table, &parts)?;
    let all: Vec<usize> = (0..table.len()).collect();
    let values: Vec<Vec<f64>> = sources.iter().map(|source| source.of(table, &all)).collect();
    let compare = |column: &str, how: Compare, value: &str| -> Result<Vec<bool>> {
        let column = &table.columns[columns.find(column, table)?];
        let number = number::typed(value);
        if number.is_some() {
            sure(column, both)?;
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
    let mut notes = table.notes.clone();
    notes.extend(asked);
    notes.extend(odd(columns, table, &roles, &lists)?);
    let (y, x) = lists.split_last().ok_or_else(|| bad("the law reads nothing"))?;
    let mut data =
        Data::new(law, &x.iter().map(Vec::as_slice).collect::<Vec<_>>(), y, objective.residual, Some(&lines))?;
    // Rows of no run are one apart from the other only where they differ.
    let mut blocks: Vec<u32> = vec![0; kept.len()];
    if let Some(run) = columns.get(Role::Run) {
        let labels = table.columns[run].labels();
        blocks = kept.iter().map(|&row| labels[row]).collect();
    }
    let rows = std::mem::replace(&mut data.block, blocks);
    let mut weights = vec![1.0; kept.len()];
    if let Some(k) = columns.get(Role::Weight) {
        let column = &table.columns[k];
        sure(column, both)?;
        let most = kept.iter().map(|&row| column.numbers[row]).fold(0.0, f64::max);
        let sized = parts.iter().any(|part| matches!(part.role, Role::Params | Role::X));
        if columns.is_guess(Role::Weight) && (most > COUNT || !sized) {
            return Err(bad(format!(
                "column `{}`, with numbers up to {}, is guessed to say how much a row counts, but may be a size: say which column is the weight, or that none is",
                column.name,
                crate::error::number(most)
            )));
        }
        for (i, &row) in kept.iter().enumerate() {
            let weight = column.numbers[row];
            if !(weight > 0.0 && weight.is_finite()) {
                let (line, name) = (table.lines[row], &column.name);
                return Err(bad(format!("line {line}: the weight in column `{name}` must be a number above 0")));
            }
            weights[i] = weight;
        }
    }
    let differ = data.weigh(law, &weights)?;
    if columns.get(Role::Run).is_none() {
        data.block = differ.iter().map(|&i| rows[i]).collect();
    }
    if differ.len() < lines.len() {
        let copies = lines.len() - differ.len();
        notes.push(format!(
            "{copies} {} another in all that is read: copies of a row pull together and count as one row of noise. If they are runs of their own, a column of runs says so.",
            if copies == 1 { "row equals" } else { "rows equal" }
        ));
    }
    let lines = differ.iter().map(|&i| lines[i]).collect();
    let names = law.info.inputs.iter().map(|input| input.symbol).chain(["loss"]);
    let mut how: Vec<String> =
        names.zip(&sources).map(|(name, source)| format!("{name} = {}", source.words(table))).collect();
    how.extend(columns.get(Role::Weight).map(|k| format!("weight = `{}`", table.columns[k].name)));
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
        let large = fit(&table.replace(",1\n", ",1e3\n").replace(",2\n", ",2e3\n"));
        assert!((weighed - large).abs() < 1e-9 * weighed, "whatever the scale of all weights: {weighed} {large}");
        let notes = |text: &str| read("power", text, &[]).expect("runs").notes.join(" ");
        assert!(notes(&format!("{table}2,3,1\n2,3,1\n")).starts_with("2 rows equal another"), "said");
        assert!(notes(table).is_empty(), "{}", notes(table));
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
            ("params,training compute [EFLOP],loss", Role::Flops, "training compute [EFLOP]"),
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
            ("params (000s)", 3),
            ("params (kilo)", 3),
            ("tokens (1000s)", 3),
            ("params (x100)", 2),
            ("Parameter (Mio.)", 6),
            ("tokens (Mrd.)", 9),
            ("params (10⁶)", 6),
            ("params (10**6)", 6),
            ("Tokens × 10^9", 9),
            ("tokens / 1e9", 9),
            ("tokens, B", 9),
            ("params (non-embedding, M)", 6),
            ("params (M) (non-embedding)", 6),
            ("flops (e18)", 18),
            ("training compute [EFLOP]", 18),
            ("compute (PF-days)", 15),
            ("tokens_1000", 0),
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
        let text = "step\tloss\tnote\n250\t45\t1,000\n500\t38\t2\n1000\t33\t3,5\n2000\t30\t4\n4000\t28\t5\n";
        assert!(read("power", text, &[]).is_ok(), "not where it is not");
        let text = text.replace("1000\t", "1,000\t");
        let said = read("power", &text, &[]).expect_err("a question").to_string();
        assert!(
            said.starts_with("line 4: nothing in the columns of the fit says")
                && said.contains("`1,000` of column `step`"),
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

    /// Six runs of two columns that a law takes, as a table with these headings; cells are as given.
    fn six(heads: &str, n: [&str; 6], d: [&str; 6]) -> String {
        let loss = ["3.6", "3.3", "3.1", "3.4", "3.15", "2.9"];
        let row = |i: usize| format!("{},{},{}\n", n[i], d[i], loss[i]);
        format!("{heads}\n{}", (0..6).map(row).collect::<String>())
    }

    const SIZES: [&str; 6] = ["7e7", "7e7", "7e7", "1.6e8", "1.6e8", "1.6e8"];
    const TOKENS: [&str; 6] = ["1.5e9", "5e9", "2e10", "1.5e9", "5e9", "2e10"];

    fn with(law: &str, text: &str, columns: &str) -> Result<Runs> {
        let (law, table) = (find(law)?, Reader::read(text.as_bytes())?);
        runs(law, &table, &Columns::read(columns, &table)?, law.info.objective, &[])
    }

    #[test]
    fn a_heading_is_the_unit_of_cells_without_their_own() {
        let cells = ["1.5", "5", "20", "1500M", "0.005T", "20"];
        let text = six("params,tokens (B),loss", SIZES, cells);
        let found = with("chinchilla", &text, "").expect("runs");
        let tokens = |found: &Runs| (0..6).map(|i| found.data.input(i)[1]).collect::<Vec<_>>();
        assert_eq!(tokens(&found), [1.5e9, 5e9, 2e10, 1.5e9, 5e9, 2e10], "each by its own unit");
        assert!(found.notes[0].contains("such as 1500000000 on line 5, are read by it"), "{:?}", found.notes);
        assert_eq!(tokens(&with("chinchilla", &text, "tokens.unit:M").expect("runs"))[2..4], [2e7, 1.5e9], "as said");
        let text = text.replace(" (B)", "");
        let said = with("chinchilla", &text, "").expect_err("70 tokens").to_string();
        assert!(said.contains("holds 1500000000 on line 5 with a suffix and 1.5 on line 2 without"), "{said}");
        assert_eq!(tokens(&with("chinchilla", &text, "tokens.unit:B").expect("runs")), tokens(&found), "as asked for");
    }

    #[test]
    fn units_that_are_not_read_are_asked_about() {
        for heading in
            ["tokens (dozens)", "tokens (x250)", "tokens (GiB)", "tokens (100M)", "tokens [hundreds]", "tokens_1000"]
        {
            let text = six(&format!("params,{heading},loss"), SIZES, TOKENS);
            let said = with("chinchilla", &text, "").expect_err("a question").to_string();
            assert!(
                said.contains(&format!("column `{heading}`")) && said.contains("not read as a unit of tokens"),
                "{said}"
            );
            assert_eq!(with("chinchilla", &text, "tokens.unit:1").expect("runs").data.input(0)[1], 1.5e9, "{heading}");
        }
        for heading in ["log10 params", "ln_params", "params (log)", "logParams", "params (log scale)"] {
            let text = six(&format!("{heading},tokens,loss"), SIZES, TOKENS);
            let said = with("chinchilla", &text, "").expect_err("a question").to_string();
            assert!(said.contains("not their logarithms"), "{said}");
        }
        for heading in ["loss (x100)", "loss (%)", "val loss (10^-3)", "ln_loss", "loss (log)"] {
            let text = six(&format!("params,tokens,{heading}"), SIZES, TOKENS);
            let said = with("chinchilla", &text, "").expect_err("a question").to_string();
            assert!(said.contains("the loss itself is needed"), "{heading}: {said}");
            assert!(with("chinchilla", &text, "loss:#3").is_ok(), "{heading}: somebody said it");
        }
        for heads in [
            "params (non-embedding),tokens (seen),loss (val)",
            "params (N),tokens (D),loss (nats)",
            "params (GPT2),tokens (C4; unique),log_loss",
            "params,tokens,loss (step 1000)",
        ] {
            let found = with("chinchilla", &six(heads, SIZES, TOKENS), "").unwrap_or_else(|e| panic!("{heads}: {e}"));
            assert_eq!(found.data.input(0), [7e7, 1.5e9], "{heads}");
        }
    }

    #[test]
    fn petaflop_days_are_operations() {
        let days = ["0.0072917", "0.024306", "0.097222", "0.016667", "0.055556", "0.22222"];
        for heading in ["compute (PF-days)", "compute_pf_days", "petaflop_s_days", "compute [PFLOP/s-days]"] {
            let found = with("chinchilla", &six(&format!("params,{heading},loss"), SIZES, days), "").expect("runs");
            assert!((found.data.input(0)[1] - 1.5e9).abs() < 1e5, "{heading}: {:?}", found.data.input(0));
            assert_eq!(found.how[1], format!("D = `{heading}` x 8.64e19 / (6 `params`)"));
            assert!(found.notes[0].contains("1 is 8.64e19 operations"), "{:?}", found.notes);
        }
    }

    #[test]
    fn a_letter_at_the_end_of_a_name_is_a_unit_where_it_can_be() {
        let billions = ["0.07", "0.07", "0.07", "0.16", "0.16", "0.16"];
        let trillions = ["0.0015", "0.005", "0.02", "0.0015", "0.005", "0.02"];
        let found = with("chinchilla", &six("params_b,tokens_T,loss", billions, trillions), "").expect("runs");
        assert_eq!(found.data.input(0), [7e7, 1.5e9], "numbers of models");
        assert!(found.notes.is_empty(), "{:?}", found.notes);
        let found = with("chinchilla", &six("params_b,tokens_t,loss", SIZES, TOKENS), "").expect("runs");
        assert_eq!(found.data.input(0), [7e7, 1.5e9], "subscripts");
        assert!(found.notes[1].contains("last letter of column `tokens_t`"), "{:?}", found.notes);
        for heading in ["x_t", "step_k", "steps_t", "x_b"] {
            let text = format!("{heading},loss\n1,5.5\n2,3\n4,2.5\n8,2.1\n16,2\n32,1.9\n");
            let found = with("power", &text, "").expect("runs");
            assert_eq!(found.data.input(5), [32.0], "{heading}");
            assert!(found.notes[0].contains(&format!("column `{heading}`")), "{:?}", found.notes);
            let unit = with("power", &text, "x.unit:k").expect("runs");
            assert_eq!((unit.data.input(5), unit.notes.len()), (&[32e3][..], 0), "{heading}, as said");
        }
    }

    #[test]
    fn headings_that_fit_alike_are_asked_about() {
        let other = ["7e6", "7e6", "7e6", "1e7", "2e7", "3e7"];
        let wide = |heads: &str| {
            let text = six(heads, SIZES, TOKENS);
            let more = text.lines().skip(1).zip(other).map(|(line, more)| format!("{more},{line}\n"));
            format!("{heads}\n{}", more.collect::<String>())
        };
        for (heads, how) in [
            ("embedding_params,total_params,tokens,loss", ["N = `total_params`", "D = `tokens`"]),
            ("warmup_tokens,params,total_tokens,loss", ["N = `params`", "D = `total_tokens`"]),
            ("eval_tokens,params,seen_tokens,loss", ["N = `params`", "D = `seen_tokens`"]),
        ] {
            assert_eq!(with("chinchilla", &wide(heads), "").expect("runs").how[..2], how, "{heads}");
        }
        for (heads, loss) in [
            ("predicted_loss,params,tokens,observed_loss", "observed_loss"),
            ("initial_loss,params,tokens,train_loss", "train_loss"),
            ("train/loss,params,tokens,val/loss", "val/loss"),
            ("train/loss,params,tokens,final_val_loss", "final_val_loss"),
            ("val_loss_code,params,tokens,final_val_loss", "final_val_loss"),
        ] {
            assert_eq!(
                with("chinchilla", &wide(heads), "").expect("runs").how[2],
                format!("loss = `{loss}`"),
                "{heads}"
            );
        }
        for (heads, names) in [
            (
                "eval/code_loss,params,tokens,eval/web_loss",
                "columns `eval/code_loss` and `eval/web_loss` may each be the loss",
            ),
            ("code/loss,params,tokens,web/loss", "columns `code/loss` and `web/loss` may each be the loss"),
            (
                "active_params,total_params,tokens,loss",
                "columns `active_params` and `total_params` may each be the parameters",
            ),
            ("a/tokens,params,b/tokens,loss", "columns `a/tokens` and `b/tokens` may each be the tokens"),
            ("other,params,warmup_tokens,loss", "`warmup_tokens` is the only column that may be the tokens"),
        ] {
            let said = with("chinchilla", &wide(heads), "").expect_err("a question").to_string();
            assert!(said.starts_with(names), "{heads}: {said}");
        }
        assert!(
            with("chinchilla", &wide("eval/code_loss,params,tokens,eval/web_loss"), "loss:#4").is_ok(),
            "somebody said"
        );
        // The numbers again, in another unit.
        let text = six("params,tokens,loss", SIZES, TOKENS);
        let twice = text.lines().zip(["params (M)", "70", "70", "70", "160", "160", "160"]);
        let twice: String = twice.map(|(line, more)| format!("{more},{line}\n")).collect();
        assert!(with("chinchilla", &twice, "").is_ok(), "no other column");
    }

    #[test]
    fn a_weight_has_no_path_and_no_unit() {
        for heading in ["gradients/lm_head.weight", "data/web.weight", "loss/weight", "weights (GB)", "weights_B"] {
            let text = format!("steps,loss,{heading}\n1,5,0.1\n2,3,0.2\n4,2.2,0.1\n8,1.7,0.3\n16,1.5,0.1\n");
            let how = with("power", &text, "x:steps").expect("runs").how;
            assert!(how.iter().all(|said| !said.starts_with("weight")), "{heading}: {how:?}");
        }
        let named =
            with("power", "steps,loss, Weight \n1,5,1\n2,3,2\n4,2.2,1\n8,1.7,1\n16,1.5,1\n", "x:steps").expect("runs");
        assert_eq!(named.how[2], "weight = `Weight`");
    }

    #[test]
    fn a_weight_is_named_and_no_size() {
        let text = "steps,loss,weights\n1,5,1\n2,3,2\n4,2.2,1\n8,1.7,1\n16,1.5,1\n";
        assert_eq!(with("power", text, "").expect("runs").how[2], "weight = `weights`");
        let large = text.replace(",1\n", ",70000000\n");
        let said = with("power", &large, "").expect_err("a size").to_string();
        assert!(said.contains("column `weights`, with numbers up to 70000000,"), "{said}");
        assert!(with("power", &large, "weight:weights").is_ok() && with("power", &large, "weight:-").is_ok(), "said");
        let alone = with("power", &text.replace("steps", "tokens"), "").expect("runs");
        assert_eq!(alone.how, ["x = `tokens`", "loss = `loss`", "weight = `weights`"], "x is the only column left");
    }

    #[test]
    fn columns_outside_the_fit_decide_no_mark() {
        let steps = ["752", "800", "900", "1.054", "2.000", "4.000"];
        let of = |other: &str, cell: &str, loss: [&str; 6], separator: &str, mark: &str| {
            let row =
                |i: usize| [steps[i].replace('.', mark), cell.to_owned(), loss[i].to_owned()].join(separator) + "\n";
            let text = format!("steps{separator}{other}{separator}loss\n{}", (0..6).map(row).collect::<String>());
            with("power", &text, "loss:loss").map(|runs| runs.data.input(3)[0])
        };
        let whole = ["50", "45", "41", "38", "35", "33"];
        for (other, cell, separator, mark) in [
            ("cuda", "12.1", ";", "."),
            ("torch", "2.4", ";", "."),
            ("month", "03.2026", ";", "."),
            ("minutes", "12.5", ";", "."),
            ("lr", "0,0003", "\t", ","),
            ("gpus", "0,1", "\t", ","),
        ] {
            let said = of(other, cell, whole, separator, mark).expect_err("a question").to_string();
            assert!(
                said.contains("nothing in the columns of the fit says") && said.contains("column `steps`"),
                "{said}"
            );
        }
        let german = ["5,0019", "4,55", "4,1", "3,8", "3,5", "3,3"];
        assert_eq!(of("cuda", "12.1", german, ";", ".").expect("runs"), 1054.0, "the loss says it");
        let english = german.map(|cell| cell.replace(',', "."));
        let english = english.each_ref().map(String::as_str);
        assert_eq!(of("lr", "0,0003", english, "\t", ",").expect("runs"), 1054.0, "the loss says it");
        assert_eq!(of("train_loss", "3,7512", whole, ";", ".").expect("runs"), 1054.0, "any loss does");
        let both = ["5,0019", "4.55", "4,1", "3,8", "3,5", "3,3"];
        let said = of("lr", "1", both, ";", ".").expect_err("both").to_string();
        assert!(said.contains("with a point and with a comma"), "{said}");
    }

    #[test]
    fn sentences_are_short_and_say_what_is_allowed() {
        let text = |loss: &dyn Fn(f64) -> String| {
            let row = |i: i32| format!("{},{}\n", 1 << i, loss(f64::from(i)));
            format!("x,loss\n{}", (0..6).map(row).collect::<String>())
        };
        let said = with("power", &text(&|i| format!("{}e300", 5.5 - 0.5 * i)), "").expect_err("huge").to_string();
        assert!(said.contains("such as 5.5e300:") && said.len() < 200, "{said}");
        let said = with("power", &text(&|_| "3".to_owned()), "").map_err(|e| e.to_string());
        assert!(!said.is_err_and(|said| said.contains("whole numbers")), "a column that is called the loss");
        let said = Rule::parse("largest=-1").expect_err("no count").to_string();
        assert!(said.contains("largest=COUNT, with a whole number from 0"), "{said}");
        assert!(Rule::parse("largest>-1").is_ok(), "a column of that name");
        let comment = "run,x,loss\na,1,5.5\n#best,2,3\nc,4,2.5\nd,8,2.1\ne,16,2\nf,32,1.9\n";
        assert!(
            with("power", comment, "").expect("runs").notes[0].contains("lines 3"),
            "what a table passed over is said"
        );
    }
}
