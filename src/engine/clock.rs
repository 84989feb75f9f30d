//! Simulated time as a pure function of uptime: frozen, real or scaled.

use serde::{Deserialize, Serialize};

use crate::kit::time::{Duration, Timestamp, Uptime, end_of_time};

/// How simulated time follows real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Time stands still until a caller advances it.
    Frozen,
    /// Simulated time passes as real time does.
    Real,
    /// This number of simulated seconds for each real second.
    Scaled(Rate),
}

/// Simulated seconds for each real second, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Millionths of a simulated second that pass in a real one: 60,000,000 for `60x`.
    pub millionths: u64,
}

impl Rate {
    /// As fast as real time.
    pub const AS_REAL: Self = Self { millionths: 1_000_000 };
    /// The largest: a year in about half a minute.
    pub const MAX: u64 = 1_000_000;

    /// Reads `60`, `0.5` or `60x`.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not a rate: write the number of simulated seconds for each real second, up to {}, such as 60 or 0.5",
                Self::MAX
            )
        };
        let number = rust_decimal::Decimal::from_str_exact(text.trim().trim_end_matches('x')).map_err(|_| wrong())?;
        let millionths = number.checked_mul(1_000_000.into()).and_then(|it| u64::try_from(it.trunc()).ok()).ok_or_else(wrong)?;
        if (1..=Self::MAX * 1_000_000).contains(&millionths) { Ok(Self { millionths }) } else { Err(wrong()) }
    }

    /// As a JSON number.
    pub fn number(self) -> serde_json::Value {
        let number = rust_decimal::Decimal::new(i64::try_from(self.millionths).unwrap_or(i64::MAX), 6).normalize().to_string();
        serde_json::from_str(&number).unwrap_or_default()
    }
}

/// The clock of a sandbox. It never reads the time: it maps an uptime to a simulated moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clock {
    mode: Mode,
    /// The simulated moment at the anchor.
    now: Timestamp,
    /// The uptime that belongs to `now`. A saved clock forgets it: another process has another uptime.
    #[serde(skip)]
    anchor: std::time::Duration,
    /// A walk through time is in progress: time stands still at its step, in every mode.
    #[serde(skip)]
    held: bool,
}

impl Clock {
    /// A clock that shows `now` at this uptime.
    pub fn new(mode: Mode, now: Timestamp, uptime: Uptime) -> Self {
        Self { mode, now, anchor: uptime.elapsed, held: false }
    }

    /// Whether the clock can run: it may come from a saved state.
    pub fn is_sound(&self) -> bool {
        !matches!(self.mode, Mode::Scaled(rate) if !(1..=Rate::MAX * 1_000_000).contains(&rate.millionths))
    }

    /// The simulated moment at which it was saved.
    pub fn saved(&self) -> Timestamp {
        self.now
    }

    /// The mode, also during a walk.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether time stands still unless it is advanced.
    pub fn stands(&self) -> bool {
        self.held || self.mode == Mode::Frozen
    }

    /// The simulated time that passes in real time at present: none while the clock stands.
    pub fn pace(&self) -> Rate {
        let millionths = match self.mode {
            _ if self.stands() => 0,
            Mode::Frozen => 0,
            Mode::Real => Rate::AS_REAL.millionths,
            Mode::Scaled(rate) => rate.millionths,
        };
        Rate { millionths }
    }

    /// The simulated moment at this uptime.
    pub fn at(&self, uptime: Uptime) -> Timestamp {
        let elapsed = uptime.elapsed.saturating_sub(self.anchor).as_nanos();
        let nanos = match self.mode {
            _ if self.held => 0,
            Mode::Frozen => 0,
            Mode::Real => elapsed,
            Mode::Scaled(rate) => elapsed.saturating_mul(u128::from(rate.millionths)) / 1_000_000,
        };
        let span = Duration::from_nanos_i128(i128::try_from(nanos).unwrap_or(i128::MAX));
        self.now.saturating_add(span).unwrap_or(self.now).min(end_of_time())
    }

    /// The real time until a simulated moment; `None` when it never comes by itself.
    pub fn wait(&self, uptime: Uptime, until: Timestamp) -> Option<std::time::Duration> {
        let span = u128::try_from(until.duration_since(self.at(uptime)).as_nanos()).unwrap_or(0);
        let nanos = match self.mode {
            _ if self.held => return None,
            Mode::Frozen => return None,
            Mode::Real => span,
            Mode::Scaled(rate) => span.saturating_mul(1_000_000).div_ceil(u128::from(rate.millionths)),
        };
        Some(std::time::Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// Changes the mode from now on; time does not jump.
    pub fn set_mode(&mut self, mode: Mode, uptime: Uptime) {
        self.settle(uptime);
        self.mode = mode;
    }

    /// Makes this uptime the anchor; the simulated moment stays the same.
    pub fn settle(&mut self, uptime: Uptime) {
        self.now = self.at(uptime);
        self.anchor = uptime.elapsed;
    }

    /// Continues a saved clock from its saved moment.
    pub fn resume(&mut self, uptime: Uptime) {
        self.anchor = uptime.elapsed;
    }

    /// Stops time for the length of a walk.
    pub fn hold(&mut self, uptime: Uptime) {
        self.settle(uptime);
        self.held = true;
    }

    /// Moves a stopped clock to `now`. Earlier moments are ignored: time never runs backwards. A running clock is there
    /// already.
    pub fn step_to(&mut self, now: Timestamp) {
        if self.stands() {
            self.now = self.now.max(now);
        }
    }

    /// Ends a walk: time continues from its last step.
    pub fn release(&mut self, uptime: Uptime) {
        self.anchor = uptime.elapsed;
        self.held = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64) -> Uptime {
        Uptime { elapsed: std::time::Duration::from_secs(seconds), ..Uptime::START }
    }

    #[test]
    fn i13_changing_the_mode_never_moves_time() {
        let mut clock = Clock::new(Mode::Real, Timestamp::UNIX_EPOCH, after(10));
        assert_eq!(clock.at(after(15)).as_second(), 5);
        clock.set_mode(Mode::Scaled(Rate::parse("60").expect("a rate")), after(15));
        assert_eq!(clock.at(after(15)).as_second(), 5);
        assert_eq!(clock.at(after(16)).as_second(), 65);
        clock.set_mode(Mode::Frozen, after(16));
        assert_eq!(clock.at(after(99)).as_second(), 65);
        clock.set_mode(Mode::Real, after(99));
        assert_eq!(clock.at(after(100)).as_second(), 66);
    }

    #[test]
    fn a_wait_is_as_long_as_the_rate_says() {
        let clock = Clock::new(Mode::Scaled(Rate::parse("0.5x").expect("a rate")), Timestamp::UNIX_EPOCH, after(0));
        let until = Timestamp::from_second(10).expect("a time");
        assert_eq!(clock.wait(after(4), until), Some(std::time::Duration::from_secs(16)));
        assert_eq!(clock.at(after(20)), until);
    }

    #[test]
    fn rates_are_positive_numbers() {
        for wrong in ["0", "-1", "fast", "1e3", "1000001", ""] {
            assert!(Rate::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Rate::parse("60").map(Rate::number), Ok(serde_json::json!(60)));
        assert_eq!(Rate::parse("0.5").map(Rate::number), Ok(serde_json::json!(0.5)));
    }
}
