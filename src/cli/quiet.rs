//! Prevents GPU drivers from writing to standard error.

use std::fs::File;
use std::io;

/// While a value of this type exists, nothing is written to standard error. GPU drivers would otherwise write there
/// unasked.
pub(super) struct Quiet {
    #[cfg(unix)]
    pub(super) saved: io::Result<rustix::fd::OwnedFd>,
}

impl Quiet {
    pub(super) fn new() -> Self {
        #[cfg(unix)]
        {
            let saved = rustix::io::dup(rustix::stdio::stderr()).map_err(io::Error::from);
            if saved.is_ok() {
                // If there is nowhere to write to, a driver's line does no harm.
                let shut = File::options().write(true).open("/dev/null");
                let _ = shut.and_then(|null| Ok(rustix::stdio::dup2_stderr(&null)?));
            }
            Self { saved }
        }
        #[cfg(not(unix))]
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        if let Ok(saved) = &self.saved {
            let _ = rustix::stdio::dup2_stderr(saved);
        }
    }
}
