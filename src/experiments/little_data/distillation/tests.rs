//! Tests of `distillation`.

use super::*;
use crate::experiments::little_data::draws::testing::trains_as_computed;
use crate::kit::testing::Tested;
use crate::sim::distil::Drawn;
use crate::stats::mean_and_error;
use crate::theory::distillation::Map;
use crate::theory::lottery_ridge::Task;

fn answer(run: &Distillation) -> String {
    Experiment::output(run).answer.expect("an answer").text.english()
}

#[test]
fn the_default_shows_what_the_source_claims() {
    let run = Distillation::finished("", 1);
    for verdict in Experiment::output(&run).verdicts {
        assert_eq!(verdict.agrees, Some(true), "{}: {} {:?}", verdict.id, verdict.measured, verdict.interval);
    }
    // Mixed data are better than either kind alone.
    let curves = &run.curves;
    let at = |mu: f64| curves.tuned(Kind::Distilled, run.share(mu));
    assert!(at(0.4) < at(0.0) && at(0.4) < at(1.0));
    // The best student has less weight decay than the single model.
    assert!(run.decays[curves.best(Kind::Distilled, run.share(0.3))] < 0.5 * run.decays[curves.teachers[0]]);
    assert!(answer(&run).contains("beats its teacher"), "{}", answer(&run));
    assert_ne!(answer(&run), answer(&Distillation::started("", 1)));
}

#[test]
fn unlimited_synthetic_data_retain_what_the_source_prints() {
    // The source prints 83%, and an independent program found 85.6% at this width with the best share of real data.
    let run = Distillation::finished("synthetic=unlimited&mu=0.1", 1);
    let retained = run.verdict("retained");
    assert_eq!(retained.agrees, Some(true), "{retained:?}");
    let [lo, hi] = retained.interval.expect("an interval");
    assert!(lo < 0.83 && 0.83 < hi && hi - lo < 0.2, "{lo} to {hi}");
    // Here the student needs far less weight decay than a single model.
    let times = run.decays[run.curves.teachers[0]] / run.decays[run.curves.best(Kind::Distilled, 0)];
    assert!((30.0..=320.0).contains(&times), "{times}");
}

#[test]
fn the_seed_of_the_teacher_teaches_nothing_new() {
    let run = Distillation::finished("synthetic=unlimited&mu=0.3&student=same&width=64", 1);
    let seed = run.verdict("same-seed");
    assert!(seed.agrees == Some(true) && seed.measured < 0.0, "{seed:?}");
    let same = run.measured(Kind::Same, run.share(0.3));
    let gain: Vec<f64> = run.trained.teachers.iter().zip(same).map(|(a, b)| a - b).collect();
    let (gain, error) = mean_and_error(&gain);
    assert!(gain + 3.3 * error < 0.02, "{gain} +- {error}");
    assert!(answer(&run).contains("With its teacher's seed"), "{}", answer(&run));
}

#[test]
fn without_gains_there_is_little_to_keep() {
    let run = Distillation::finished("gain=0&draws=12", 1);
    assert!(answer(&run).contains("gain little"), "{}", answer(&run));
    assert!(run.verdict("student-better").agrees != Some(true));
}

#[test]
fn a_gain_that_may_be_chance_has_no_share() {
    let mut run = Distillation::started("width=16&samples=16&inputs=32&members=2", 1);
    // On every other draw the ensemble is worse than a single model.
    let gains: Vec<f64> = (0..10).map(|draw| if draw % 2 == 0 { 0.1 } else { -0.05 }).collect();
    let losses = |share: f64| gains.iter().map(|gain| 1.0 - share * gain).collect::<Vec<_>>();
    let students = vec![losses(0.5); run.slots().len()];
    let trained = &mut run.trained;
    (trained.singles, trained.teachers, trained.alone) = (losses(0.0), losses(0.0), losses(0.0));
    (trained.ensembles, trained.students) = (losses(1.0), students);
    run.done = Experiment::progress(&run).total;
    let verdict = run.verdict("retained");
    assert!(verdict.agrees.is_none() && verdict.said().contains("no gain to keep"), "{verdict:?}");
}

#[test]
fn trained_models_have_the_losses_of_the_closed_form_on_the_same_draws() {
    for query in ["draws=4", "draws=4&synthetic=unlimited&mu=0.1", "draws=4&student=same&width=40&inputs=64&mu=0.7"] {
        let mut run = Distillation::started(query, 5);
        while matches!(run.work()[run.done as usize], Work::Train(_)) {
            run.step();
        }
        let study = run.study_of_curves();
        let draw = |draw: u32| study.draw(&run.compute.task, &run.compute.gaussian, draw);
        let drawn: Vec<Drawn<'_>> = (0..4).map(draw).collect();
        let mut exact = Curves::of_run(&run.pilot);
        for one in &drawn {
            exact.push(one.singles(), one.students(run.pilot.teachers));
        }
        // Training stops at a time at which a little is left to learn, in directions that matter little.
        let close = |name: &str, found: &[f64], exact: f64| {
            let found = found.iter().sum::<f64>() / found.len() as f64;
            assert!((found - exact).abs() < 2e-3, "`{query}`, {name}: {found} against {exact}");
        };
        let [single, ensemble] = exact.levels();
        close("single models", &run.trained.singles, single);
        close("ensembles", &run.trained.ensembles, ensemble);
        assert_eq!(run.trained.students.len(), run.slots().len());
        for ((kind, share), losses) in run.slots().into_iter().zip(&run.trained.students) {
            close(&format!("{kind:?}, {share}"), losses, exact.mean(kind, share, run.pilot.best(kind, share)));
        }
    }
}

#[test]
fn students_are_trained_as_computed_within_the_rounding_errors() {
    let gaussian = Gaussian::new();
    let task = Task::new(1.5, 1.5, 0.5, 1.5);
    let mut settings = 0;
    for (width, count) in [(16, 0), (48, 64), (96, 384), (128, 0)] {
        let map = Map::new(&task.member(&gaussian, 9, 0, 0, width), width);
        let (real, fresh) = (task.sample(&gaussian, 9, 0, 64), task.synthetic(&gaussian, 9, 0, count));
        let labels = task.relabelled(&fresh, &task.weights.iter().map(|w| 0.7 * w).collect::<Vec<_>>());
        let (own, taught) = (map.moments(&real).objective(&real.labels), map.moments(&fresh).objective(&labels));
        for (mu, time, decay) in
            [(0.0, 900.0, 1e-4), (0.1, 50.0, 0.0), (0.4, 300.0, 0.01), (0.8, 8.0, 0.3), (1.0, 200.0, 1e-5)]
        {
            let model = own.mixed(&taught, mu);
            trains_as_computed(&model.matrix, &model.target, time, decay);
            settings += 1;
        }
    }
    assert_eq!(settings, 20);
}

#[test]
fn trained_losses_agree_with_the_curves_over_other_draws() {
    let mut seen = 0;
    for query in
        ["", "synthetic=unlimited&mu=0.2&draws=16", "samples=32&width=32&inputs=200", "gain=0.5&noise=0.1&mu=0.8"]
    {
        let run = Distillation::finished(query, 3);
        for ((kind, share), losses) in run.slots().into_iter().zip(&run.trained.students) {
            let (trained, a) = mean_and_error(losses);
            let theory: Vec<f64> = run.curves.each(kind, share, run.pilot.best(kind, share)).collect();
            let (theory, b) = mean_and_error(&theory);
            let z = (trained - theory) / (a * a + b * b).sqrt();
            assert!(z.abs() < 4.0, "`{query}`, {kind:?}, share {share}: z = {z}");
            seen += 1;
        }
    }
    assert!(seen >= 32, "{seen}");
}

#[test]
fn few_draws_cannot_tell() {
    let few = Distillation::finished("draws=4&width=16&samples=16&inputs=32&members=2", 1);
    let verdicts = Experiment::output(&few).verdicts;
    assert_eq!(verdicts.len(), 6);
    for verdict in verdicts {
        assert!(verdict.agrees.is_none() && !verdict.note.is_empty(), "{verdict:?}");
    }
}

#[test]
fn only_real_data_make_all_students_single_models() {
    let run = Distillation::finished("mu=1&draws=8&width=16&samples=16&inputs=32&members=2", 1);
    let last = run.share(1.0);
    assert_eq!(run.measured(Kind::Fresh, last), run.measured(Kind::Same, last));
    assert!(run.verdict("same-seed").agrees.is_none());
    // Nothing is kept of what nobody taught.
    let retained = run.verdict("retained");
    assert!(retained.measured.abs() < 0.01 && retained.theory.is_some_and(|kept| kept.abs() < 0.01), "{retained:?}");
    assert!(answer(&run).contains("no better") || answer(&run).contains("gain little"), "{}", answer(&run));
    let run = Distillation::finished("mu=0&draws=8&width=16&samples=16&inputs=32&members=2", 1);
    assert_eq!(Experiment::output(&run).verdicts.len(), 5, "synthetic data only is then the student of the parameters");
}

#[test]
fn a_fixed_weight_decay_is_that_of_all_students() {
    let run = Distillation::started("tuning=fixed&decay=0.02&width=16&inputs=32", 1);
    assert_eq!(run.student_decay(Kind::Distilled, 0), 0.02);
    assert_eq!(run.student_decay(Kind::Fresh, 3), 0.02);
    let best = Distillation::started("width=16&inputs=32", 1);
    for share in 0..run.shares.len() {
        assert!(best.pilot.tuned(Kind::Distilled, share) <= run.pilot.tuned(Kind::Distilled, share) + 5e-3);
    }
}

#[test]
fn bad_values_are_refused_with_the_name_of_the_parameter() {
    for (query, parameter) in [
        ("mu=1.2", "mu"),
        ("mu=-0.1", "mu"),
        ("width=129", "width"),
        ("width=3", "width"),
        ("inputs=95", "inputs"),
        ("width=128&inputs=127", "inputs"),
        ("samples=129", "samples"),
        ("members=1", "members"),
        ("decay=0", "decay"),
        ("synthetic=many", "synthetic"),
    ] {
        let said = Distillation::refused(query);
        assert!(said.contains(parameter), "`{query}`: {said}");
    }
    assert!(Distillation::refused("inputs=95").contains("synthetic data to unlimited"));
    Distillation::started("width=128&inputs=127&synthetic=unlimited", 1);
}

#[test]
fn extremes_of_every_range_run() {
    for query in [
        "samples=8&width=4&inputs=8&draws=2&members=2&mu=0",
        "samples=128&width=128&inputs=2048&draws=2&members=16&mu=1&tuning=fixed&decay=1",
        "samples=16&width=32&inputs=32&draws=2&members=2&gain=3&noise=4&spectrum=3&target=1.05",
        "samples=16&width=32&draws=2&members=2&gain=0&noise=0&spectrum=1.05&target=3&synthetic=unlimited&student=same",
        "samples=16&width=128&inputs=128&draws=2&members=2&tuning=fixed&decay=0.00001",
    ] {
        let run = Distillation::finished(query, 2);
        let output = Experiment::output(&run);
        for series in output.figures.iter().flat_map(|figure| &figure.series) {
            assert!(series.y.iter().all(|y| y.is_finite()), "`{query}`: {} is {:?}", series.id, series.y);
        }
    }
}
