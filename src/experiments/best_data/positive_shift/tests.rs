//! Tests of `positive-shift`.

use super::{FAMILIES, PER_DECADE, PositiveShift, SWEEP, words};
use crate::kit::testing::Tested;
use crate::kit::{Experiment, Pick};
use crate::math;
use crate::output::Role;
use crate::sim::positive_shift::LEAST_LOG_GAIN;
use crate::stats::wilson;
use crate::text::Template;
use crate::theory::positive_shift as theory;

fn cell(run: &PositiveShift, row: Template<0>) -> f64 {
    Pick::Cell("optimum", row.english(), words::VALUE.english()).of(&run.output()).map_or(f64::NAN, |(x, _)| x)
}

#[test]
fn every_family_is_solved_twice_with_one_answer() {
    for family in ["power", "offset", "exponential", "log", "transfer", "mixing-law"] {
        for weights in ["0.6,0.3,0.1", "0.9,0.1", "1,0,1", "1,2,3,4,5,6,7,8"] {
            let run = PositiveShift::started(&format!("family={family}&weights={weights}&a=0.7&b=3&samples=500"), 1);
            assert_eq!(run.verdicts()[0].agrees, Some(true), "{family} {weights}: {:?}", run.verdicts()[0]);
            assert!(run.mirror.gap <= 1e-6 * run.best.loss.abs(), "{family} {weights}: {:e}", run.mirror.gap);
            assert_eq!(
                cell(&run, words::RATIO).is_nan(),
                ["log", "mixing-law"].contains(&family),
                "{family}: a ratio or none"
            );
        }
    }
}

#[test]
fn a_wrong_optimum_would_be_noticed() {
    let mut run = PositiveShift::started("weights=0.9,0.1", 1);
    run.best.loss *= 1.0 + 1e-6;
    assert_eq!(run.verdicts()[0].agrees, Some(false), "a millionth is seen");
}

#[test]
fn random_mixtures_gain_and_the_control_does_not() {
    for family in ["power", "offset", "exponential", "transfer", "mixing-law", "log"] {
        let run = PositiveShift::finished(&format!("family={family}&draws=5000"), 1);
        let verdicts = run.verdicts();
        for verdict in &verdicts {
            assert_eq!(verdict.agrees, Some(true), "{family}: {verdict:?}");
        }
        assert_eq!(verdicts.len(), if family == "log" { 2 } else { 3 }, "{family}");
        for tally in &run.tallies {
            assert_eq!(
                (tally.count, tally.lost, tally.bins.iter().sum::<u32>()),
                (5000, 0, 5000),
                "{family}: every mixture once"
            );
        }
        let [family_tally, control] = &run.tallies;
        assert_eq!(control.below[3], 5000, "100% of the control");
        assert!(family == "log" || family_tally.below[0] < 4000, "{family}: most gain more than 1%");
    }
}

#[test]
fn the_quantiles_of_the_gains_lie_within_their_bins() {
    let run = PositiveShift::finished("draws=5000", 1);
    let tally = &run.tallies[0];
    for below in [0.05, 0.5, 0.95] {
        let place = ((math::log10(tally.quantile(below)) - LEAST_LOG_GAIN) * PER_DECADE) as usize;
        let [before, within] = [place, place + 1].map(|end| tally.bins[..end].iter().sum::<u32>());
        let wanted = below * f64::from(tally.count);
        assert!((f64::from(before)..=f64::from(within)).contains(&wanted), "{below}: {before} {wanted} {within}");
    }
    let output = run.output();
    let mixtures = output.figures[0].series.iter().find(|series| series.id == "mixtures").expect("measured");
    assert!(mixtures.y[0] < run.best.matched, "a shift lowers the loss");
}

#[test]
fn corners_do_not_refute_the_theorem() {
    // Some of these mixtures have a share below the smallest normal number.
    let run = PositiveShift::finished(&format!("{}&draws=100000", PositiveShift::INFO.presets[3].query), 1);
    let verdict = &run.verdicts()[1];
    assert_eq!((&*verdict.id, verdict.measured, verdict.agrees), ("no-gain", 0.0, Some(true)), "{verdict:?}");
    assert_eq!(run.tallies[0].lost, 0, "every mixture is solved");
}

#[test]
fn a_starved_part_and_one_that_hardly_counts_have_their_losses() {
    let run = PositiveShift::started("weights=0.9,0.1&family=offset&a=0.5,0.98&b=1,1e5&draws=0", 1);
    assert!((cell(&run, words::LOSS_MATCHED) - 0.0290333).abs() < 5e-8, "matched: {}", cell(&run, words::LOSS_MATCHED));
    assert!(
        cell(&run, words::RATIO) < 0.95 && cell(&run, words::LOSS_DIFFERENCE) > 1e-3,
        "{} {}",
        cell(&run, words::RATIO),
        cell(&run, words::LOSS_DIFFERENCE)
    );
    let run = PositiveShift::started("weights=1,1e-35&draws=0", 1);
    let rows = [words::LOSS_MATCHED, words::LOSS_OPTIMAL, words::LOSS_RATIO, words::RATIO];
    let found = rows.map(|row| cell(&run, row));
    for (found, want) in found.into_iter().zip([0.002, 0.001, 0.5, 0.5]) {
        assert!((found / want - 1.0).abs() < 1e-12, "{found} against {want}");
    }
}

#[test]
fn losses_that_are_nearly_nothing_are_not_rounding() {
    // The entropy of shares 1 - x and x is x (1 - ln x) - x^2/2 and less.
    let run = PositiveShift::started("weights=1,1e-10&family=log&draws=0", 1);
    let x: f64 = 1e-10 / (1.0 + 1e-10);
    let exact = x * (1.0 - math::ln(x)) - 0.5 * x * x;
    for loss in [run.best.loss, run.mirror.loss] {
        assert!((loss / exact - 1.0).abs() < 1e-12, "{loss:e} against {exact:e}");
    }
    assert_eq!(run.verdicts()[0].agrees, Some(true), "{:?}", run.verdicts()[0]);
    // A certificate of 0 would be rounding: what remains decides nothing here.
    let run = PositiveShift::started("weights=1,1e-35&family=log&draws=0", 1);
    let verdict = &run.verdicts()[0];
    assert!((run.best.loss / 8.159_047_825_479_16e-34 - 1.0).abs() < 1e-12, "{:e}", run.best.loss);
    assert!(run.mirror.gap > 1e-16 && verdict.agrees.is_none(), "{verdict:?}");
}

#[test]
fn what_was_not_found_decides_nothing() {
    let mut run = PositiveShift::started("weights=0.9,0.1", 1);
    run.best.loss = f64::NAN;
    assert_eq!(run.verdicts()[0].agrees, None, "no optimum");
    let mut run = PositiveShift::started("weights=0.9,0.1", 1);
    run.mirror.gap = 0.1 * run.mirror.loss;
    assert_eq!(run.verdicts()[0].agrees, None, "a loose certificate holds everything");
    let few = PositiveShift::finished("draws=20", 1);
    assert!(few.verdicts()[1..].iter().all(|verdict| verdict.agrees.is_none()), "twenty mixtures");
    let mut lost = PositiveShift::finished("draws=2000", 1);
    lost.tallies[0].lost = 1;
    let verdict = &lost.verdicts()[1];
    assert!(verdict.agrees.is_none() && verdict.said().starts_with("1 further mixture is"), "{verdict:?}");
}

#[test]
fn without_any_effect_of_the_data_the_verdict_disagrees() {
    let run = PositiveShift::finished("family=mixing-law&weights=1,1&t=0,0;0,0&draws=1024", 1);
    let verdict = &run.verdicts()[1];
    assert_eq!((&*verdict.id, verdict.measured, verdict.agrees), ("no-gain", 1.0, Some(false)), "{verdict:?}");
}

#[test]
fn the_majority_has_its_curve_and_the_printed_value() {
    let query = PositiveShift::INFO.presets[1].query;
    let run = PositiveShift::started(query, 1);
    assert!((cell(&run, words::RATIO) - 0.8019).abs() < 5e-5, "{}", cell(&run, words::RATIO));
    let output = run.output();
    let figure = output.figures.iter().find(|f| f.id == "majority").expect("shown");
    assert!(figure.series.iter().any(|s| s.role == Role::Published && s.y == [0.75]), "the printed value");
    assert!(PositiveShift::started("", 1).output().figures.iter().all(|f| f.id != "majority"), "only for a majority");
}

#[test]
fn the_optimum_moves_with_samples_when_exponents_differ() {
    let run = PositiveShift::started("weights=0.5,0.5&a=0.5,1&samples=100", 1);
    assert!((run.shares[0] - 0.669).abs() < 5e-4, "{:?}", run.shares);
    let sweep = run.sweep.as_ref().expect("a sweep");
    let last = sweep.shares.last().expect("points");
    assert!((sweep.samples[SWEEP as usize - 1] - 1e4).abs() < 1e-6 && (last[0] - 0.872).abs() < 5e-4, "{last:?}");
}

#[test]
fn one_way_transfer_shows_the_corrected_corollary() {
    let run = PositiveShift::started("weights=0.5,0.5&family=mixing-law&t=1,0.1;0,1", 1);
    assert!(
        (cell(&run, words::LOSS_DIFFERENCE) - 0.001_781).abs() < 5e-7
            && (cell(&run, words::LEADING_DIFFERENCE) - 0.001_706).abs() < 5e-7,
        "{} {}",
        cell(&run, words::LOSS_DIFFERENCE),
        cell(&run, words::LEADING_DIFFERENCE)
    );
    assert!((cell(&run, words::FIRST_SHARE) - run.shares[0]).abs() < 1e-10, "closed form");
}

#[test]
fn every_allowed_setting_is_solved() {
    let mut draws = crate::rng::Draws::new(1, crate::rng::stream::PROBE, 0, 0);
    let mut log = |lo: f64, hi: f64| lo * math::pow(hi / lo, draws.uniform());
    for trial in 0..400 {
        let family = FAMILIES[trial % FAMILIES.len()].value;
        let count = if family == "mixing-law" { 2 + trial % 7 } else { [2, 3, 8, 128][trial % 4] };
        let mut list = |lo: f64, hi: f64, len: usize| {
            (0..len).map(|_| log(lo, hi).clamp(lo, hi).to_string()).collect::<Vec<_>>().join(",")
        };
        let steepest = if family == "offset" { 1.0 } else { 4.0 };
        let mut weights = list(1e-6, 1.0, count);
        if trial % 5 == 0 {
            weights.replace_range(..weights.find(',').expect("two"), "0");
        }
        let rows: Vec<String> = (0..count).map(|_| list(1e-3, 20.0, count)).collect();
        let matrix =
            if family == "mixing-law" { rows.join(";").replacen(",0.", ",-0.", trial % 9) } else { String::new() };
        let query = format!(
            "family={family}&weights={weights}&a={}&b={}&c={}&t={matrix}&samples={}&scale={}&draws=0",
            list(0.05, steepest, count),
            list(1e-3, 1e6, count),
            list(1e-3, 1e3, count),
            list(10.0, 1e9, 1),
            list(1.0, 1e9, 1)
        );
        let run = PositiveShift::at(&query, 1).unwrap_or_else(|e| panic!("{query}: {e}"));
        assert!((run.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{query}: {:?}", run.shares);
        assert!(
            run.best.loss.is_finite() && run.best.gain >= 0.0 && run.best.gain.is_finite(),
            "{query}: {:?}",
            run.best
        );
        assert_ne!(run.verdicts()[0].agrees, Some(false), "{query}: {:?}", run.verdicts()[0]);
        // An infinite pull at share 0 is one whose best share is below the smallest number.
        let mut pull = run.problem.pull(&run.shares, run.samples);
        pull.iter_mut().filter(|pull| **pull == f64::INFINITY).for_each(|pull| *pull = 0.0);
        let certificate = theory::gap(&run.shares, &pull);
        assert!(certificate <= 1e-6 * run.best.multiplier.abs() + 1e-300, "{query}: {certificate:e} {:?}", run.best);
        if run.problem.has_ratio() {
            assert!(run.ratio.is_none_or(|r| (0.0..=1.0).contains(&r)), "{query}: {:?}", run.ratio);
        }
    }
}

#[test]
fn corners_get_exactly_nothing() {
    let run = PositiveShift::started(PositiveShift::INFO.presets[3].query, 1);
    assert!(run.shares.contains(&0.0), "{:?}", run.shares);
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    for (query, words) in [
        ("family=offset&a=1,2,1", ["`a`", "at most 1"]),
        ("a=1,2", ["`a`", "3"]),
        ("family=mixing-law&weights=1,1,1,1,1,1,1,1,1", ["`weights`", "at most 8"]),
        ("family=mixing-law&t=1,0;0,1", ["`t` cannot be `1,0;0,1`", "3 × 3"]),
        ("weights=0,0", ["weights", "not all zero"]),
        ("weights=1e300,1", ["`weights` cannot be `1e300,1`", "each from 0 to 1e12"]),
        ("family=cubic", ["family", "mixing-law"]),
    ] {
        let error = PositiveShift::refused(query);
        assert!(words.iter().all(|word| error.contains(word)), "{query}: {error}");
    }
    assert!(PositiveShift::at("family=power&t=1,0;0,1", 1).is_ok(), "the matrix is not read by other families");
}

#[test]
fn claims_come_out_as_expected() {
    for claim in PositiveShift::CLAIMS {
        let got = claim.compare(&PositiveShift::finished(claim.query, 1).output()).expect("has the number");
        assert!(got.as_expected, "{}: {got:?}", claim.id);
    }
}

#[test]
fn wilson_covers_what_it_should() {
    let [lo, hi] = wilson(0, 100);
    assert!(lo == 0.0 && (hi - 0.037).abs() < 5e-4, "{lo} {hi}"); // 3.84/103.84
    let [lo, hi] = wilson(50, 100);
    assert!((lo - 0.4038).abs() < 1e-4 && (hi - 0.5962).abs() < 1e-4, "{lo} {hi}");
}

#[test]
fn every_family_is_its_own_formula() {
    // Two parts, p = (0.8, 0.2), N = 50: 40 and 10 samples when matched.
    let (e, ln) = (math::exp, math::ln);
    for (family, hand) in [
        ("power", 0.8 * 2.0 / 40.0 + 0.2 * 3.0 / math::pow(10.0, 0.5)),
        ("offset", 0.8 * 2.0 / (40.0 + 4.0) + 0.2 * 3.0 / (math::pow(10.0, 0.5) + 5.0)),
        ("exponential", 0.8 * 2.0 * e(-40.0 / 20.0) + 0.2 * 3.0 * e(-0.5 * 10.0 / 20.0)),
        ("log", -0.8 * ln(0.8) - 0.2 * ln(0.2)),
        ("transfer", 0.8 * (4.0 / 50.0 + 2.0 / 40.0) + 0.2 * (5.0 / math::pow(50.0, 0.5) + 3.0 / math::pow(10.0, 0.5))),
        ("mixing-law", 0.8 * (2.0 + 4.0 * e(-0.8 - 0.5 * 0.2)) + 0.2 * (3.0 + 5.0 * e(-0.2))),
    ] {
        let matrix = if family == "mixing-law" { "&t=1,0.5;0,1" } else { "" };
        let query = format!("weights=0.8,0.2&a=1,0.5&b=4,5&c=2,3&samples=50&scale=20&draws=0&family={family}{matrix}");
        let run = PositiveShift::started(&query, 1);
        assert!((run.best.matched / hand - 1.0).abs() < 1e-12, "{family}: {} against {hand}", run.best.matched);
        assert!(family == "log" || run.best.loss < run.best.matched, "{family}: a shift helps");
    }
}

#[test]
fn the_direction_and_the_sweep_start_from_the_matched_shares() {
    let run = PositiveShift::started("weights=0.8,0.2&samples=50&draws=0", 1);
    // a = c = 1: the pull is p N / (N p)^2 = 1 / (N p).
    let (first, second) = (1.0 / 40.0, 1.0 / 10.0);
    let hand = [0.5 * (first - second), 0.5 * (second - first)];
    for (k, want) in hand.into_iter().enumerate() {
        assert!((run.direction[k] - want).abs() < 1e-12, "part {k}: {} against {want}", run.direction[k]);
    }
    let sweep = run.sweep.as_ref().expect("a sweep");
    for (i, n) in sweep.samples.iter().enumerate() {
        // 2/N matched; (0.8^0.5 + 0.2^0.5)^2 / N = 1.8/N optimal.
        assert!((sweep.matched[i] * n - 2.0).abs() < 1e-9 && (sweep.loss[i] * n - 1.8).abs() < 1e-9, "N = {n}");
    }
    assert!((sweep.samples[0] - 0.5).abs() < 1e-12 && (sweep.samples[48] - 5000.0).abs() < 1e-6, "two factors of 100");
}

#[test]
fn the_histogram_puts_a_gain_in_its_bin() {
    let mut run = PositiveShift::started("draws=1024", 1);
    for gain in [-0.1, -3.05, -3.05, -16.9, LEAST_LOG_GAIN] {
        run.tallies.iter_mut().for_each(|tally| tally.add(gain));
    }
    let figure = run.gain_figure();
    let series = &figure.series[0];
    let logs: Vec<f64> = series.x.iter().map(|x| math::log10(*x)).collect();
    // Middles of quarters of a decade: -17 to -16.75, -3.25 to -3, -0.25 to 0.
    for (found, want) in logs.iter().zip([-16.875, -3.125, -0.125]) {
        assert!((found - want).abs() < 1e-9, "{logs:?}");
    }
    assert_eq!(series.y, [0.4, 0.4, 0.2], "shares of the five");
    assert_eq!(run.tallies[0].below, [4, 4, 2, 2], "below 1%, 0.1%, 0.01%, 1e-12");
}

#[test]
fn the_answer_says_what_a_shift_gains() {
    let of = |run: &PositiveShift| run.output().answer.expect("an answer").text.english();
    let presets = PositiveShift::INFO.presets;
    for (query, first, before, after) in [
        (
            "",
            "loss-vs-samples",
            "Give part 1 47.3% of the samples, not 60%: that reaches the same loss with 10.5% fewer samples.",
            "All 2,000 random mixtures gain from a shift. With your weights, the best one reaches the same loss with 10.5% fewer samples.",
        ),
        (
            presets[2].query,
            "loss-vs-samples",
            "Give part 1 87.2% of the samples, not 50%: that reaches the same loss with 33.9% fewer samples.",
            "All 2,000 random mixtures gain from a shift. With your weights, the best one reaches the same loss with 33.9% fewer samples.",
        ),
        (
            presets[3].query,
            "loss-vs-samples",
            "Give 1 of the 3 parts no data at all: the best shares reach the same loss with 6.79% fewer samples.",
            "All 2,000 random mixtures gain from a shift. With your weights, the best one reaches the same loss with 6.79% fewer samples.",
        ),
        (
            presets[4].query,
            "shares",
            "With logarithmic curves no shift helps: the best training mixture is the test mixture.",
            "None of 2,000 random mixtures gains from a shift: with logarithmic curves the test mixture is best.",
        ),
        (
            presets[5].query,
            "shares",
            "Give part 1 41.8% of the samples, not 50%: that lowers the loss by 0.0018, from 1.592.",
            "All 2,000 random mixtures gain from a shift. With your weights, the best one lowers the loss by 0.0018, from 1.592.",
        ),
        (
            "weights=1,1,1",
            "majority",
            "Train on the test mixture itself: no other shares reach a lower loss.",
            "All 2,000 random mixtures gain from a shift, but with the weights that you set the test mixture itself is best.",
        ),
        (
            "family=mixing-law&weights=1,1&t=0,0;0,0",
            "shares",
            "Train on the test mixture itself: no other shares reach a lower loss.",
            "0 of 2,000 random mixtures gain from a shift; for the others no gain can be seen.",
        ),
    ] {
        let query = format!("{query}&draws=2000");
        let mut run = PositiveShift::started(&query, 1);
        assert_eq!((of(&run).as_str(), &*run.output().figures[0].id), (before, first), "{query}");
        run.step();
        assert_eq!(of(&run), before, "{query}: not before the end");
        assert_eq!(of(&PositiveShift::finished(&query, 1)), after, "{query}");
    }
    let majority = PositiveShift::started(presets[1].query, 1);
    let wanted = "Give part 1 41.5% of the samples, not 70%: that reaches the same loss with 19.8% fewer samples.";
    assert_eq!((of(&majority).as_str(), &*majority.output().figures[0].id), (wanted, "majority"));
    assert_eq!(majority.output().figures[0].marks[0].label.english(), "this mixture: 0.8019");
    let lost = {
        let mut run = PositiveShift::finished("draws=2000", 1);
        run.tallies[0].count -= 1;
        run.tallies[0].lost = 1;
        of(&run)
    };
    assert!(lost.starts_with("1,999 of 2,000 random mixtures gain"), "{lost}");
}
