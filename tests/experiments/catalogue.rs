//! Tests of the registry of experiments, and of the rule that modules import only what the map in `src/lib.rs` allows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use scaling_lab::exec::Exec;
use scaling_lab::experiments;
use scaling_lab::kit::{Entry, Origin};
use scaling_lab::math;
use scaling_lab::output::{Drawing, Figure, Frame, Handle, Output, POINTS_MAX, Picture, Series, Verdict};
use scaling_lab::params::{self, Kind, Scale, Spec, Texts, Value};
use scaling_lab::session::{self, Session};
use scaling_lab::text::word;

use crate::{runs, sweep};

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, into: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                into.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.into_iter().map(|(path, text)| (path.strip_prefix(&root).expect("under src").to_owned(), text)).collect()
}

/// The lines of code in a source file, without comments and without the tests at the end.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let tests = text.find("#[cfg(test)]").or_else(|| text.find("#[cfg(all(test")).unwrap_or(text.len());
    text[..tests].lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The texts between backticks. A leading `mod@` is removed from each.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(|name| name.trim_start_matches("mod@").to_owned()).collect()
}

/// Reads the map of modules in `src/lib.rs`. Returns, for every module, the modules that it may import.
fn map(lib: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut map: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lib.lines().filter(|line| line.starts_with("//! | ") && line.contains('`')) {
        let [_, modules, _, may, _] = line.split('|').collect::<Vec<_>>()[..] else { panic!("three columns: {line}") };
        let (may, named) = (may.trim(), quoted(may));
        let allowed: BTreeSet<_> = match may.strip_prefix("everything above") {
            Some(but) => {
                assert!(but.is_empty() || but.starts_with(" but `"), "{may}");
                map.keys().filter(|module| !named.contains(module)).cloned().collect()
            }
            None => named.into_iter().collect(),
        };
        assert!(may == "nothing" || !allowed.is_empty(), "{may}");
        assert!(allowed.iter().all(|module| map.contains_key(module)), "only what stands above: {line}");
        for module in quoted(modules) {
            let own = std::iter::once(module.clone()).chain(allowed.iter().cloned()).collect();
            assert!(map.insert(module, own).is_none(), "each module once: {line}");
        }
    }
    map
}

#[test]
fn imports_point_one_way() {
    let sources = sources();
    let (_, lib) = sources.iter().find(|(path, _)| path == Path::new("lib.rs")).expect("the map");
    let map = map(lib);
    for (path, text) in &sources {
        let name = path.to_string_lossy().replace('\\', "/");
        let module = name.split('/').next().expect("a name").trim_end_matches(".rs");
        // Tests may look wherever they like.
        if module == "lib" || name.ends_with("/tests.rs") {
            continue;
        }
        let may = map.get(module).unwrap_or_else(|| panic!("{name}: module {module} is not on the map in lib.rs"));
        for line in code(text) {
            for (at, _) in line.match_indices("crate::") {
                let word = |c: &char| c.is_ascii_lowercase() || *c == '_';
                let path: Vec<String> =
                    line[at + 7..].split("::").take(3).map(|part| part.chars().take_while(word).collect()).collect();
                // Words with capitals and macros are the crate's own names: errors and `params!`.
                let is_module =
                    line[at + 7..].starts_with(|c: char| c.is_ascii_lowercase()) && map.contains_key(&path[0]);
                assert!(!is_module || may.contains(&path[0]), "{name} may not import {}: {line}", path[0]);
                // Inside the story an experiment imports what its own part shares, and no other experiment.
                if module == "experiments" && path[0] == "experiments" {
                    let part = name.split('/').nth(1).expect("a part");
                    let own = name.split('/').nth(2).unwrap_or_default().trim_end_matches(".rs");
                    let other = experiments::all()
                        .any(|e| path.get(2).is_some_and(|stem| e.slug.replace('-', "_") == *stem && stem != own));
                    assert!(
                        path.get(1).is_some_and(|named| named == part) && !other,
                        "{name} imports another experiment: {line}"
                    );
                }
            }
        }
        let names = |word: &str| code(text).any(|line| line.contains(word));
        assert!(!names("wgpu::") || name == "exec/gpu.rs", "{name} names wgpu");
        let boundary = ["web.rs", "exec/pool.rs", "exec/remote.rs"].contains(&name.as_str());
        assert!(!names("wasm_bindgen::prelude") || boundary, "{name} names wasm-bindgen");
        assert!(!names("#[wasm_bindgen") || boundary && name != "exec/pool.rs", "{name} exports to JavaScript");
    }
}

#[test]
fn the_page_knows_no_experiment_by_name() {
    let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let mut stack = vec![www];
    while let Some(path) = stack.pop() {
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                stack.extend(fs::read_dir(&path).expect("a folder").map(|e| e.expect("an entry").path()));
            }
        } else if path.extension().is_some_and(|e| ["js", "mjs", "html", "css", "ts"].iter().any(|x| e == *x)) {
            // A budget is measured on one experiment, and tests need one to test with.
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if name.contains(".test.") || name == "build.mjs" {
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            for entry in experiments::all() {
                let quoted = ['"', '\'', '`', '/'].map(|q| format!("{q}{}", entry.slug));
                assert!(!quoted.iter().any(|q| text.contains(q)), "{} names {}", path.display(), entry.slug);
            }
        }
    }
}

#[test]
fn names_are_unique_and_words_are_there() {
    let slugs: BTreeSet<_> = experiments::all().map(|e| e.slug).collect();
    assert_eq!(slugs.len(), experiments::all().count(), "slugs");
    let claims: Vec<_> = experiments::all().flat_map(|e| e.claims).collect();
    assert_eq!(claims.iter().map(|c| c.id).collect::<BTreeSet<_>>().len(), claims.len(), "claims");
    for entry in experiments::all() {
        let info = &entry.info;
        assert!(entry.slug.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}: a slug", entry.slug);
        assert!(info.question.ends_with('?'), "{}: a question", entry.slug);
        assert!(!info.notice.is_empty() && !info.model.is_empty() && !info.sources.is_empty(), "{}: words", entry.slug);
        // Over the reader's own runs alone there may be nothing that was published.
        let claims = !entry.claims.is_empty() || !entry.data.is_empty();
        assert!(!info.presets.is_empty() && claims, "{}: presets and claims", entry.slug);
        let names: BTreeSet<_> = entry.params.iter().map(|s| s.name).collect();
        assert_eq!(names.len(), entry.params.len(), "{}: parameters", entry.slug);
        for kept in ["seed", "device", "pace", "data", "src"] {
            assert!(!names.contains(kept), "{}: names the URL keeps for itself", entry.slug);
        }
        for spec in entry.params {
            assert!(spec.help.ends_with('.') && spec.help.len() > 10, "{}: help of {}", entry.slug, spec.name);
            spec.parse(spec.default).unwrap_or_else(|e| panic!("{}: {e}", entry.slug));
            let ranged = !matches!(spec.kind, Kind::Choice | Kind::Text | Kind::Columns);
            assert!(!ranged || spec.min < spec.max, "{}: range of {}", entry.slug, spec.name);
        }
        for preset in info.presets {
            let checked = session::check(entry.slug, &params::query(preset.query), None).expect("a slug");
            assert!(checked.problems.is_empty(), "{}, {}: {:?}", entry.slug, preset.title, checked.problems);
            // A page's address leaves defaults out, and finds the preset's name by its setting.
            for (name, text) in params::query(preset.query) {
                let spec = entry.params.iter().find(|spec| spec.name == name).expect("a parameter");
                let default = spec.parse(spec.default).expect("valid");
                assert_ne!(spec.parse(&text).expect("valid"), default, "{}, {}: {name}", entry.slug, preset.title);
            }
        }
    }
}

/// Whether the files that the tests compare should be updated instead. `./build.sh update` asks for this.
fn update() -> bool {
    std::env::var_os("LAB_UPDATE").is_some()
}

#[test]
fn the_readme_asks_the_same_questions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let is_row = |line: &&str| line.starts_with("| `");
    let rows: Vec<_> = readme.lines().filter(is_row).collect();
    let wanted: Vec<_> = experiments::all().map(|e| format!("| `{}` | {} |", e.slug, e.info.question)).collect();
    if update() && rows != wanted {
        let (above, below) =
            (readme.lines().take_while(|line| !is_row(line)), readme.lines().skip_while(|l| !is_row(l)));
        let lines = above.chain(wanted.iter().map(String::as_str)).chain(below.skip_while(is_row));
        fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).expect("written");
        return;
    }
    assert_eq!(
        rows, wanted,
        "the README's table is the catalogue: `./build.sh update` writes it; an experiment that is in neither has no line in its part"
    );
}

#[test]
fn every_file_is_declared_where_it_is_found() {
    let sources = sources();
    let text = |path: &Path| sources.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str());
    let mut missing = Vec::new();
    for (path, _) in &sources {
        let own = |name: &str| path.file_name().is_some_and(|file| file == name);
        if own("lib.rs") || own("main.rs") {
            continue;
        }
        // A folder with a `mod.rs` is declared one floor up, and so is a folder beside a file of its name.
        let (unit, folder) = match path.parent().expect("under src") {
            parent if own("mod.rs") => (parent.to_owned(), parent.parent().expect("under src")),
            parent => (path.with_extension(""), parent),
        };
        let stem = unit.file_name().expect("a name").to_string_lossy().into_owned();
        let roots = match folder.to_str() {
            Some("") => vec![PathBuf::from("lib.rs"), "main.rs".into()],
            _ => vec![folder.join("mod.rs"), folder.with_extension("rs")],
        };
        let experiment = path.starts_with("experiments") && own("mod.rs") && unit.components().count() == 3;
        let line = if experiment { format!("    {stem}::") } else { format!("mod {stem};") };
        let declares =
            |text: &str| text.lines().any(|code| !code.trim_start().starts_with("//") && code.contains(&line));
        if !roots.iter().filter_map(|root| text(root)).any(declares) {
            let place = roots.iter().find(|root| text(root).is_some()).unwrap_or(&roots[0]).display();
            missing.push(match experiment {
                true => format!("src/{}: add its line, `{stem}::TYPE,`, to part! in src/{place}", path.display()),
                false => format!("src/{}: add `pub mod {stem};` to src/{place}", path.display()),
            });
        }
    }
    assert!(missing.is_empty(), "files that are in no program:\n{}", missing.join("\n"));
}

#[test]
fn every_kernel_and_job_is_run_by_an_experiment() {
    let mut known = 0;
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("sim")) {
        let named =
            code(text).filter_map(|line| line.split_once("const NAME: &'static str = \"")).map(|(_, rest)| rest);
        for name in named.map(|rest| rest.split('"').next().expect("a name")) {
            assert!(
                experiments::twin(name).is_some(),
                "src/{}: no experiment runs `{name}`: add `Twin::kernel::<TYPE>()`, or `Twin::job::<TYPE>()`, to KERNELS of \
                 the one that does (an experiment whose part lacks its line runs nothing)",
                path.display()
            );
            known += 1;
        }
    }
    for twin in experiments::all().flat_map(|entry| entry.kernels) {
        let held = twin.suite.is_none_or(|suite| !suite().cases.is_empty());
        assert!(held, "`{}` is compared with no device: give `fn cases` of the kernel at least one case", twin.name);
    }
    let twins: BTreeSet<_> = experiments::all().flat_map(|entry| entry.kernels).map(|twin| twin.name).collect();
    assert_eq!(known, twins.len(), "kernels and jobs live in src/sim: {twins:?}");
}

#[test]
fn streams_have_numbers_of_their_own() {
    let mut owners: BTreeMap<u32, String> = BTreeMap::new();
    let mut shared = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        for line in code(text) {
            for (at, word) in line.match_indices("Stream(") {
                let digits: String = line[at + word.len()..].chars().take_while(char::is_ascii_digit).collect();
                let Ok(number) = digits.parse() else { continue };
                let owner = format!("src/{}: {}", path.display(), line.trim());
                if let Some(first) = owners.insert(number, owner.clone()) {
                    shared.push(format!("{first}\n{owner}"));
                }
            }
        }
    }
    let next = owners.keys().next_back().map_or(1, |last| last + 1);
    // These were given up, or are of tests.
    let gaps: Vec<u32> = (1..next).filter(|number| !owners.contains_key(number)).collect();
    assert_eq!(gaps, [8, 14, 15], "a new stream takes the next free number: {:?}", owners.iter().next_back());
    assert!(shared.is_empty(), "two purposes share draws; the next free number is {next}:\n{}", shared.join("\n"));
    assert!(owners.len() > 10 && owners.contains_key(&12), "streams are found: {owners:?}");
}

fn check_output(what: &str, output: &Output) {
    let figures: BTreeSet<_> = output.figures.iter().map(|f| &f.id).collect();
    assert_eq!(figures.len(), output.figures.len(), "{what}: figures have names of their own");
    for figure in &output.figures {
        let series: BTreeSet<_> = figure.series.iter().map(|s| &s.id).collect();
        assert_eq!(series.len(), figure.series.len(), "{what}, {}: series have names of their own", figure.id);
        assert!(figure.field.is_some() || !figure.series.is_empty(), "{what}, {}: not blank", figure.id);
        for s in &figure.series {
            assert!(s.x.len() <= POINTS_MAX && s.x.len() == s.y.len(), "{what}, {}, {}: points", figure.id, s.id);
            for ends in [&s.lo, &s.hi].into_iter().flatten() {
                assert_eq!(ends.len(), s.x.len(), "{what}, {}, {}: intervals", figure.id, s.id);
            }
            assert!(s.y.iter().any(|y| y.is_finite()), "{what}, {}, {}: something to draw", figure.id, s.id);
        }
        if let Some(field) = &figure.field {
            assert_eq!(field.z.len(), field.y.len(), "{what}, {}: rows", figure.id);
            assert!(field.z.iter().all(|row| row.len() == field.x.len()), "{what}, {}: columns", figure.id);
        }
    }
    for table in &output.tables {
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{what}, {}: cells", table.id);
    }
}

/// Checks what every small picture has in common.
pub(crate) fn check_picture(what: &str, picture: &Picture) {
    let said = |text: &scaling_lab::text::Text| {
        let text = text.english();
        let odd = text.is_empty() || text.contains(['{', '}', '$']) || text.contains("NaN");
        assert!(!odd, "{what}: a text of the picture: {text}");
        text
    };
    let (title, about) = (said(&picture.title), said(&picture.about));
    assert!(title.chars().count() <= 45 && !title.ends_with('.'), "{what}: a short title: {title}");
    assert!(about.chars().count() <= 140 && about.ends_with('.'), "{what}: how to read the picture: {about}");
    assert!((1..=5).contains(&picture.rows.len()), "{what}: {} rows", picture.rows.len());
    for row in &picture.rows {
        let (label, value) = (said(&row.label), said(&row.value));
        let what = format!("{what}, {label}: {value}");
        if row.drawing == Drawing::Paths {
            for step in 0..row.values[0].len() {
                let mut places: Vec<f64> = row.values.iter().map(|path| path[step]).collect();
                places.sort_by(f64::total_cmp);
                assert!(places.iter().zip(0..).all(|(place, i)| *place == f64::from(i)), "{what}: step {step}");
            }
        } else {
            let [shares] = &row.values[..] else { panic!("{what}: one list of shares") };
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{what}: shares: {shares:?}");
            let bar = row.drawing == Drawing::Bar;
            assert!(!bar || shares.iter().sum::<f64>() < 1.0 + 1e-9, "{what}: parts of a whole: {shares:?}");
            assert!(bar || !shares.is_empty(), "{what}: cells");
        }
    }
}

#[test]
fn every_preset_shows_theory_at_once() {
    for entry in experiments::all() {
        for preset in entry.info.presets {
            let what = format!("{}, {}", entry.slug, preset.title);
            let session = Session::open(Rc::new(Exec::cpu()), entry.slug, &params::query(preset.query), 1)
                .unwrap_or_else(|e| panic!("{what}: {e}"));
            check_output(&what, &session.output());
            if let Some(picture) = session.picture() {
                check_picture(&what, &picture);
            }
        }
    }
}

#[test]
fn the_readme_embeds_the_present_version() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let named = readme.matches("/scaling-lab.js\" crossorigin").count();
    let present = readme.matches(&format!("v{}/scaling-lab.js\" crossorigin", session::VERSION)).count();
    assert_eq!((named, present), (1, 1), "the tag in the README names the version of Cargo.toml");
}

/// Interpolates between the points `(from[i], to[i])`; the logarithms of numbers of a logarithmic scale are interpolated.
/// Beyond the ends, the result is that of the nearest end.
fn between(from: &[f64], to: &[f64], [a, b]: [Scale; 2], at: f64) -> f64 {
    let scaled = |scale, x: f64| if scale == Scale::Log { math::ln(x) } else { x };
    let i = from[1..from.len() - 1].iter().take_while(|x| **x < at).count();
    let [lo, hi, at] = [from[i], from[i + 1], at].map(|x| scaled(a, x));
    let t = ((at - lo) / (hi - lo)).clamp(0.0, 1.0);
    let [lo, hi] = [to[i], to[i + 1]].map(|x| scaled(b, x));
    let y = lo + t * (hi - lo);
    if b == Scale::Log { math::exp(y) } else { y }
}

/// Shares of a parameter; empty for a parameter that is a number.
fn shares(value: &Value) -> &[f64] {
    if let Value::List(shares) = value { shares } else { &[] }
}

/// The text that a handle gives its parameter if it is dragged to `to`, and the parameter had the value `from`.
fn dragged(handle: &Handle, spec: &Spec, from: &Value, to: [f64; 2]) -> String {
    let [x, y] = to;
    match (spec.kind, handle.part) {
        (Kind::Simplex, None) => format!("{x},{y},{}", 1.0 - x - y),
        (Kind::Simplex, Some(part)) => {
            let shares = shares(from);
            let other = |share: f64| share * (1.0 - x) / (1.0 - shares[part]);
            let all = shares.iter().enumerate().map(|(i, share)| if i == part { x } else { other(*share) });
            all.map(|share| share.to_string()).collect::<Vec<_>>().join(",")
        }
        (Kind::Integer, _) => x.round().to_string(),
        _ => x.to_string(),
    }
}

/// The values of the parameter at the points of the series along which a handle moves.
fn values_of(handle: &Handle, spec: &Spec, series: &Series) -> Vec<f64> {
    let percent = if spec.unit == "%" { 100.0 } else { 1.0 };
    handle.values.clone().unwrap_or_else(|| series.x.iter().map(|x| percent * x).collect())
}

/// The handles of a figure, each with the declaration of its parameter and with the values that are tried: two points
/// inside the path of the handle.
fn handles(what: &str, params: &'static [Spec], figure: &Figure) -> Vec<(Handle, &'static Spec, [[f64; 2]; 2])> {
    let one = |handle: &Handle| {
        let what = format!("{what}, {}, {}", figure.id, handle.param);
        let spec = params.iter().find(|spec| spec.name == handle.param).unwrap_or_else(|| panic!("{what}: unknown"));
        let kinds = [Kind::Number, Kind::Integer, Kind::Simplex];
        assert!(kinds.contains(&spec.kind), "{what}: a handle cannot set a {:?}", spec.kind);
        let Some(along) = &handle.along else {
            let simplex = figure.field.as_ref().is_some_and(|field| field.frame == Frame::Simplex);
            assert!(simplex && spec.kind == Kind::Simplex, "{what}: shares in a triangle");
            return (handle.clone(), spec, [[0.2, 0.5], [0.7, 0.1]]);
        };
        let series = figure.series.iter().find(|series| series.id == *along).expect("the series of the handle");
        let values = &values_of(handle, spec, series);
        assert!(values.len() == series.x.len() && values.len() > 1, "{what}: a value for each point");
        for list in [values, &series.x] {
            let order = list[0].total_cmp(&list[1]);
            assert!(list.windows(2).all(|pair| pair[0].total_cmp(&pair[1]) == order), "{what}: in order, none twice");
        }
        let (min, max) = if spec.kind == Kind::Simplex { (0.0, 1.0) } else { (spec.min, spec.max) };
        assert_eq!(spec.kind == Kind::Simplex, handle.part.is_some(), "{what}: one of the shares");
        assert!(values.iter().all(|value| (min..=max).contains(value)), "{what}: values that the parameter takes");
        (handle.clone(), spec, [[values[values.len() / 3], 0.0], [values[values.len() * 2 / 3], 0.0]])
    };
    figure.handles.iter().map(one).collect()
}

/// Asserts that the mark of a handle stands where the path of the handle has the parameter's value.
fn stands(what: &str, figure: &Figure, handle: &Handle, spec: &Spec, value: &Value) {
    let mark = &figure.marks[handle.mark];
    let near = |a: f64, b: f64, what: &str| assert!((a - b).abs() <= 0.02 * b.abs(), "{what}: {a}, not {b}");
    let Some(along) = &handle.along else {
        return [mark.x, mark.y].iter().zip(shares(value)).for_each(|(x, share)| near(x.expect("x"), *share, what));
    };
    let series = figure.series.iter().find(|series| series.id == *along).expect("the series of the handle");
    let value = match (value, handle.part) {
        (Value::Number(x), _) => *x,
        (shared, part) => shares(shared)[part.expect("a part")],
    };
    let values = &values_of(handle, spec, series);
    let x = between(values, &series.x, [spec.scale, figure.x.scale], value);
    near(mark.x.expect("a place along the axis"), x, &format!("{what}: the abscissa"));
    if let Some(y) = mark.y {
        near(y, between(values, &series.y, [spec.scale, figure.y.scale], value), &format!("{what}: the ordinate"));
    }
}

#[test]
fn a_dragged_handle_stands_where_it_was_dragged_to() {
    let mut seen = 0;
    for entry in experiments::all() {
        let value = |texts: &Texts, spec: &Spec| {
            spec.parse(params::text(texts, spec.name).unwrap_or(spec.default)).expect("a value")
        };
        let open = |texts: &Texts| Session::open(Rc::new(Exec::cpu()), entry.slug, texts, 1).expect("allowed").output();
        for preset in entry.info.presets {
            let texts = params::query(preset.query);
            let what = format!("{}, {}", entry.slug, preset.title);
            for figure in open(&texts).figures {
                for (handle, spec, places) in handles(&what, entry.params, &figure) {
                    stands(&what, &figure, &handle, spec, &value(&texts, spec));
                    for to in places {
                        let text = dragged(&handle, spec, &value(&texts, spec), to);
                        let what = format!("{what}, {}={text}", spec.name);
                        let mut moved = texts.clone();
                        moved.retain(|(name, _)| name != spec.name);
                        moved.push((spec.name.to_owned(), text));
                        let output = open(&moved);
                        let there = output.figures.iter().find(|one| one.id == figure.id).expect("the figure stays");
                        let same = there.handles.iter().find(|one| one.param == spec.name).expect("the handle stays");
                        stands(&what, there, same, spec, &value(&moved, spec));
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 20, "{seen} drags");
}

/// The English of an answer, after a check of what every answer has in common.
fn said(what: &str, output: &Output) -> String {
    let text = output.answer.as_ref().unwrap_or_else(|| panic!("{what}: no answer")).text.english();
    assert!(text.chars().count() < 200 && text.ends_with('.'), "{what}: one short sentence: {text}");
    assert!(!text.contains(['{', '}', '$']) && !text.contains("NaN"), "{what}: {text}");
    text
}

/// The groups of a figure that have a colour, in the order of their colours.
fn colours(figure: &Figure) -> Vec<&str> {
    let mut keys: Vec<&str> = figure.groups.iter().map(|group| &*group.id).collect();
    for key in figure.series.iter().map(|series| series.group.as_deref().unwrap_or(&series.id)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Answers, colours and headline figures of all presets, each at the size of the quick setting, before and after the run.
#[test]
fn answers() {
    for entry in experiments::all() {
        let mut templates = Vec::new();
        for preset in entry.info.presets {
            let what = format!("{}, {}", entry.slug, preset.title);
            let whole = Session::open(Rc::new(Exec::cpu()), entry.slug, &params::query(preset.query), 1);
            let before = whole.unwrap_or_else(|e| panic!("{what}: {e}")).output();
            let expected = said(&what, &before);
            let first = &before.figures[0];
            let field = first.field.as_ref().is_some_and(|field| field.z.iter().flatten().any(|z| z.is_finite()));
            let curve = |series: &Series| series.x.iter().zip(&series.y).any(|(x, y)| x.is_finite() && *y > 0.0);
            assert!(!first.folded && (field || first.series.iter().any(curve)), "{what}: {} is empty", first.id);
            // The sizes of one may not fit the lists of the other.
            let Ok(run) = runs::run(entry, &runs::quick(entry, preset.query), 1) else { continue };
            let (start, found) = (&run.before, &run.after.output);
            said(&what, start);
            for before in &start.figures {
                let Some(after) = found.figures.iter().find(|figure| figure.id == before.id) else { continue };
                let (old, new) = (colours(before), colours(after));
                let moved = |(place, key)| new.iter().position(|other| other == key).is_some_and(|now| now != place);
                assert!(!old.iter().enumerate().any(moved), "{what}, {}: colours: {old:?}, {new:?}", before.id);
            }
            let measured = run.after.progress.total > 0;
            assert!(!measured || said(&what, found) != expected, "{what}: the run changes the answer");
            templates.push(found.answer.as_ref().expect("an answer").text.template());
        }
        let contrast = templates.iter().any(|template| *template != templates[0]);
        assert!(contrast, "{}: one answer for every preset: {templates:?}", entry.slug);
    }
}

#[test]
fn every_experiment_finishes_at_its_defaults() {
    for entry in experiments::all() {
        let document = &runs::of(entry, "").after;
        check_output(entry.slug, &document.output);
        assert!(document.output.verdicts.iter().any(|v| v.agrees.is_some()), "{}: a verdict", entry.slug);
        let json = serde_json::to_string(document).expect("a document");
        let numbers = ["NaN", "\"inf\"", "\"-inf\""];
        assert!(!numbers.iter().any(|x| json.contains(x)), "{}: what is not finite is null", entry.slug);
    }
}

#[test]
fn published_numbers_come_out_as_expected() {
    for entry in experiments::all() {
        for claim in entry.claims {
            // Those on tables that are not ours to ship: tests/fit.rs, where they are.
            if claim.data.is_none() {
                let run = runs::run(entry, &claim.texts(), claim.seed).unwrap_or_else(|e| panic!("{}: {e}", claim.id));
                let found = claim.compare(&run.before).or_else(|| claim.compare(&run.after.output));
                let found = found.unwrap_or_else(|| panic!("{}: no number", claim.id));
                assert!(found.as_expected, "{}: {}, ours {found:?}", claim.id, claim.printed);
            }
            let own = claim.source.starts_with("This lab");
            assert_eq!(claim.origin == Origin::Own, own, "{}: nobody published what this lab measured", claim.id);
            assert!(
                !claim.reason.is_empty() && (claim.ours.is_none() || !claim.note.is_empty()),
                "{}: says why",
                claim.id
            );
        }
    }
}

fn lab(arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scaling-lab"));
    command.args(arguments).env_remove("XDG_RUNTIME_DIR").output().expect("the lab runs")
}

#[test]
fn wrong_arguments_are_one_sentence_and_status_2() {
    let table = std::env::temp_dir().join(format!("scaling-lab-arguments-{}.csv", std::process::id()));
    let rows = (0..16).map(|i| format!("{},{},{}\n", 10_000_000 << (i % 4), 1_000_000_000_u64 << (i / 4), 30 - i));
    fs::write(&table, "params,tokens,loss\n".to_owned() + &rows.collect::<String>()).expect("a table");
    let runs = table.to_str().expect("a name");
    for (arguments, words) in [
        (&["fit", "chinchilla", runs, "--budget", "-1"][..], &["budget", "-1"][..]),
        (&["fit", "chinchilla", runs, "--unique-tokens", "-1e9"], &["unique-tokens", "-1"]),
        (&["run", "exam-time", "--seed", "-1"], &["--seed", "-1"]),
        (&["run", "exam-time", "--sed", "1"], &["--sed"]),
        (&["run", "exam-time", "--format", "xml"], &["--format", "xml", "json"]),
        (&["reproduce", "exam-time", "--data", "/nonexistent"], &["--data", "/nonexistent"]),
        (&["fly"], &["fly"]),
    ] {
        let said = lab(arguments);
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert_eq!(said.status.code(), Some(2), "{arguments:?}: {text}");
        assert_eq!(text.trim_end().lines().count(), 1, "{arguments:?}: one sentence: {text}");
        assert!(words.iter().all(|word| text.contains(word)) && said.stdout.is_empty(), "{arguments:?}: {text}");
    }
    fs::remove_file(&table).expect("our own file");
    assert!(lab(&["--help"]).status.success() && lab(&["run", "--help"]).status.success(), "help is no mistake");
}

#[test]
fn quiet_says_nothing_not_even_a_driver() {
    let said = lab(&["run", "exam-time", "--set", "runs=64", "--quiet", "--device", "auto"]);
    assert!(said.status.success() && !said.stdout.is_empty(), "it runs");
    assert_eq!(String::from_utf8_lossy(&said.stderr), "", "nothing on standard error");
    let said = lab(&["run", "exam-time", "--set", "runs=1", "--quiet"]);
    assert_eq!((said.status.code(), said.stderr.is_empty()), (Some(2), false), "but what is wrong is said");
}

#[test]
fn verdicts_decide_only_what_they_can() {
    // The whole sweep: tests/bench/sweep.rs. Fits have no verdict of their own here.
    let mut sweep = sweep::Sweep::default();
    let mut count = |entry: &'static Entry, query: &str, seeds: RangeInclusive<u32>| {
        for seed in seeds {
            let run = runs::run(entry, &params::query(query), seed).unwrap_or_else(|e| panic!("{query}: {e}"));
            sweep.count(entry.slug, query, seed, &run.after.output);
        }
    };
    for entry in experiments::all().filter(|entry| entry.data.is_empty()) {
        count(entry, "", 1..=1);
        count(entry, entry.quick, 1..=3);
    }
    let exam_time = session::find("exam-time").expect("an experiment");
    count(exam_time, "weights=0.6,0.3,0.1&hours=10", 1..=2);
    count(exam_time, "weights=0.99,0.01&hours=10", 1..=2);
    let [all, alarms, empty] = sweep.counts();
    assert!(all > 20 && alarms <= sweep::most_alarms(all) && empty == 0, "{}", sweep.table());
    // The counters count.
    let mut wrong = sweep::Sweep::default();
    let verdict = |interval, theory| {
        let mut verdict = Verdict::of("v", word("v"), 1.0, Some(interval), theory, 0.0);
        verdict.null = Some(0.0);
        verdict
    };
    wrong.add("x", "", 1, &verdict([0.5, 1.5], 2.0));
    wrong.add("x", "", 1, &verdict([-0.5, 1.5], 1.0));
    wrong.add("x", "", 1, &verdict([0.5, f64::INFINITY], 1.0));
    wrong.add("x", "", 1, &verdict([0.5, 1.5], 1.0));
    assert_eq!(wrong.counts(), [4, 1, 2], "an alarm, one that holds its null, one with an open end, one that is fine");
    assert_eq!([10, 1000].map(sweep::most_alarms), [1, 6], "by the Poisson distribution");
}

#[test]
fn what_cannot_be_measured_says_why() {
    // Settings that are allowed and leave something unknown, and what they leave.
    for (slug, query, unknown) in [
        ("exam-time", "weights=1,0,0&runs=64&facts=8", &["best-share"][..]),
        ("exam-time", "weights=0.5,0.5,0&runs=64&facts=1", &["best-share"]),
        ("positive-shift", "weights=1,1e-300&draws=100", &["direction"]),
        ("positive-shift", "family=exponential&scale=1&samples=1e9&a=4&draws=100", &["loss-vs-samples", "solvers"]),
        ("positive-shift", "family=mixing-law&b=1e6&t=-20,-20,-20;-20,-20,-20;-20,-20,-20&draws=100", &["solvers"]),
        (
            "k-composition",
            "rates=2&runs=1&samples=256&skills=8",
            &["best-rates", "power-law-beats-uniform", "power-law-beats-uniform-at-best-rates"],
        ),
        ("state-tracking", "symbols=3&hops=1&samples=3000&runs=16", &["power-law-beats-uniform"]),
        ("atoms", "atoms=10&samples=10,10000&runs=16", &["slope-matched", "slope-optimal"]),
        ("multi-epoch", "model=one-hot&noise=0&samples=16,50&epochs=1,4&runs=64&rates=8", &["exact"]),
        ("fit", "target-loss=100&bootstrap=0&profiles=no&rows=30", &["derived"]),
        ("data-efficiency", "noise=0&bootstrap=50", &["recovered", "worth-more", "constant-multiple"]),
        ("data-efficiency", "bootstrap=0", &["recovered", "worth-more", "constant-multiple"]),
    ] {
        let what = format!("{slug}?{query}");
        let mut session = Session::open(Rc::new(Exec::cpu()), slug, &params::query(query), 1).expect("allowed");
        while !session.progress().finished() {
            pollster::block_on(session.advance()).expect("advances");
        }
        let output = session.output();
        let mut found: BTreeMap<&str, String> = BTreeMap::new();
        found.extend(
            output.figures.iter().filter_map(|figure| Some((&*figure.id, figure.nothing?.english().to_owned()))),
        );
        found.extend(output.tables.iter().filter_map(|table| Some((table.id, table.nothing?.english().to_owned()))));
        let open = |verdict: &&Verdict| verdict.interval.is_none() && verdict.agrees.is_none();
        found.extend(output.verdicts.iter().filter(open).map(|verdict| (&*verdict.id, verdict.said())));
        for id in unknown {
            assert!(found.get(id).is_some_and(|why| why.ends_with('.')), "{what}: {id} says why, of {found:?}");
        }
        let general = found.values().any(|why| why.starts_with("With these settings"));
        assert!(!general, "{what}: a reason of its own, not {found:?}");
        for verdict in &output.verdicts {
            assert!(verdict.measured.is_finite() || !verdict.said().is_empty(), "{what}: {verdict:?}");
            let words = format!("{} {}", verdict.claim, verdict.said());
            let odd = words
                .split_whitespace()
                .find(|word| ["NaN", "inf", "-inf"].contains(&word.trim_end_matches(['.', ',', ';'])));
            assert_eq!(odd, None, "{what}: {words}");
        }
    }
}

#[test]
fn every_mixing_law_has_a_matrix() {
    assert_eq!(
        scaling_lab::theory::positive_shift::MIXING_PARTS,
        params::MATRIX_MAX,
        "theory cannot import parameters"
    );
}

#[test]
fn values_that_do_not_fit_each_other_cost_only_the_one_to_blame() {
    let texts = params::query("weights=0.5,0.3,0.2&difficulty=1,2&hours=50");
    let checked = session::check("exam-time", &texts, None).expect("a slug");
    assert_eq!(checked.values, params::query("weights=0.5,0.3,0.2&hours=50"), "the rest is kept");
    assert!(
        checked.problems.len() == 1 && checked.problems[0].parameter.as_deref() == Some("difficulty"),
        "{:?}",
        checked.problems
    );
}

#[test]
fn bad_input_is_one_sentence() {
    for entry in experiments::all() {
        let slug = entry.slug;
        for spec in entry.params {
            let long = "1,".repeat(500);
            let bad = ["", "abc", "NaN", "inf", "-1", "1e400", "1,,2", "0,0", "-1,1", "1;2,3", "<b>1</b>", &long];
            for text in bad {
                let texts = Texts::from([(spec.name.to_owned(), text.to_owned())]);
                // Some of these are fine for some kinds: what counts is that the rest is refused in words.
                if let Err(error) = Session::open(Rc::new(Exec::cpu()), slug, &texts, 1) {
                    let message = error.to_string();
                    assert!(message.contains(spec.name) && !message.contains('\n'), "{slug}: {message}");
                    assert!(message.len() < 400, "{slug}: short: {message}");
                }
                let checked = session::check(slug, &texts, None).expect("a slug");
                Session::open(Rc::new(Exec::cpu()), slug, &checked.values, 1)
                    .unwrap_or_else(|e| panic!("{slug}: what `check` returns is valid: {e}"));
            }
            for text in ["", "abc", "NaN"] {
                let refused = spec.parse(text).is_err();
                let empty = matches!(spec.kind, Kind::Matrix | Kind::Columns) && text.is_empty();
                assert!(refused || empty || spec.kind == Kind::Text, "{slug}: {} takes `{text}`", spec.name);
            }
        }
        let unknown = Texts::from([("no-such".to_owned(), "1".to_owned())]);
        let error = Session::open(Rc::new(Exec::cpu()), slug, &unknown, 1).err().expect("refused").to_string();
        assert!(error.contains("no-such"), "{error}");
    }
    let error = Session::open(Rc::new(Exec::cpu()), "no-such", &Texts::new(), 1).err().expect("refused").to_string();
    assert!(error.contains("no-such") && error.contains("exam-time"), "{error}");
    assert!(
        params::read(
            session::find("exam-time").expect("an experiment").params,
            &Texts::from([("weights".into(), "0,0".into())])
        )
        .is_err(),
        "weights that sum to 0"
    );
}

#[test]
fn the_lab_names_the_commit_it_was_built_from() {
    let git = Command::new("git").args(["rev-parse", "--verify", "HEAD"]).output();
    let head = git.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let commit = session::COMMIT;
    match head {
        Some(head) => {
            let digits = commit.trim_end_matches("-dirty");
            assert!(
                digits.len() >= 12 && head.starts_with(digits.as_bytes()),
                "{commit} is not the commit of the checkout"
            );
        }
        None => assert_eq!(commit, "unknown", "outside git"),
    }
}
