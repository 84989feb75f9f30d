//! Which schedules are played, and in which order: each deviation alone, each pair, then several, drawn by the seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::model::{Model, Modelled, Token, Trace};
use super::schedule::{Deviation, Effect, Schedule, Which};
use super::{Limits, Receiver};
use crate::kit::ids::Draws;
use crate::kit::time::Duration;

/// Moments after which a delivery is held back, the first and the last ones.
const DELAYS_FIRST: usize = 4;
const DELAYS_LAST: usize = 2;
/// A delivery that is held back until after a moment comes this long after it.
const BEHIND: Duration = Duration::from_secs(1);
/// Deviations of one scenario.
const SINGLES_MAX: usize = 10_000;
/// The work of looking at schedules that are not played, to say how many are left: steps and deliveries of their runs.
const SURVEY_COST_MAX: u64 = 1_000_000;
/// It is told how far that is, each time this number of schedules was looked at.
const SURVEY_TOLD: u64 = 1_000;
/// Pairs that are kept until all others were played.
const APART_MAX: usize = 10_000;
/// Draws in a row that give nothing new, after which the search ends.
const DRAWS_MAX: u64 = 200;

/// How far the schedules of one size were played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    pub all: u64,
    pub played: u64,
    /// The receiver would see of each object what another run has shown it already.
    pub same: u64,
    /// A webhook would come after the last expectation.
    pub too_late: u64,
}

impl Level {
    /// How many have not been looked at.
    pub fn left(self) -> u64 {
        self.all.saturating_sub(self.looked_at())
    }

    fn looked_at(self) -> u64 {
        self.played + self.same + self.too_late
    }
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub one: Level,
    pub two: Level,
    /// Schedules of more deviations.
    pub more: u64,
}

/// A deviation, and how far it is from the plain run: small numbers come first.
#[derive(Clone, Debug)]
struct Single {
    deviation: Deviation,
    weight: u64,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Place {
    One(usize),
    /// The sum of both weights, and the places of both.
    Two(u64, usize, usize),
    /// Pairs that were passed over at first, then several deviations.
    Rest,
}

/// What a schedule shows, by the model.
enum Shows {
    /// Something that no run has shown yet.
    More,
    /// Nothing new of any object, but not yet all of it in one run.
    Apart,
    Same,
    TooLate,
}

pub struct Search {
    model: Model,
    singles: Vec<Single>,
    place: Place,
    counts: Counts,
    shown: BTreeSet<(usize, Vec<Token>)>,
    /// Digests of what was shown of all objects in one run.
    together: BTreeSet<u64>,
    /// Pairs that show nothing new, if the application keeps objects apart.
    apart: VecDeque<Schedule>,
    drawn: BTreeSet<Schedule>,
    draws: u64,
    seed: u64,
}

impl Search {
    /// Begins, once the plain run was played.
    pub fn new(model: Model, limits: &Limits) -> Self {
        let own = |it| singles(it, limits.receiver);
        let mut singles: Vec<Single> = model.deliveries.iter().filter(|it| it.is_free).flat_map(own).collect();
        singles.sort_by_key(|it| (it.weight, order(it.deviation.effect)));
        singles.truncate(SINGLES_MAX);
        let count = singles.len() as u64;
        let mut alike: BTreeMap<(&Which, &str), u64> = BTreeMap::new();
        for it in &singles {
            *alike.entry((&it.deviation.which, it.deviation.effect.word())).or_default() += 1;
        }
        let pairs = |n: u64| n * n.saturating_sub(1) / 2;
        let two = pairs(count) - alike.values().map(|it| pairs(*it)).sum::<u64>();
        let counts = Counts { one: Level { all: count, ..Level::default() }, two: Level { all: two, ..Level::default() }, more: 0 };
        let plain = model.trace(&[]).unwrap_or_default();
        let (together, shown) = (BTreeSet::from([digest(&plain)]), plain.into_iter().collect());
        let (place, drawn, apart) = (Place::One(0), BTreeSet::new(), VecDeque::new());
        Self { model, singles, place, counts, shown, together, apart, drawn, draws: 0, seed: limits.seed }
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Says of the schedules with one and with two deviations that were not reached which need not be played: those that are left
    /// would show something new. `false`: these are too many to look at all of them. The search is over.
    pub fn survey(mut self, tell: &mut dyn FnMut(u64)) -> (Counts, bool) {
        let Counts { one, two, more } = self.counts;
        let most = SURVEY_COST_MAX / self.model.cost().max(1);
        let mut looked_at = 0;
        while self.step() {
            looked_at += 1;
            if most <= looked_at {
                break;
            }
            if looked_at % SURVEY_TOLD == 0 {
                tell(looked_at);
            }
        }
        let is_whole = !matches!(self.place, Place::One(_) | Place::Two(..));
        let [one, two] = [(self.counts.one, one.played), (self.counts.two, two.played)].map(|(level, played)| Level { played, ..level });
        (Counts { one, two, more }, is_whole)
    }

    /// Looks at one schedule of the exhaustive parts. `false`: these are over.
    fn step(&mut self) -> bool {
        let (apart, before) = (self.apart.len(), self.counts);
        let looked_at = |it: Counts| it.one.looked_at() + it.two.looked_at();
        while looked_at(before) == looked_at(self.counts) && matches!(self.place, Place::One(_) | Place::Two(..)) {
            self.next_counted();
        }
        self.apart.truncate(apart);
        looked_at(before) < looked_at(self.counts)
    }

    /// A run has made a delivery that the plain run had not: further schedules may change how it leaves too.
    pub fn learn(&mut self, which: &Which, retries: &[Duration]) {
        let is_known = self.singles.iter().any(|it| it.deviation.which == *which) || self.singles.len() >= SINGLES_MAX;
        if !is_known && !retries.is_empty() {
            let effects = [Effect::Duplicate(2), Effect::AnswerLost(1), Effect::Unreachable(1)];
            let single = |effect| Single { deviation: Deviation { which: which.clone(), effect }, weight: 1 };
            self.singles.extend(effects.map(single)); // the exhaustive parts have counted without them
        }
    }

    /// The next schedule to play. `None`: nothing is left that could show anything new.
    pub fn next(&mut self) -> Option<Schedule> {
        while matches!(self.place, Place::One(_) | Place::Two(..)) {
            if let Some(schedule) = self.next_counted() {
                return Some(schedule);
            }
        }
        if let Some(schedule) = self.apart.pop_front() {
            self.counts.two.same -= 1;
            self.counts.two.played += 1;
            return Some(schedule);
        }
        self.draw()
    }

    /// Looks at the next schedule of one or two deviations, or goes on to the next part. `None`: that need not be played.
    fn next_counted(&mut self) -> Option<Schedule> {
        let (schedule, is_pair) = match self.place {
            Place::One(at) if self.counts.one.all <= at as u64 => {
                self.place = Place::Two(0, 0, 0);
                return None;
            }
            Place::One(at) => {
                self.place = Place::One(at + 1);
                (vec![self.singles[at].deviation.clone()], false)
            }
            Place::Two(..) => {
                let Some(schedule) = self.next_pair() else {
                    self.place = Place::Rest;
                    return None;
                };
                (schedule, true)
            }
            Place::Rest => return None,
        };
        let shows = self.shows(&schedule);
        let is_played = note(if is_pair { &mut self.counts.two } else { &mut self.counts.one }, &shows);
        if is_pair && matches!(shows, Shows::Apart) && self.apart.len() < APART_MAX {
            self.apart.push_back(schedule);
            return None;
        }
        is_played.then_some(schedule)
    }

    /// The next two deviations: those with the smallest weights together come first.
    fn next_pair(&mut self) -> Option<Schedule> {
        let Place::Two(mut sum, mut first, mut second) = self.place else { return None };
        // What a later run has added stands after those that are counted.
        let all = &self.singles[..usize::try_from(self.counts.one.all).unwrap_or(0)];
        let heaviest = all.iter().map(|it| it.weight).max().unwrap_or(0);
        while sum <= 2 * heaviest {
            second += 1;
            if second >= all.len() {
                first += 1;
                second = first + 1;
            }
            if second >= all.len() {
                (sum, first, second) = (sum + 1, 0, 0);
                continue;
            }
            let (one, two) = (&all[first], &all[second]);
            if one.weight + two.weight == sum && one.deviation.fits_with(&two.deviation) {
                let mut schedule = vec![one.deviation.clone(), two.deviation.clone()];
                schedule.sort();
                self.place = Place::Two(sum, first, second);
                return Some(schedule);
            }
        }
        None
    }

    /// Three to five deviations, drawn by the seed. Here objects count as connected: an application may mix them up.
    fn draw(&mut self) -> Option<Schedule> {
        const FEWEST: usize = 3;
        const VARIETY: u64 = 3;
        for _ in 0..DRAWS_MAX {
            self.draws += 1;
            let mut draws = Draws::new(self.seed, "explore", self.draws);
            let wanted = FEWEST + usize::try_from(draws.below(VARIETY)).unwrap_or(0);
            let mut schedule = Schedule::new();
            for _ in 0..wanted {
                if self.singles.is_empty() {
                    return None;
                }
                let place = usize::try_from(draws.below(self.singles.len() as u64)).unwrap_or(0);
                let one = &self.singles[place].deviation;
                if schedule.iter().all(|it| it.fits_with(one)) {
                    schedule.push(one.clone());
                }
            }
            schedule.sort();
            let is_modelled = schedule.iter().all(|it| self.model.deliveries.iter().any(|own| own.which == it.which));
            let is_judged = !is_modelled || self.model.trace(&schedule).is_some();
            if FEWEST <= schedule.len() && is_judged && self.drawn.insert(schedule.clone()) {
                self.counts.more += 1;
                return Some(schedule);
            }
        }
        None
    }

    /// What a schedule shows of each group of objects. Groups that nothing looks at together are taken for independent: what the receiver
    /// does with one follows from what it has seen of that one. An application that mixes objects up is tried with such pairs at last.
    fn shows(&mut self, schedule: &[Deviation]) -> Shows {
        let Some(trace) = self.model.trace(schedule) else { return Shows::TooLate };
        let is_new_together = self.together.insert(digest(&trace));
        let before = self.shown.len();
        self.shown.extend(trace);
        match before < self.shown.len() {
            true => Shows::More,
            false if is_new_together => Shows::Apart,
            false => Shows::Same,
        }
    }
}

fn digest(trace: &Trace) -> u64 {
    let mut hasher = DefaultHasher::new();
    trace.hash(&mut hasher);
    hasher.finish()
}

/// Counts a schedule, and says whether it is played.
fn note(level: &mut Level, shows: &Shows) -> bool {
    let count = match shows {
        Shows::More => &mut level.played,
        Shows::Same | Shows::Apart => &mut level.same,
        Shows::TooLate => &mut level.too_late,
    };
    *count += 1;
    matches!(shows, Shows::More)
}

/// What the provider's own rules allow on a delivery. A provider that never sends again does not send twice either.
fn singles(it: &Modelled, receiver: Receiver) -> Vec<Single> {
    let single = |effect, weight: usize| {
        let deviation = Deviation { which: it.which.clone(), effect };
        Single { deviation, weight: weight as u64 }
    };
    let mut all = Vec::new();
    if !it.retries.is_empty() {
        all.push(single(Effect::Duplicate(2), 1));
        if receiver == Receiver::Parallel {
            all.push(single(Effect::Together(2), 2));
        }
    }
    for (place, n) in (1..).zip(1..=it.retries.len()) {
        all.push(single(Effect::AnswerLost(place), n));
        all.push(single(Effect::Unreachable(place), n));
    }
    let last = it.later.len().saturating_sub(DELAYS_LAST);
    let chosen = it.later.iter().enumerate().filter(|(place, _)| *place < DELAYS_FIRST || last <= *place);
    all.extend((1..).zip(chosen).map(|(weight, (_, span))| single(Effect::Delay(rounded(*span) + BEHIND), weight)));
    all
}

/// Up to the next millisecond: that is how a rule writes it.
fn rounded(span: Duration) -> Duration {
    let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2);
    Duration::from_millis(if Duration::from_millis(millis) < span { millis + 1 } else { millis })
}

/// Of the same weight, what happens most often comes first.
const fn order(effect: Effect) -> u8 {
    match effect {
        Effect::Duplicate(_) => 0,
        Effect::AnswerLost(_) => 1,
        Effect::Unreachable(_) => 2,
        Effect::Delay(_) => 3,
        Effect::Together(_) => 4,
    }
}
