//! Shows the progress of long work on standard error: as a bar on a terminal, and otherwise as one line from time to
//! time.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use scaling_lab::output::Progress;

/// The shortest time between two lines about the progress.
const PAUSE: Duration = Duration::from_secs(10);

/// Shows the progress of some work.
pub(super) enum Teller {
    /// Shows nothing.
    Silent,
    /// Draws a bar on a terminal.
    Bar(ProgressBar),
    /// Prints lines to a file or a pipe.
    Lines(Lines, Instant),
}

impl Teller {
    /// Starts to show the progress of the work `name`. The work has `total` parts, and `parts` is the plural noun for
    /// them, such as "checkpoints". Nothing is shown unless `watched` is true and there are at least two parts.
    pub(super) fn new(name: &str, parts: &'static str, total: u32, watched: bool) -> Self {
        if !watched || total < 2 {
            return Self::Silent;
        }
        if io::stderr().is_terminal() {
            let style = ProgressStyle::with_template(&format!("{{bar:32}} {{pos}}/{{len}} {parts}, {{eta}} left"));
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            return Self::Bar(ProgressBar::new(total.into()).with_style(style));
        }
        #[expect(clippy::disallowed_methods, reason = "this file is native; no number depends on the time")]
        let begun = Instant::now();
        Self::Lines(Lines { name: name.to_owned(), parts, said: Duration::ZERO }, begun)
    }

    /// Shows how many parts are done.
    pub(super) fn tell(&mut self, progress: Progress) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.set_position(progress.done.into()),
            Self::Lines(lines, begun) => {
                if let Some(line) = lines.line(progress, begun.elapsed()) {
                    eprintln!("{line}");
                }
            }
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Writes lines about the progress of long work. Two lines are at least [`PAUSE`] apart.
pub(super) struct Lines {
    name: String,
    parts: &'static str,
    /// Time from the beginning of the work to the last line.
    said: Duration,
}

impl Lines {
    /// The next line about the progress; `None` if the last line is too recent or the work is finished.
    fn line(&mut self, progress: Progress, now: Duration) -> Option<String> {
        if progress.finished() || now < self.said + PAUSE {
            return None;
        }
        self.said = now;
        let Progress { done, total, .. } = progress;
        let percent = u64::from(done) * 100 / u64::from(total);
        Some(format!("{}: {percent}% ({done} of {total} {})", self.name, self.parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_not_on_a_terminal_says_a_line_every_ten_seconds() {
        let mut lines = Lines { name: "exam-time".into(), parts: "checkpoints", said: Duration::ZERO };
        // A checkpoint every three seconds.
        let said: Vec<_> = (1..=10)
            .filter_map(|done| lines.line(Progress::of(done, 10), Duration::from_secs(3 * u64::from(done))))
            .collect();
        assert_eq!(said, ["exam-time: 40% (4 of 10 checkpoints)", "exam-time: 80% (8 of 10 checkpoints)"]);
        let mut quick = Lines { name: "fit".into(), parts: "checkpoints", said: Duration::ZERO };
        assert_eq!(quick.line(Progress::of(1, 2), Duration::from_secs(1)), None, "a short run says nothing");
        assert_eq!(quick.line(Progress::of(2, 2), Duration::from_secs(60)), None, "nor does the end");
    }
}
