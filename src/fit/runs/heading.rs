//! Meaning of a column's heading: its words, its unit, and how well it fits a role.

use crate::fit::Role;
use crate::table::{Column, number};
use crate::text::Template;

use super::doubts::median;
use super::source::ten;

impl Role {
    /// All roles, in the order in which they are guessed.
    pub const ALL: [Self; 10] = [
        Self::Loss,
        Self::X,
        Self::Params,
        Self::Tokens,
        Self::Unique,
        Self::Epochs,
        Self::Flops,
        Self::Run,
        Self::Recipe,
        Self::Weight,
    ];

    /// Name of the role on the command line.
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
            Self::Recipe => "recipe",
            Self::Weight => "weight",
        }
    }

    /// Description of the role, in words.
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
            Self::Recipe => "name of the recipe",
            Self::Weight => "weight",
        }
    }

    /// Words in headings that mean the role.
    const fn vocabulary(self) -> Vocabulary {
        match self {
            Self::X => Vocabulary { names: &["x", "size", "samples", "steps", "step"], ..NOTHING },
            Self::Params => Vocabulary {
                names: &["params", "parameters", "nparams", "numparams", "modelsize", "modelparams"],
                letters: &["n"],
                needed: &["params", "parameters", "param", "parameter"],
                never: RATES,
                known: &[
                    "model",
                    "size",
                    "trainable",
                    "learnable",
                    "non",
                    "no",
                    "embedding",
                    "embeddings",
                    "excluding",
                    "without",
                ],
                whole: &["total", "all", "overall", "full", "active", "activated"],
                part: &[
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
            },
            Self::Tokens => Vocabulary {
                names: &["tokens", "ntokens", "numtokens", "trainingtokens", "traintokens", "tokensseen"],
                letters: &["d"],
                needed: &["tokens", "token"],
                never: TOKEN_RATES,
                known: &["used", "input", "trained", "on", "pretraining", "pretrain", "cumulative", "so", "far"],
                whole: &["total", "all", "overall", "seen", "train", "training", "consumed", "processed"],
                part: &[
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
                    "epoch",
                    "data",
                    "dataset",
                    "corpus",
                    "pool",
                    "fresh",
                    "dedup",
                    "deduplicated",
                ],
            },
            Self::Unique => Vocabulary {
                names: &["unique", "uniquetokens", "uniquedata", "distincttokens"],
                letters: &["u", "du", "ud"],
                needed: &["unique", "distinct"],
                never: RATES,
                known: &["tokens", "token", "data", "total", "all", "train", "training", "pretraining", "seen", "d"],
                ..NOTHING
            },
            Self::Epochs => Vocabulary {
                names: &["epochs", "epoch", "nepochs", "numepochs", "passes"],
                needed: &["epochs", "epoch"],
                never: RATES,
                known: &["total", "train", "training", "trained", "data", "passes", "over"],
                ..NOTHING
            },
            Self::Flops => Vocabulary {
                names: &["flops", "flop", "compute", "trainingcompute", "totalcompute"],
                letters: &["c"],
                needed: &["flops", "flop"],
                never: RATES,
                known: &["compute", "budget", "model", "pretraining", "pretrain", "overall", "all"],
                whole: &["total", "train", "training"],
                part: &[
                    "forward",
                    "fwd",
                    "backward",
                    "inference",
                    "eval",
                    "peak",
                    "achieved",
                    "theoretical",
                    "hardware",
                ],
            },
            Self::Loss => Vocabulary {
                names: &["loss", "valloss", "validationloss", "evalloss", "testloss", "finalloss"],
                letters: &["l", "nll", "xent", "ce", "y"],
                needed: &["loss", "entropy", "crossentropy"],
                never: &[
                    "step", "steps", "scale", "time", "weight", "std", "stderr", "err", "error", "count", "type",
                    "name", "aux", "z", "max", "var", "variance", "ci", "id",
                ],
                known: &[
                    "train",
                    "training",
                    "final",
                    "last",
                    "end",
                    "best",
                    "lowest",
                    "min",
                    "minimum",
                    "observed",
                    "measured",
                    "actual",
                    "global",
                    "mean",
                    "average",
                    "avg",
                    "macro",
                    "micro",
                    "ce",
                    "xent",
                    "cross",
                    "entropy",
                    "crossentropy",
                    "nll",
                    "lm",
                    "language",
                    "modeling",
                    "modelling",
                    "model",
                    "pretraining",
                    "pretrain",
                    "token",
                    "nats",
                    "nat",
                    "set",
                    "split",
                    "out",
                    "held",
                    "at",
                    "after",
                    "per",
                    "nats/token",
                    // Data sets that a loss is measured on.
                    "c4",
                    "pile",
                    "wikitext",
                    "openwebtext",
                    "owt",
                    "fineweb",
                    "refinedweb",
                    "slimpajama",
                    "redpajama",
                    "dolma",
                    "oscar",
                    "web",
                    "wikipedia",
                    "wiki",
                    "books",
                    "code",
                    "github",
                    "arxiv",
                    "english",
                    "en",
                ],
                whole: HELD_OUT,
                part: &[
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
                    "router",
                    "moe",
                    "reg",
                    "l1",
                    "l2",
                    "mtp",
                    "kl",
                    "ema",
                    "sum",
                    "gap",
                    "ratio",
                    "exp",
                    "sqrt",
                    "perplexity",
                    "ppl",
                    "bits",
                    "normalized",
                    "normalised",
                    "excess",
                    "delta",
                    "diff",
                    "pct",
                    "percent",
                    "reward",
                    "policy",
                    "value",
                    "auxiliary",
                ],
            },
            Self::Run => Vocabulary { names: &["run", "runid", "runname", "id", "experiment", "name"], ..NOTHING },
            Self::Recipe => Vocabulary {
                names: &["recipe", "recipename", "trainingrecipe", "method", "variant", "arm", "setup"],
                ..NOTHING
            },
            Self::Weight => Vocabulary { names: &["weight", "weights"], ..NOTHING },
        }
    }

    /// Whether the cells of the role are names, which are compared and not read as numbers.
    pub const fn is_name(self) -> bool {
        matches!(self, Self::Run | Self::Recipe)
    }

    /// Whether the role's numbers are counts, which may be given in thousands or billions.
    pub const fn is_counted(self) -> bool {
        matches!(self, Self::X | Self::Params | Self::Tokens | Self::Unique | Self::Flops)
    }

    /// How well a heading fits the role; a lower rank is better. `None` if the heading does not mean the role.
    pub(super) fn rank(self, heading: &Heading) -> Option<Rank> {
        let vocabulary = self.vocabulary();
        let plain = heading.words.concat();
        let place = |list: &[&str]| list.iter().position(|name| *name == plain);
        let has = |words: &[String]| words.iter().any(|word| vocabulary.needed.contains(&word.as_str()));
        let never = |words: &[String]| words.iter().any(|word| vocabulary.never.contains(&word.as_str()));
        let kind = self.kind(heading);
        // `tokens (unique)`, `data (tokens)`, `loss/val`
        let beside = match self {
            Self::Unique => has(&heading.brackets),
            Self::Tokens | Self::Params => has(&heading.counts),
            Self::Loss => has(&heading.path) && kind.0 != 1,
            _ => false,
        };
        // `optimizer/params` is no more certain than `model/num_params`, nor `train/loss` than `final_val_loss`.
        let plainly = heading.path.iter().all(|word| PLACES.contains(&word.as_str())) && kind.0 < 2;
        let (level, at) = match (place(vocabulary.names), place(vocabulary.letters)) {
            (Some(at), _) if plainly => (Level::Name, at),
            (Some(_), _) => (Level::Words, 0),
            (_, Some(at)) => (Level::Letter, at),
            _ if (has(&heading.words) || beside) && !never(&heading.words) => (Level::Words, 0),
            _ => return None,
        };
        if never(&heading.brackets) || heading.is_extreme || self != Self::Loss && never(&heading.path) {
            return None;
        }
        let scaled = self == Self::Loss && (heading.scale.is_some() || heading.log.is_some());
        Some((if scaled || self.doubt(heading).is_some() { Level::Doubt } else { level }, at, kind))
    }

    /// The first word of a heading that makes the user's confirmation necessary; `None` if there is no such word. The
    /// word changes the meaning of the heading, or may change it because it is not in the role's vocabulary. Examples
    /// are `warmup` in a heading for tokens, and `normalized` in a heading for the loss.
    pub(super) fn doubt(self, heading: &Heading) -> Option<&str> {
        let Vocabulary { names, letters, needed, known, whole, part, .. } = self.vocabulary();
        let all = || heading.path.iter().chain(&heading.words).chain(&heading.brackets).map(String::as_str);
        let without = |word: &str| matches!(word, "non" | "no" | "without" | "excluding" | "excl" | "ex" | "minus");
        if let Some(word) = all().find(|word| part.contains(word)).filter(|_| !all().any(without)) {
            return Some(word);
        }
        if needed.is_empty() {
            return None;
        }
        let plain = heading.words.concat();
        let words = if names.contains(&&*plain) || letters.contains(&&*plain) { &[][..] } else { &heading.words };
        // A held-out loss may name its data set by any word before it: `mycorpus_val_loss`.
        let at = words.iter().position(|word| needed.contains(&word.as_str())).unwrap_or(0);
        let measured = self == Self::Loss && words[..at].iter().any(|word| HELD_OUT.contains(&word.as_str()));
        let words = if measured { &words[at..] } else { words };
        // A path may change the meaning: `replay/loss`, `ema/params`.
        let told = self == Self::Loss && heading.path.iter().any(|word| HELD_OUT.contains(&word.as_str()));
        let path = if told { &[][..] } else { &heading.path };
        // Words in brackets after a count are taken for its unit.
        let brackets = if self.is_counted() { &[][..] } else { &heading.brackets };
        let unknown = |word: &&str| {
            // A word for a part may say that the part is left out: `non-emb params`.
            let named = [needed, known, whole, letters, LITTLE, part].iter().any(|list| list.contains(word));
            let asked = [&heading.unread, &heading.log].iter().any(|said| said.as_deref() == Some(*word));
            !named && !asked
        };
        let placed = |word: &&str| [PLACES, needed, known, whole].iter().any(|list| list.contains(word));
        let stranger = path.iter().map(String::as_str).find(|word| !placed(word));
        words.iter().chain(brackets).map(String::as_str).find(unknown).or(stranger)
    }

    /// First word in the brackets of a heading, which may be a unit in another language. `None` if a word in brackets
    /// is known, or if the role's numbers are not counts with units.
    pub(super) fn unknown_unit(self, heading: &Heading) -> Option<&str> {
        let Vocabulary { needed, known, whole, part, letters, .. } = self.vocabulary();
        let lists = [needed, known, whole, part, letters, LITTLE];
        let named = |word: &String| lists.iter().any(|list| list.contains(&word.as_str()));
        let asks = self.is_counted() && self != Self::X && !heading.brackets.iter().any(named);
        heading.brackets.first().map(String::as_str).filter(|_| asks)
    }

    /// Preference among headings of a role, as two numbers; lower is better. The first is 0 for the whole quantity, 2
    /// for a training loss, and 1 otherwise. The second is 0 for a loss that is called final or measured, and 1
    /// otherwise.
    fn kind(self, heading: &Heading) -> (usize, usize) {
        let words = || heading.path.iter().chain(&heading.words).chain(&heading.brackets).map(String::as_str);
        let has = |list: &[&str]| words().any(|word| list.contains(&word));
        let kind = if has(self.vocabulary().whole) {
            0
        } else if self == Self::Loss && has(&["train", "training"]) {
            2
        } else {
            1
        };
        let end = self == Self::Loss && has(&["final", "observed", "measured", "actual"]);
        (kind, usize::from(!end))
    }

    /// Letter that the laws use for the role.
    pub(super) const fn symbol(self) -> Option<&'static str> {
        match self {
            Self::Params => Some("N"),
            Self::Tokens => Some("D"),
            Self::Unique => Some("U"),
            Self::Flops => Some("C"),
            Self::Loss => Some("L"),
            _ => None,
        }
    }

    /// Noun for the role's numbers, which sentences use.
    pub(in crate::fit) const fn plural(self) -> Template<0> {
        match self {
            Self::X => super::words::X,
            Self::Params => super::words::PARAMETERS,
            Self::Tokens => super::words::TOKENS,
            Self::Unique => super::words::UNIQUE_TOKENS,
            Self::Epochs => super::words::EPOCHS,
            Self::Flops => super::words::OPERATIONS,
            Self::Loss => super::words::LOSS,
            Self::Run => super::words::RUN,
            Self::Recipe => super::words::RECIPE,
            Self::Weight => super::words::WEIGHT,
        }
    }
}

/// How surely a heading means a role, from the surest to the least sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// The heading is one of the names of the role.
    Name,
    /// Every word of the heading belongs to the role.
    Words,
    /// The heading is a letter that often stands for the role, but also for other things.
    Letter,
    /// The heading has a word that may mean something else, so the user must confirm the role.
    Doubt,
}

/// How well a heading fits a role; lower is better. The first entry says how surely the heading means the role, the
/// second is the index of the name or letter that the heading equals (0 if there is none), and the third decides
/// between headings for which the first two are equal.
pub(super) type Rank = (Level, usize, (usize, usize));

/// Words that headings use for a role, in lower case.
struct Vocabulary {
    /// Whole headings that mean the role, the surest first. They are written without spaces, underscores and the like.
    names: &'static [&'static str],
    /// Letters that often stand for the role, but also for other things.
    letters: &'static [&'static str],
    /// A heading of several words means the role only if at least one of them is in this list.
    needed: &'static [&'static str],
    /// Words that give a heading another meaning, so that it does not mean the role.
    never: &'static [&'static str],
    /// Words that a heading may contain in addition to those in `needed`. They do not change the meaning of the
    /// heading.
    known: &'static [&'static str],
    /// Words such as `total` that stand for the whole quantity. A heading with such a word is preferred.
    whole: &'static [&'static str],
    /// Words of headings that may mean only a part of the quantity (`embedding` for parameters) or something similar
    /// (`predicted` for the loss). The user is asked about such a heading.
    part: &'static [&'static str],
}

const NOTHING: Vocabulary =
    Vocabulary { names: &[], letters: &[], needed: &[], never: &[], known: &[], whole: &[], part: &[] };

const RATES: &[&str] = &["per", "sec", "second", "s", "rate", "batch", "step", "time", "max", "vocab"];
const TOKEN_RATES: &[&str] = &[
    "per", "sec", "second", "s", "rate", "batch", "step", "time", "max", "vocab", "unique", "distinct", "id", "eos",
    "pad",
];
const HELD_OUT: &[&str] = &["val", "validation", "eval", "evaluation", "test", "dev", "heldout", "valid"];
/// Words before a slash in a heading that say where a number was recorded, not what it is.
const PLACES: &[&str] = &[
    "train",
    "training",
    "val",
    "validation",
    "valid",
    "eval",
    "evaluation",
    "test",
    "dev",
    "summary",
    "metrics",
    "metric",
    "model",
    "perf",
    "performance",
    "throughput",
    "stats",
    "history",
    "trainer",
    "run",
    "final",
    "results",
];
/// Words that do not change the meaning of a heading.
const LITTLE: &[&str] = &["n", "num", "number", "nr", "no", "nb", "count", "counts", "of", "the", "in", "for", "a"];

/// Meaning of a heading: its words in lower case, and its unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) words: Vec<String>,
    /// Words of the unit other than its power of ten, such as `tokens` in `data (B tokens)`.
    pub(super) counts: Vec<String>,
    /// Words in brackets that do not belong to a unit.
    pub(super) brackets: Vec<String>,
    /// Whether the number is the smallest or the largest value of a curve, as in `loss__MIN`, which Weights & Biases
    /// writes.
    pub(super) is_extreme: bool,
    /// Words before the last slash of the heading.
    pub(super) path: Vec<String>,
    /// Power of ten of the unit, such as 6 for millions.
    pub(super) power: i32,
    /// Whether the unit is a rate of operations per second times one day, such as the petaFLOP/s-day.
    pub(super) days: bool,
    /// Letter at the end of the name, as in `params_b`. It may be a unit or a subscript.
    pub(super) letter: Option<char>,
    /// Text that looks like a unit of a count but is unknown.
    pub(super) unread: Option<String>,
    /// Text that looks like a unit of a loss.
    pub(super) scale: Option<String>,
    /// Text that says that the numbers are logarithms, such as `log10`.
    pub(super) log: Option<String>,
}

/// Splits a text such as `trainTokens` or `train_tokens` into words in lower case.
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
    /// Whether the unit in the heading is plausible for the role and the numbers. A letter at the end of a name can be
    /// a unit of parameters, tokens or operations if the numbers are small and the unit makes them large, but not too
    /// large.
    pub(super) fn is_plausible(&self, role: Role, column: &Column) -> bool {
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

    /// Parses a heading such as `Params (M)`, `tokens [B]`, `train/loss`, `summary.total_tokens`, `total_gflops` or
    /// `params_in_millions`.
    pub(super) fn of(name: &str) -> Self {
        let open = name.find(['(', '[', '{']).filter(|at| *at > 0);
        let (base, brackets) = name.split_at(open.unwrap_or(name.len()));
        let base = number::tens(base);
        let ends = base.trim_end().to_lowercase();
        let is_extreme = ends.ends_with("__min") || ends.ends_with("__max");
        let parts = base.split(['/', '\\']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let (mut part, mut path) = parts.split_last().map_or(("", &[][..]), |(part, path)| (*part, path));
        let mut said = Self { is_extreme, ..Self::default() };
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
                    said.counts.extend(words(piece));
                    said.power += power;
                    said.days |= days;
                }
                Some(_) => said.unread = Some(piece.to_owned()),
                None => {
                    let log = words(piece).iter().any(|word| is_log(word));
                    said.log = said.log.or_else(|| log.then(|| piece.to_owned()));
                    if number::is_like_unit(piece) {
                        said.unread = Some(piece.to_owned());
                    } else if !log {
                        said.brackets.extend(words(piece));
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
            // A number at the end of a name is an index or a count.
            let digits = last.starts_with('1') && last.bytes().all(|b| b.is_ascii_digit());
            match number::unit(last).filter(|(power, _)| *power > 0 && !digits) {
                Some(unit) if said.power == 0 => {
                    (said.power, said.days) = unit;
                    said.scale = Some(last.to_owned());
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
