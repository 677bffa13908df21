//! Roles of the columns of a table: what the headings suggest, what the user says, and what the user must be asked.

use super::heading::{Heading, Level, Rank};
use super::source::{Part, Source, ten};
use super::{bad, words};
use crate::error::{Error, Result};
use crate::fit::{Input, Role};
use crate::table::{Column, Mark, Table, number};
use crate::text;
use crate::text::{Text, list, name, phrase, setting};

/// Roles of the columns of a table, with their units and the decimal mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    roles: Vec<(Role, usize)>,
    /// Roles that were given to columns because of their headings. The other roles were given by the user.
    guessed: Vec<Role>,
    /// Guessed roles that the user must confirm, each with the columns that may have it. These are several columns that
    /// fit equally well, or one column whose heading may mean something else.
    open: Vec<(Role, Vec<usize>)>,
    /// Units that the user gave: a role and the power of ten of its unit, such as 6 for millions.
    units: Vec<(Role, i32)>,
    /// Decimal mark that the user gave, for a table whose cells do not show which mark is meant.
    pub(super) mark: Option<Mark>,
}

/// Number of seconds per day. One petaFLOP/s-day is thus 8.64e19 operations.
const DAY: f64 = 86_400.0;

impl Columns {
    /// Guesses the roles of the columns from the headings. For each role, a heading that is a name of the role is
    /// preferred to a heading that consists of words for the role, and both are preferred to a single letter. If no
    /// heading means the input x, and just one column could be x, that column gets the role.
    pub fn guess(table: &Table) -> Self {
        let headings: Vec<Heading> = table.columns.iter().map(|column| Heading::of(&column.name)).collect();
        let mut guess = Self::default();
        for role in Role::ALL {
            // A path before the name (`gradients/lm_head.weight`) or a unit after it (`weights (GB)`) makes a weight
            // something else.
            let bare = |k: usize| matches!(table.columns[k].name.trim().to_lowercase().as_str(), "weight" | "weights");
            let may = headings.iter().enumerate().filter(|(k, _)| role != Role::Weight || bare(*k));
            let ranks = may.filter_map(|(k, heading)| {
                let words = !role.is_name() && table.columns[k].numbers.iter().all(|x| x.is_nan());
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
            // L may be a number of layers.
            let whole = |k: usize| table.columns[k].numbers.iter().all(|x| x.is_nan() || x.fract() == 0.0);
            let is_symbol = |k: usize| match table.columns[k].name.trim() {
                "N" | "D" => true,
                "L" => !whole(k),
                _ => false,
            };
            // A longer form of the best heading is no rival, nor is a column that repeats its numbers.
            let all = |k: usize| headings[k].path.iter().chain(&headings[k].words);
            let more =
                |k: usize| all(*best).all(|word| all(k).any(|w| w == word)) && all(k).count() > all(*best).count();
            let again = |k: usize| {
                let both = (values(*best), values(k));
                both.0.iter().zip(&both.1).all(|(a, b)| (a - b).abs() <= 0.02 * b.abs() || a.is_nan() && b.is_nan())
            };
            // Tokens of one device are not all tokens, and active parameters not all parameters, so the user is asked
            // if they differ.
            let differs = |other: &Rank, k: usize| match role {
                Role::Params if rank.1.0 == Level::Words => other.0 <= Level::Words || is_symbol(k),
                Role::Params | Role::Tokens => other.0 <= Level::Words && other.2.0 < rank.1.2.0,
                Role::Loss if rank.1.0 == Level::Words && is_symbol(k) => true,
                // `final_loss` beside `loss`
                Role::Loss => other.0 <= Level::Words && other.2.0 <= rank.1.2.0 && other.2.1 < rank.1.2.1,
                _ => false,
            };
            // The order of names here does not say which of two names of a count is meant.
            let same = |other: &Rank| match role {
                Role::Params | Role::Tokens => (other.0, other.2) == (rank.1.0, rank.1.2),
                _ => *other == rank.1,
            };
            let rivals = ranks.iter().filter(|((text, other), _, k)| {
                let alike = same(other) && !more(*k) || differs(other, *k);
                *text == rank.0 && alike && k != best && !again(*k)
            });
            let open: Vec<usize> = std::iter::once(*best).chain(rivals.map(|(.., k)| *k)).collect();
            if !role.is_name() && !rank.0 && (open.len() > 1 || rank.1.0 == Level::Doubt) {
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

    /// Indices of the columns that could be x. Such a column has numbers that are not all equal, and is not the loss,
    /// the name of a run or of a recipe, or a weight.
    fn could_be_x(&self, table: &Table) -> Vec<usize> {
        self.numbered(table).into_iter().filter(|(_, same)| same.is_none()).map(|(k, _)| k).collect()
    }

    /// The columns with numbers that are not the loss, the name of a run or of a recipe, or a weight; each with its number,
    /// if all of its numbers are equal.
    fn numbered(&self, table: &Table) -> Vec<(usize, Option<f64>)> {
        let taken = [Role::Loss, Role::Run, Role::Recipe, Role::Weight].map(|role| self.get(role));
        let is_loss =
            |column: &Column| Role::Loss.rank(&Heading::of(&column.name)).is_some_and(|rank| rank.0 != Level::Letter);
        let of = |k: usize| {
            let column = &table.columns[k];
            let mut numbers = column.numbers.iter().copied().filter(|x| x.is_finite());
            let first = numbers.next().filter(|_| !taken.contains(&Some(k)) && !is_loss(column))?;
            Some((k, numbers.all(|x| x == first).then_some(first)))
        };
        (0..table.columns.len()).filter_map(of).collect()
    }

    /// The error for an input of the law for which no column was found. For the input x, the message names the columns
    /// that could be x, or the only column that could be x if its numbers differed; otherwise it names all columns.
    pub(super) fn missing(&self, input: &Input, table: &Table) -> Error {
        let numbered = if input.role == Role::X { self.numbered(table) } else { Vec::new() };
        let could: Vec<usize> = numbered.iter().filter(|(_, same)| same.is_none()).map(|(k, _)| *k).collect();
        bad(match numbered[..] {
            [(column, Some(value))] => {
                text!(words::ALIKE, column = name(&table.columns[column].name), value = setting(value))
            }
            _ if !could.is_empty() => text!(words::X_OPEN, columns = name(table.named(could))),
            _ if input.role == Role::X => text!(words::NO_X, columns = name(table.names())),
            _ => text!(
                words::NO_INPUT,
                input = phrase(input.role.plural()),
                role = name(input.role.name()),
                columns = name(table.names()),
            ),
        })
        .blaming("columns")
    }

    /// Index of the column that a rule calls `name`. The name is the heading of a column or, if no heading equals it,
    /// the name of a role.
    pub(super) fn find(&self, name: &str, table: &Table) -> Result<usize> {
        let is_called = |role: &Role| role.name().eq_ignore_ascii_case(name) || role.symbol() == Some(name);
        let role = || Role::ALL.into_iter().find(is_called);
        table.find(name).or_else(|e| role().and_then(|role| self.get(role)).ok_or(e))
    }

    /// Guesses the roles of the columns and changes them as the user's `text` says, such as
    /// `loss:val_loss,params:#3,run:-`. A column is given by its heading or by its number, as `#3`; `-` means that no
    /// column has the role. `tokens.unit:B` says that tokens are in billions (a unit is 1, k, M, B or T), and
    /// `decimal:comma` or `decimal:point` gives the decimal mark.
    ///
    /// # Errors
    /// The text names a role, column, unit or mark that does not exist.
    pub fn read(text: &str, table: &Table) -> Result<Self> {
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        pairs.into_iter().try_fold(Self::guess(table), |mut columns, pair| {
            let (said, heading) = pair.split_once(':').unwrap_or((pair, ""));
            let said = said.trim();
            if said == "decimal" {
                columns.mark = Some(match heading.trim() {
                    "comma" => Mark::Comma,
                    "point" => Mark::Point,
                    _ => return Err(Error::parameter("columns", pair, words::MARKS)),
                });
                return Ok(columns);
            }
            let (said, unit) = said.strip_suffix(".unit").map_or((said, false), |said| (said, true));
            let role = Role::ALL.into_iter().find(|role| role.name() == said).ok_or_else(|| {
                let roles = Role::ALL.iter().map(|role| Text::verbatim(role.name())).collect();
                Error::parameter("columns", pair, text!(words::ROLES, roles = list(roles)))
            })?;
            if unit {
                let power = number::power(heading).filter(|power| *power >= 0 && role.is_counted());
                let power = power.ok_or_else(|| Error::parameter("columns", pair, words::UNITS))?;
                columns.units.retain(|(known, _)| *known != role);
                columns.units.push((role, power));
                return Ok(columns);
            }
            let place = heading.strip_prefix('#').and_then(|place| place.parse::<usize>().ok());
            let column = match (heading, place) {
                ("-", _) => None,
                (_, Some(place)) if (1..=table.columns.len()).contains(&place) => Some(place - 1),
                _ => Some(table.find(heading).map_err(|e| {
                    let problem = text!(words::IN_COLUMNS, problem = phrase(e.text().clone()));
                    Error::new(e.kind(), problem).blaming("columns")
                })?),
            };
            Ok(columns.with(role, column))
        })
    }

    /// Index of the column that has this role.
    pub fn get(&self, role: Role) -> Option<usize> {
        self.roles.iter().find(|(r, _)| *r == role).map(|(_, column)| *column)
    }

    /// Returns these roles with `role` moved to another column, or to none.
    pub fn with(mut self, role: Role, column: Option<usize>) -> Self {
        // If the guessed x turns out to be the loss, x has no column.
        let not_x = role == Role::Loss && self.guessed.contains(&Role::X) && self.get(Role::X) == column;
        let out = |r: &Role| *r == role || not_x && *r == Role::X;
        self.roles.retain(|(r, _)| !out(r));
        self.guessed.retain(|r| !out(r));
        self.roles.extend(column.map(|column| (role, column)));
        self
    }

    /// Power of ten of a role's unit, which the user gives or the heading says. The unit does not apply to cells that
    /// have a suffix of their own.
    pub fn power(&self, role: Role, table: &Table) -> i32 {
        let heading = || {
            let column = &table.columns[self.get(role)?];
            let heading = Heading::of(&column.name);
            let applies = role.is_counted() && column.mixed().1.is_some() && heading.is_plausible(role, column);
            applies.then_some(heading.power)
        };
        self.said(role).or_else(heading).unwrap_or(0)
    }

    pub(super) fn said(&self, role: Role) -> Option<i32> {
        let unit = |of: &dyn Fn(Role) -> bool| self.units.iter().find(|(r, _)| of(*r)).map(|(_, power)| *power);
        // A column has one unit, even if the user gave it for another role of the column.
        unit(&|r| r == role).or_else(|| unit(&|r| self.get(r).is_some() && self.get(r) == self.get(role)))
    }

    /// The column that has a role, with its unit.
    pub(super) fn part(&self, role: Role, table: &Table) -> Option<Part> {
        let column = self.get(role)?;
        let (said, power) = (self.said(role), self.power(role, table));
        let days = said.is_none() && power != 0 && Heading::of(&table.columns[column].name).days;
        Some(Part { role, column, unit: if days { DAY * ten(power) } else { ten(power) } })
    }

    /// The column of this index, with its role and unit; `None` if it has no role.
    pub(super) fn part_of(&self, column: usize, table: &Table) -> Option<Part> {
        let role = Role::ALL.into_iter().find(|role| self.get(*role) == Some(column));
        role.and_then(|role| self.part(role, table))
    }

    /// Column of the loss, if its heading surely means the loss. Such a column shows which decimal mark the table uses,
    /// because no loss is above a thousand.
    pub(super) fn sure_loss<'a>(&self, table: &'a Table) -> Option<&'a Column> {
        let column = &table.columns[self.get(Role::Loss)?];
        Role::Loss.rank(&Heading::of(&column.name)).filter(|rank| rank.0 <= Level::Words).map(|_| column)
    }

    /// Whether the column of this role is certain, because its heading is clear or the user named it.
    pub(super) fn is_sure(&self, role: Role, table: &Table) -> bool {
        let open = self.open.iter().any(|(r, _)| *r == role);
        let sure =
            |k: usize| role.rank(&Heading::of(&table.columns[k].name)).is_some_and(|rank| rank.0 <= Level::Words);
        self.get(role).is_some_and(|k| !self.guessed.contains(&role) || !open && sure(k))
    }

    /// Indices of the columns that may show which decimal mark the table uses. These are the columns with a role that
    /// has numbers, and all whose headings mean a loss.
    pub fn witnesses(&self, table: &Table) -> Vec<usize> {
        let role = |k: usize| self.roles.iter().any(|(role, column)| *column == k && !role.is_name());
        let loss = |k: usize| {
            Role::Loss.rank(&Heading::of(&table.columns[k].name)).is_some_and(|rank| rank.0 != Level::Letter)
        };
        (0..table.columns.len()).filter(|&k| role(k) || loss(k)).collect()
    }

    /// Returns an error if the user must be asked about a column of `parts`. Otherwise returns notes that say how the
    /// columns are read.
    pub(super) fn ask(&self, table: &Table, parts: &[Part]) -> Result<Vec<Text>> {
        let mut notes = Vec::new();
        for part in parts {
            let (role, column) = (part.role, &table.columns[part.column]);
            let (called, what, short) = (|| name(&column.name), || phrase(role.plural()), || name(role.name()));
            let guessed = self.guessed.contains(&role);
            let heading = Heading::of(&column.name);
            if role == Role::Loss
                && !guessed
                && let Some(says) = role.doubt(&heading)
            {
                notes.push(text!(words::LOSS_AS_IT_IS, column = called(), word = name(says)));
            }
            if role == Role::Loss
                && guessed
                && let Some(says) = heading.scale.as_ref().or(heading.log.as_ref())
            {
                return Err(bad(text!(words::NOT_THE_LOSS, column = called(), word = name(says))));
            }
            if let Some((_, open)) = self.open.iter().find(|(r, _)| *r == role).filter(|_| guessed) {
                return Err(bad(match (&open[..], role.doubt(&heading)) {
                    ([only], doubt) => {
                        let only = name(&table.columns[*only].name);
                        match doubt {
                            Some(word) => {
                                let word = name(word);
                                text!(words::DOUBT_WORD, column = only, role = what(), word = word, short = short())
                            }
                            None => text!(words::DOUBT, column = only, role = what(), short = short()),
                        }
                    }
                    _ => {
                        let column = |k: &usize| text!(words::COLUMN, column = name(&table.columns[*k].name));
                        let columns = open.iter().take(5).map(column).collect();
                        text!(words::RIVALS, columns = list(columns), role = what(), short = short())
                    }
                }));
            }
            if let Some((line, cell)) = column.percent.as_ref().filter(|_| role == Role::Loss) {
                let (line, cell) = (setting(*line as f64), name(cell));
                notes.push(text!(words::PERCENT, column = called(), cell = cell, line = line));
            }
            let (scaled, bare) = column.mixed();
            let (Some(bare), true) = (bare, role.is_counted()) else { continue };
            let line = |row: usize| setting(table.lines[row] as f64);
            let suffixed = || name(column.suffixed.as_deref().unwrap_or_default());
            if self.said(role).is_none() {
                if let Some(says) = &heading.log {
                    let (word, role) = (name(says), what());
                    return Err(bad(text!(
                        words::LOGARITHMS,
                        column = called(),
                        word = word,
                        role = role,
                        short = short()
                    )));
                }
                if let Some(says) = heading.unread.as_deref().or_else(|| role.unknown_unit(&heading)) {
                    let (word, role) = (name(says), what());
                    return Err(bad(text!(
                        words::STRANGE_UNIT,
                        column = called(),
                        word = word,
                        role = role,
                        short = short()
                    )));
                }
                let small = column.numbers[bare].abs() < 1e4;
                if let Some(row) = scaled.filter(|row| small && part.unit == 1.0 && column.numbers[*row].abs() >= 1e6) {
                    return Err(bad(text!(
                        words::MIXED,
                        column = called(),
                        scaled = suffixed(),
                        scaled_line = line(row),
                        bare = setting(column.numbers[bare]),
                        bare_line = line(bare),
                        role = what(),
                        short = short(),
                    )));
                }
                if let Some(letter) = heading.letter.filter(|_| part.unit == 1.0) {
                    let letter = if letter == 'k' { letter } else { letter.to_ascii_uppercase() };
                    let letter = name(letter);
                    notes.push(text!(
                        words::LETTER,
                        column = called(),
                        role = what(),
                        letter = letter,
                        short = short()
                    ));
                }
                if heading.days && part.unit != 1.0 {
                    notes.push(text!(words::DAYS, column = called(), unit = text::number(part.unit)));
                }
            }
            if let Some(row) = scaled.filter(|_| part.unit != 1.0) {
                notes.push(text!(
                    words::SUFFIXES,
                    column = called(),
                    number = suffixed(),
                    line = line(row),
                    unit = text::number(part.unit),
                ));
            }
        }
        Ok(notes)
    }

    pub(super) fn is_guess(&self, role: Role) -> bool {
        self.guessed.contains(&role) && !self.units.iter().any(|(r, _)| *r == role)
    }
}
