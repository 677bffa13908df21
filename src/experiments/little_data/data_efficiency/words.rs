//! Texts of the experiment `data-efficiency`, in English.

use crate::kit::{Formula, Info, Preset, Source};

/// Texts of the page about `data-efficiency` that do not depend on results.
pub(super) const INFO: Info = Info {
    title: "Data efficiency of a recipe",
    question: "A better training recipe reaches a lower loss with the same data: how many times the data is that worth?",
    notice: &[
        "The multiple is a horizontal distance on the logarithmic axis of the data. Start on the curve of the other recipe and go right, at constant loss, to the curve of the reference: that is how much data the reference needs for that loss. Drag the point along the curve.",
        "If both laws have equal exponents and equal floors, the distance is equal everywhere, and one number describes the recipe. If the exponents differ, the multiple changes with the amount of data. If the floor of the other recipe is lower, from some amount on, no amount of data is enough for the reference.",
        "A multiple is safe where the reference has runs at both ends of the distance. With the largest amount of data, the distance ends beyond all runs of the reference, and the multiple depends on the shape of the law.",
        "Toy models measure it. Choose them as the source of the runs: with 16 samples, a regularised model is worth about 1.8 times the data of the standard recipe, and an endless ensemble about 3.8 times. Kim et al. print 2.29 and 5.17 for language models and 200 million tokens.",
        "Printed multiples look more certain than the law behind them. Two multiples and three losses that Kim et al. print imply a law with exponent 0.23 and floor 1.91. But other numbers that round to the printed ones imply exponents from 0.16 to 0.31, and floors from 1.19 to 2.29.",
    ],
    model: &[
        r"A recipe is everything about training but the data: the sizes of the models, the number of epochs, regularisation, ensembles. At each amount $D$ of unique data it reaches some loss. Each recipe has a law of its own, which is fitted to its runs alone by minimising Huber's function of the residuals of the logarithm of the loss. The two fits share nothing.",
        r"Each bootstrap resample draws as many runs of each recipe as there are, with replacement, and fits both laws again. The 95% interval of the multiple contains the middle 95% of the multiples of all resamples. A multiple is infinite in a resample whose reference never reaches the loss, and then the interval may have no upper end.",
        r"If you give no table, runs of two recipes are simulated from two known laws, with noise. Their default constants follow from numbers that Kim et al. print for 200 million tokens: the joint recipe of regularisation and ensembles is said to be worth 5.17 times the data of the standard recipe. The runs themselves are not published, so these laws are only an example, and no measured point on this page is a point of the paper.",
        r"The other runs are toy models, the “lottery ridge” of the other experiments of this part, where labels have noise of variance $0.5$. With $n$ samples, recipe “standard” trains for $8$ epochs with weight decay $10^{-6}$, at the best width up to $256$. Recipe “regularised” has infinite width and the best weight decay. Recipe “joint” is an endless ensemble of such models, with the weight decay that is best for it. Each draw of the data gives one run of each recipe at each $n$. Its loss follows from a closed form. Both laws keep the known floor $0.5$, and their other constants are fitted by weighted least squares, because Huber's function follows the median run and not the mean.",
        "What the laws do not show: how the loss depends on the size of the model and on compute, which both recipes are assumed to have without limit, and whether equal losses mean equal abilities.",
        "Your data never leave your machine.",
    ],
    formulas: &[
        Formula { label: "Data law of a recipe", tex: r"L(D) = E + \frac{A}{D^{\alpha}}" },
        Formula {
            label: "Effective data of a loss, on the law of the reference",
            tex: r"D_{\text{eff}}(L) = \left(\frac{A}{L - E}\right)^{1/\alpha}",
        },
        Formula {
            label: "How many times the data of the reference the other recipe is worth",
            tex: r"m(D) = \frac{D_{\text{eff}}(L_{\text{other}}(D))}{D} \;=\; \left(\frac{A}{A_{\text{other}}}\right)^{1/\alpha} \text{ if } \alpha = \alpha_{\text{other}},\ E = E_{\text{other}}",
        },
        Formula {
            label: r"Exponent that printed losses $L_0, L_1, L_2$ and multiples $m_1, m_2$ imply",
            tex: r"\frac{L_0 - L_1}{L_0 - L_2} = \frac{1 - m_1^{-\alpha}}{1 - m_2^{-\alpha}}",
        },
    ],
    sources: &[Source {
        text: "Kim, Kotha, Liang, Hashimoto: Pre-training under infinite compute, 2025",
        url: "https://arxiv.org/abs/2509.14786",
    }],
    presets: &[
        Preset { title: "Equal exponents: one multiple", query: "" },
        Preset { title: "Equal recipes: worth the same", query: "other-factor=1.282" },
        Preset { title: "A larger exponent: it grows", query: "other-exponent=0.3" },
        Preset { title: "A lower floor: never enough data", query: "other-factor=0.6&other-floor=1.5&amount=6.4e9" },
        Preset { title: "Toy models: ensembles", query: "source=joint&amount=16" },
        Preset { title: "Toy models: regularised", query: "source=regularised&amount=32" },
        Preset { title: "Few, noisy runs", query: "sizes=4&runs=2&noise=0.01" },
    ],
};

crate::texts! {
    // Recipes of the simulation.
    STANDARD = "standard";
    ENSEMBLE = "ensemble";
    // Recipes of toy models.
    REGULARISED = "regularised";
    JOINT = "joint";
    // Amounts of data.
    OF_DATA = "{amount} of data";
    OF_TOKENS = "{amount} tokens";
    OF_SAMPLES = "{amount} samples";
    PLAIN_DATA = "data";
    // Answers before the fit.
    TRUE_WORTH = "In the simulation, recipe “{other}” with {data} is worth {multiple} times the data of recipe “{reference}”: the fit should find that again.";
    TRUE_GROWS = "In the simulation, recipe “{other}” with {data} is worth {multiple} times the data of recipe “{reference}”, and the multiple grows with the data.";
    TRUE_FALLS = "In the simulation, recipe “{other}” with {data} is worth {multiple} times the data of recipe “{reference}”, and the multiple falls with the data.";
    TRUE_EQUAL = "In the simulation, recipes “{other}” and “{reference}” are worth the same: the fit should find a multiple near 1.";
    TRUE_NEVER = "In the simulation, no amount of data takes recipe “{reference}” to the loss of recipe “{other}” with {data}.";
    EXPECTED_WORTH = "Over many draws of toy data, recipe “{other}” with {data} is worth {multiple} times the data of recipe “{reference}”: the models of this run should show that again.";
    WILL_SAY = "The fit will say how many times the data of recipe “{reference}” recipe “{other}” is worth.";
    // Answers after the fit.
    WORTH_MORE = "With {data}, recipe “{other}” is worth {multiple} times the data of recipe “{reference}”.";
    WORTH_GROWS = "With {data}, recipe “{other}” is worth {multiple} times the data of recipe “{reference}”, and the multiple grows with the data.";
    WORTH_FALLS = "With {data}, recipe “{other}” is worth {multiple} times the data of recipe “{reference}”, and the multiple falls with the data.";
    WORTH_BEYOND = "With {data}, recipe “{other}” is worth {multiple} times the data of recipe “{reference}”: an extrapolation beyond the runs.";
    WORTH_LESS = "With {data}, recipe “{other}” is worth only {multiple} times the data of recipe “{reference}”.";
    WORTH_EQUAL = "With {data}, the runs do not tell recipe “{other}” from recipe “{reference}”: the 99.9% interval of the multiple contains 1.";
    WORTH_LOOSE = "With {data}, the fits say that recipe “{other}” is worth {multiple} times the data of recipe “{reference}”, but the runs allow very different numbers.";
    WORTH_NEVER = "No amount of data takes recipe “{reference}” to the loss of recipe “{other}” with {data}, by the fitted laws.";
    WORTH_STUCK = "The runs of recipe “{recipe}” do not show a law that falls towards a floor, so they do not say what its data are worth.";
    // Numbers of the answer.
    MULTIPLE_FACT = "multiple";
    NEEDED_FACT = "{data} that recipe “{reference}” needs";
    CHANGE_FACT = "growth of the multiple over the runs";
    // Axes and columns.
    DATA = "unique data";
    LOSS = "loss";
    MULTIPLE = "times the data";
    EXPONENT = "exponent α";
    FLOOR = "floor E";
    RECIPE = "recipe";
    PARAMETER = "parameter";
    FIT = "fit";
    LOWER = "lower end";
    UPPER = "upper end";
    TRUTH = "truth of the simulation";
    QUANTITY = "quantity";
    IMPLIED = "from the printed numbers";
    LEAST = "least, by rounding";
    MOST = "most, by rounding";
    PRINTED = "as printed";
    REMARK = "remark";
    NOTE = "note";
    // Figures.
    CURVES = "Loss of both recipes against their data";
    MULTIPLES = "What “{other}” is worth, in data of “{reference}”";
    TRUE_LAW = "true law";
    FITTED_LAW = "fit";
    SIMULATED_RUNS = "simulated runs";
    TABLE_RUNS = "runs";
    MANY_DRAWS = "over many draws";
    MEAN_OF_MODELS = "models, mean loss";
    MANY_DRAWS_OF = "law of “{recipe}” over many draws";
    MODELS_OF = "models of “{recipe}”";
    TRUE_LAW_OF = "true law of “{recipe}”";
    FITTED_LAW_OF = "fit to “{recipe}”";
    RUNS_OF = "runs of “{recipe}”";
    DISTANCE = "data that “{reference}” needs for the loss of “{other}”";
    EQUAL_LOSS = "distance at equal loss";
    MANY_MULTIPLE = "multiple over many draws";
    TRUE_MULTIPLE = "true multiple";
    FITTED_MULTIPLE = "multiple by the fits";
    AT_WORTH = "{data}: worth {multiple} times";
    AT_NEVER = "{data}: never enough";
    SAME = "worth the same";
    PUBLISHED = "Numbers printed for 200 million tokens";
    PUBLISHED_POINTS = "as printed by Kim et al.";
    PUBLISHED_LAW = "implied law, and what rounding allows";
    ENSEMBLE_LINE = "ensembles: {loss}";
    RETUNED_LINE = "retuned ensembles: {loss}";
    ROUNDING = "Laws that the printed numbers imply, rounded up or down";
    ROUNDED_LAWS = "with each number rounded up or down";
    UNROUNDED_LAW = "with the numbers as printed";
    // Tables.
    NOTES = "Notes on the runs and the fits";
    WORTHS = "What recipe “{other}” is worth, with 95% bootstrap intervals. If an interval is open on a side, the table has no number for that end.";
    LAWS = "Fitted laws, with 95% bootstrap intervals";
    IMPLIED_LAW = "What the numbers that Kim et al. print imply for the law of the standard recipe, and how far rounding alone moves it. A row with times the data says what a loss is worth on that law.";
    PRINTED_NUMBERS = "Numbers that Kim et al. print, all but the last for 200 million tokens, and why they are not computed again here";
    TRAINED = "Settings and mean losses of the toy models, with 95% intervals, and the mean losses over 2000 other draws";
    SAMPLES = "samples";
    WIDTH = "width";
    INFINITE_WIDTH = "infinite";
    DECAY = "weight decay";
    NEEDED = "data that the reference needs";
    // Rows.
    FACTOR_ROW = "factor $A$, with data in billions of tokens";
    FACTOR_CELL = "factor $A$";
    EXPONENT_ROW = r"exponent $\alpha$";
    FLOOR_ROW = "floor $E$";
    ENSEMBLE_ROW = "times the data: ensembles, settings of the best single model";
    RETUNED_ROW = "times the data: ensembles, retuned";
    DISTILLED_ROW = "times the data: one model distilled from an ensemble";
    SELF_DISTILLED_ROW = "times the data: one model distilled from one model";
    STANDARD_LOSS = "loss of the best standard model";
    REGULARISED_LOSS = "loss of regularised models, for unlimited size";
    JOINT_LOSS = "loss of regularised ensembles, for unlimited size and number";
    ENSEMBLE_LOSS = "loss of ensembles of 300M models, for unlimited number";
    RETUNED_LOSS = "loss of ensembles of 300M models, retuned, for unlimited number";
    REGULARISED_MULTIPLE = "multiple of regularised models";
    JOINT_MULTIPLE = "multiple of regularised ensembles";
    FIVE_MULTIPLE = "multiple of an ensemble of five 1.4B models";
    DISTILLED_LOSS = "loss of one 300M model distilled from eight";
    SELF_DISTILLED_LOSS = "loss of one 300M model distilled from one";
    CONTINUED_MULTIPLE = "multiple in continued training on mathematics, with 4 of 73 billion tokens";
    NOT_RECOMPUTABLE = "not recomputable: the points are not published";
    FROM_ENSEMBLES = "not recomputed here: it follows from the asymptotes of ensembles of four sizes";
    ONE_POINT = "one trained model; its runs are not in this lab";
    // Notes.
    SIMULATED = "The runs are simulated from two data laws, with noise. The default laws follow from printed numbers, and no point is a published one.";
    MODELS = "The runs are toy models. Each draw of the data gives one run of each recipe at each number of samples, with the settings that are best on the mean over all draws. Losses are exact, for new data without end.";
    MODELS_ON = "The runs are toy models, so far on {draws} draws of the data. Each draw gives one run of each recipe at each number of samples, with the settings that are best on the mean over all draws. Losses are exact, for new data without end.";
    FLOOR_KNOWN = "The floor of both laws is not fitted. It is the variance of the noise of the labels, one half, and no model can reach a lower loss.";
    LAWS_UNUSED = "The numbers of the two laws and of their simulated runs have no effect on toy models.";
    REFERENCE_IS = "The reference is recipe “{reference}”: its data are the unit of the multiple.";
    COLUMNS = "Columns: {columns}.";
    RECIPE_FROM = "recipe from `{column}`";
    ROWS = "Recipe “{recipe}” has {rows} {rows:run|runs}, with {least} to {most}.";
    LEFT_OUT = "Rules leave out {rows} {rows:row|rows} of the table.";
    EXCLUDE_UNUSED = "Rules that leave out rows apply to a table, so they have no effect on simulated runs.";
    REPLACED = "The amount of data {data} is far outside the runs, so the recipes are compared at {used}, the smallest amount in the runs.";
    BEYOND_REFERENCE = "At {data} the distance leads to {needed}, outside the data of the runs of recipe “{reference}”, {least} to {most}. There the multiple depends on the shape of the law.";
    BEYOND_OTHER = "Recipe “{other}” has no runs with {data}: its runs have {least} to {most}. There the multiple depends on the shape of the law.";
    NEVER = "The loss of recipe “{other}” with {data} is {loss}, and the fitted floor of recipe “{reference}” is {floor}. No amount of data takes recipe “{reference}” below its floor.";
    FEW_ROWS = "With only {rows} runs of recipe “{recipe}”, the bootstrap does not draw runs. It draws new losses: the predictions of the fit plus normal noise. The intervals then assume that the law is right.";
    OF_RECIPE_NOTE = "Recipe “{recipe}”: {problem}";
    SOME_NEVER = "In {share} of the resamples no amount of data takes recipe “{reference}” to the loss of recipe “{other}”, and the multiple is infinite there.";
    // Verdicts.
    EXPECTED = "Hypothesis: the toy models show the multiple of many other draws of their data. The multiple with {data}";
    RECOVERED = "Hypothesis: the fits find the multiple of the simulation again. The multiple with {data}";
    STRETCHED = "The 99.9% interval is the 95% bootstrap interval, stretched on a logarithmic scale by quantiles of Student's distribution. With few runs it is much wider.";
    RECOVERED_LOOSE = "The interval is too wide to tell this multiple from 1. Simulate more runs, or runs with less noise.";
    EXPECTED_LOOSE = "The interval is too wide to tell this multiple from 1. Compute more draws of the data.";
    EQUAL_LOOSE = "The interval is too wide to say that the recipes are worth the same. Simulate more runs, or runs with less noise.";
    TRUE_INFINITE = "In the simulation no amount of data is enough, so there is no true multiple.";
    MORE = "Bound: recipe “{other}” is worth at least as much data as it has. The multiple with {data}";
    INFINITE = "By the fits no amount of data is enough for the reference, so the multiple is infinite.";
    CONTAINS_ONE = "The interval contains 1, so the runs do not say which recipe is worth more. Add runs, or runs with less noise.";
    CONSTANT = "Rival: the multiple does not depend on the amount of data. The multiple with {most}, divided by the multiple with {least}";
    CONSTANT_LOOSE = "The interval contains 1, but it also allows multiples that change by half. Add runs, or runs with less noise.";
    CHANGE_INFINITE = "By the fits the multiple is infinite at one of the two amounts, so no number says how much it changes.";
    FEW_RESAMPLES = "There are too few bootstrap resamples for an interval. Set their number to at least {least}.";
    // Errors.
    EITHER = "`{first}` or `{second}`, the names of the two recipes";
    NO_RECIPES = "no column says which recipe a run belongs to: name it, as `recipe:HEADING` in `columns`; the columns are {columns}";
    ONE_RECIPE = "column `{column}` names only the recipe `{recipe}`: a comparison needs the runs of two recipes";
    MANY_RECIPES = "column `{column}` names {recipes} recipes, beginning with {names}: this experiment compares two, so leave out the others, for example with `{heading}={third}` in `exclude`";
    ONLY_CASE = "The names `{first}` and `{second}` differ only in upper and lower case. They count as two recipes: if they are one, write them alike.";
    EMPTY_RECIPE = "line {line}: column `{column}` names no recipe";
    OF_RECIPE = "recipe `{recipe}`: {problem}";
}
