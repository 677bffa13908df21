//! The arguments of the command line, and the conversion of these arguments to parameter values of an experiment.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use scaling_lab::exec::Device;
use scaling_lab::fit::Role;
use scaling_lab::fit::runs::Columns;
use scaling_lab::params::Texts;
use scaling_lab::table::Table;
use scaling_lab::{Error, Result};

use super::words;

/// Name of the experiment that the command `fit` runs.
pub(super) const FIT: &str = "fit";

/// Experiments on the training data of language models.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Subcommand)]
pub(super) enum Verb {
    /// List the experiments and their parameters.
    List {
        /// Print the whole catalogue as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run an experiment.
    Run(RunArgs),
    /// Fit a law to runs of your own, with intervals.
    Fit(Box<FitArgs>),
    /// Recompute published numbers and earlier results of this lab, and print how they compare.
    Reproduce {
        /// Recompute only the numbers of this experiment.
        slug: Option<String>,
        #[arg(long, value_enum, default_value = "cpu")]
        device: DeviceArg,
        /// Folder with published tables that the lab may not distribute. Some numbers are computed from them.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Print a poster for the tag of an experiment: its headline figure as a small SVG, and its answer. A page shows it
    /// until the experiment runs.
    Poster(PosterArgs),
    /// Print digests of a million random words and of functions of them, to compare machines.
    #[command(hide = true)]
    Digest,
    /// Print every text template, filled with arguments, to compare with the texts of the page.
    #[command(hide = true)]
    Texts,
    /// Print the source of every shader as JSON, by the name of its kernel. The page's build writes a file for each.
    #[command(hide = true)]
    Shaders,
}

#[derive(clap::Args)]
pub(super) struct RunArgs {
    /// Name of the experiment; `list` prints all names.
    pub(super) slug: String,
    /// Value of a parameter; the items of a list are separated by commas. May be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    /// Your own table, for an experiment that reads one. The name - stands for standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) data: Option<PathBuf>,
    /// Seed of all random numbers.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub(super) seed: u32,
    /// Device that runs the kernels.
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) device: DeviceArg,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
    /// File to write the result to. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Leave out the line of headings in CSV, so that files can be joined.
    #[arg(long)]
    pub(super) no_header: bool,
    /// Print no progress and no notices to standard error.
    #[arg(long)]
    pub(super) quiet: bool,
}

#[derive(clap::Args)]
pub(super) struct PosterArgs {
    /// Name of the experiment; `list` prints all names.
    pub(super) slug: String,
    /// Value of a parameter; the items of a list are separated by commas. May be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    /// Seed of all random numbers.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub(super) seed: u32,
    /// Address of the lab. The answer links to the setting there.
    #[arg(long, value_name = "URL")]
    pub(super) lab: Option<String>,
    /// Script that draws posters. `./build.sh dist` makes it, and Node.js runs it.
    #[arg(long, value_name = "FILE", default_value = "dist/poster.mjs")]
    pub(super) script: PathBuf,
    /// Print no progress and no notices to standard error.
    #[arg(long)]
    pub(super) quiet: bool,
}

#[derive(clap::Args)]
pub(super) struct FitArgs {
    /// Name of the law; `list` prints all names.
    pub(super) law: String,
    /// Table whose first line holds headings. The name - stands for standard input.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) columns: ColumnArgs,
    /// Rows to leave out: missing, largest=COUNT, or COLUMN<VALUE with one of < <= > >= = !=, where COLUMN is a heading
    /// or a role such as loss. May be repeated.
    #[arg(long, value_name = "RULE")]
    pub(super) exclude: Vec<String>,
    /// Delta of the Huber objective: residuals up to delta count by their square, larger ones by their absolute value.
    /// 0 means absolute values only.
    #[arg(long, alias = "huber", value_name = "DELTA", conflicts_with = "squares", allow_negative_numbers = true)]
    pub(super) huber_delta: Option<f64>,
    /// Minimise the sum of squared residuals.
    #[arg(long)]
    pub(super) squares: bool,
    /// Take residuals of ln(loss) or of the loss itself. Default: what is usual for the law.
    #[arg(long, value_enum)]
    pub(super) residual: Option<ResidualArg>,
    /// Hold a parameter fixed, at its published value when no value is given. May be repeated.
    #[arg(long, alias = "hold", value_name = "NAME[=VALUE]")]
    pub(super) fixed: Vec<String>,
    /// Free a parameter that is usually held fixed. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) free: Vec<String>,
    /// Number of bootstrap resamples.
    #[arg(long, default_value_t = 4000, allow_negative_numbers = true)]
    pub(super) bootstrap: u32,
    /// Do not compute the profiles of the parameters.
    #[arg(long)]
    pub(super) no_profile: bool,
    /// Another law to fit to the same rows for comparison. May be repeated.
    #[arg(long, alias = "against", value_name = "LAW")]
    pub(super) compare: Vec<String>,
    /// Compute budget in floating-point operations, which is divided between parameters and tokens.
    #[arg(long, value_name = "FLOPS", allow_negative_numbers = true)]
    pub(super) budget: Option<f64>,
    /// Number of unique tokens available.
    #[arg(long, alias = "have", value_name = "TOKENS", allow_negative_numbers = true)]
    pub(super) unique_tokens: Option<f64>,
    /// Target loss. The result says how many tokens reach it with a model of `--model-size` parameters.
    #[arg(long, alias = "reach", value_name = "LOSS", allow_negative_numbers = true)]
    pub(super) target_loss: Option<f64>,
    /// Number of parameters of the model that must reach `--target-loss`.
    #[arg(long, alias = "size", value_name = "PARAMETERS", allow_negative_numbers = true)]
    pub(super) model_size: Option<f64>,
    /// Seed of all random numbers.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub(super) seed: u32,
    /// Format of the result.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
    /// File to write the result to. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Print no progress and no notices to standard error.
    #[arg(long)]
    pub(super) quiet: bool,
}

/// Columns of the table by role, for a table whose headings do not make the roles clear.
#[derive(clap::Args)]
pub(super) struct ColumnArgs {
    /// Column with x, for a law of one variable.
    #[arg(long, value_name = "COLUMN")]
    pub(super) x: Option<String>,
    /// Column with the loss, or with another quantity that the law predicts.
    #[arg(long, value_name = "COLUMN")]
    pub(super) loss: Option<String>,
    /// Column with the number of parameters of the model.
    #[arg(long, value_name = "COLUMN")]
    pub(super) params: Option<String>,
    /// Column with the number of tokens seen, repeats included.
    #[arg(long, value_name = "COLUMN")]
    pub(super) tokens: Option<String>,
    /// Column with the number of unique tokens.
    #[arg(long, value_name = "COLUMN")]
    pub(super) unique: Option<String>,
    /// Column with the number of epochs.
    #[arg(long, value_name = "COLUMN")]
    pub(super) epochs: Option<String>,
    /// Column with the number of floating-point operations, 6 × parameters × tokens.
    #[arg(long, value_name = "COLUMN")]
    pub(super) flops: Option<String>,
    /// Column with the name of the run. Rows of one run are resampled together. Without this column every row is a
    /// separate run.
    #[arg(long, value_name = "COLUMN")]
    pub(super) run: Option<String>,
    /// Column with the weights of the rows.
    #[arg(long, value_name = "COLUMN")]
    pub(super) weight: Option<String>,
    /// Unit of the column with the given role. ROLE is x, params, tokens, unique or flops, and UNIT is 1, k, M, B or T.
    /// May be repeated.
    #[arg(long, value_name = "ROLE=UNIT")]
    pub(super) unit: Vec<String>,
    /// Decimal mark, for a table in which it is not clear.
    #[arg(long, value_enum)]
    pub(super) decimal: Option<DecimalArg>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum DecimalArg {
    Comma,
    Point,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ResidualArg {
    Log,
    Plain,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum DeviceArg {
    Auto,
    Cpu,
    Gpu,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Format {
    Json,
    Csv,
    Text,
}

impl From<DeviceArg> for Device {
    fn from(device: DeviceArg) -> Self {
        match device {
            DeviceArg::Auto => Self::Auto,
            DeviceArg::Cpu => Self::Cpu,
            DeviceArg::Gpu => Self::Gpu,
        }
    }
}

impl ColumnArgs {
    /// The value of the parameter `columns` that these arguments stand for.
    pub(super) fn text(&self, table: &Table) -> Result<String> {
        let given = [
            (Role::X, &self.x),
            (Role::Loss, &self.loss),
            (Role::Params, &self.params),
            (Role::Tokens, &self.tokens),
            (Role::Unique, &self.unique),
            (Role::Epochs, &self.epochs),
            (Role::Flops, &self.flops),
            (Role::Run, &self.run),
            (Role::Weight, &self.weight),
        ];
        let named = given.into_iter().filter_map(|(role, name)| Some((role, name.as_deref()?)));
        let pair = |(role, name): (Role, &str)| {
            let place = if name == "none" { "-".to_owned() } else { format!("#{}", table.find(name)? + 1) };
            Ok(format!("{}:{place}", role.name()))
        };
        let mut pairs = named.map(pair).collect::<Result<Vec<_>>>()?;
        for unit in &self.unit {
            let pair = unit.split_once('=').map(|(role, unit)| format!("{role}.unit:{unit}"));
            // A comma would begin another setting of `columns`.
            let pair = pair.filter(|pair| !pair.contains(',') && Columns::read(pair, table).is_ok());
            pairs.push(pair.ok_or_else(|| Error::parameter("--unit", unit, words::ROLE_AND_UNIT))?);
        }
        pairs.extend(self.decimal.map(|mark| match mark {
            DecimalArg::Comma => "decimal:comma".to_owned(),
            DecimalArg::Point => "decimal:point".to_owned(),
        }));
        Ok(pairs.join(","))
    }
}

impl FitArgs {
    /// The values of the experiment's parameters that these arguments stand for.
    pub(super) fn texts(&self, table: &Table) -> Result<Texts> {
        let freed = self.free.iter().map(|name| format!("{name}=free"));
        let fixed: Vec<_> = self.fixed.iter().cloned().chain(freed).collect();
        let huber = self.huber_delta.filter(|delta| *delta > 0.0).map(|delta| delta.to_string());
        let objective = match self.huber_delta {
            _ if self.squares => Some("squares"),
            Some(0.0) => Some("l1"),
            Some(delta) if delta < 0.0 || delta.is_nan() => {
                return Err(Error::parameter("huber-delta", &delta.to_string(), words::AT_LEAST_0));
            }
            Some(_) => Some("huber"),
            None => None,
        };
        let residual = self.residual.map(|residual| match residual {
            ResidualArg::Log => "log",
            ResidualArg::Plain => "plain",
        });
        let number = |x: Option<f64>| x.map(|x| x.to_string());
        let texts = [
            ("law", Some(self.law.clone())),
            ("compare", Some(self.compare.join(","))),
            ("columns", Some(self.columns.text(table)?)),
            ("exclude", Some(self.exclude.join(","))),
            ("fixed", Some(fixed.join(","))),
            ("objective", objective.map(str::to_owned)),
            ("huber-delta", huber),
            ("residual", residual.map(str::to_owned)),
            ("bootstrap", Some(self.bootstrap.to_string())),
            ("profiles", self.no_profile.then(|| "no".to_owned())),
            ("budget", number(self.budget)),
            ("unique-tokens", number(self.unique_tokens)),
            ("target-loss", number(self.target_loss)),
            ("model-size", number(self.model_size)),
        ];
        Ok(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect())
    }
}
