//! What happened in a sandbox: one log, written in one place. The journal, a walk's report and the timeline of a scenario
//! are views of it, and so are the log of a server and its live events. Coverage and history, which do not exist yet, will be further ones.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::{COUNT_MAX, ProviderId};
use crate::kit::chunked::Chunked;
use crate::kit::chunks::Chunks;
use crate::kit::http::{KeptHeaders, Request, Response};
use crate::kit::time::Timestamp;

mod entry;
mod follower;
mod passage;
mod report;
mod request;
mod tally;
mod violations;

pub use entry::*;
use follower::Follower;
pub use passage::Passage;
pub use report::{DeliveryRow, FiredRow, Report};
pub use request::{RequestEntry, Trace};
pub use tally::Tally;
pub use violations::{VIOLATIONS_MAX, Violations};

/// Without `--journal-bytes`.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;

/// A ring of entries, bounded by bytes. Their sequence numbers have no gaps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Log {
    #[serde(skip)]
    pub bytes_max: usize,
    #[serde(skip)]
    bytes: usize,
    /// Where the headers of answers are written.
    #[serde(skip)]
    heads: Chunked,
    /// Shared with copies until one of them changes them.
    entries: Chunks<Entry>,
    /// The sequence number of the next entry.
    next_sequence: u64,
    /// The number of the next request.
    next_id: u64,
    /// Something that the journal lists was dropped to stay below the bound.
    pub truncated: bool,
    /// What the next report tells. It is filled while the clock stands. What no report has told when the clock begins to run
    /// is kept for the next one.
    report: Option<Report>,
    /// Whether what happens belongs into that report.
    #[serde(skip)]
    is_reporting: bool,
    /// A walk compares two of these.
    #[serde(skip)]
    counts: Counts,
    /// How far the log of the server has read.
    #[serde(skip)]
    follower: Follower,
    /// The sequence number of the first entry that was written here. Those before it came with a saved state or a copy.
    #[serde(skip)]
    begins_with: u64,
    /// What was written here, and in the logs before this one; the beginning of each further one counts too.
    #[serde(skip)]
    written: u64,
    /// Of everything that was ever written, and of the logs before this one.
    #[serde(skip)]
    pub tally: Tally,
    /// What was broken before the sandbox began anew, if that is kept.
    #[serde(skip)]
    pub kept: Violations,
}

/// How many entries of two kinds were ever written in this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Things that were due.
    pub fired: u64,
    /// Outcomes of attempts.
    pub outcomes: u64,
}

impl Counts {
    /// What was written since an earlier count.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self { fired: self.fired - earlier.fired, outcomes: self.outcomes - earlier.outcomes }
    }
}

impl Log {
    /// An empty log with that bound.
    pub fn new(bytes_max: usize) -> Self {
        let (entries, counts, follower) = (Chunks::default(), Counts::default(), Follower::default());
        let (next_sequence, next_id, truncated, report, is_reporting) = (1, 1, false, None, false);
        Self {
            bytes_max,
            bytes: 0,
            heads: Chunked::default(),
            entries,
            next_sequence,
            next_id,
            truncated,
            report,
            is_reporting,
            counts,
            follower,
            begins_with: next_sequence,
            written: 0,
            tally: Tally::default(),
            kept: Violations::default(),
        }
    }

    /// Something has happened. The only function that writes an entry; returns its sequence number.
    pub fn push(&mut self, at: Timestamp, provider: Option<ProviderId>, what: What) -> u64 {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.written += 1;
        let entry = Entry { sequence, at, provider, what };
        self.tally.count(provider, &entry.what);
        match &entry.what {
            What::Fired(_) => self.counts.fired += 1,
            What::Outcome(_) => self.counts.outcomes += 1,
            What::Request(_)
            | What::Change(_)
            | What::Attempt(_)
            | What::Note(_)
            | What::Moved { .. }
            | What::Mode(_)
            | What::Answered(_) => {}
        }
        match &mut self.report {
            Some(report) if self.is_reporting => report.read(&entry),
            Some(report) => report.complete(&entry),
            None => {}
        }
        self.bytes += entry.size();
        self.entries.push_back(entry);
        sequence
    }

    /// A request is heard: it stands before everything that it causes. What it was follows with [`Self::received`].
    /// Without a provider it is one that no provider has heard.
    pub fn heard(&mut self, at: Timestamp, provider_id: Option<ProviderId>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.push(at, provider_id, What::Request(Arc::new(RequestEntry { id, ..RequestEntry::default() })))
    }

    /// What the request was, and what the provider says of it. The answer follows with [`Self::answered`].
    pub fn received(&mut self, sequence: u64, request: Request, trace: Trace, rule: Option<String>) {
        let Some(it) = self.request_mut(sequence) else { return };
        let before = it.size();
        *it = RequestEntry::new(it.id, request, trace, rule);
        let after = it.size();
        self.bytes = self.bytes + after - before;
    }

    /// The answer to that request, unless it was dropped meanwhile.
    pub fn answered(&mut self, sequence: u64, response: &Response) {
        let headers = KeptHeaders::in_chunk(&response.headers, &mut self.heads);
        if let Some(it) = self.follower.request_mut(sequence) {
            it.answer = Some(it.answer(response, headers));
            return;
        }
        let Some(it) = self.request_mut(sequence) else { return };
        let answer = it.answer(response, headers);
        let bytes = answer.size();
        let before = it.answer.replace(answer).map_or(0, |it| it.size());
        self.bytes = self.bytes + bytes - before;
    }

    /// The same, long after the request came: that is an entry by itself.
    pub fn answered_late(&mut self, at: Timestamp, provider_id: ProviderId, sequence: u64, response: &Response) {
        self.answered(sequence, response);
        self.push(at, Some(provider_id), What::Answered(sequence));
    }

    /// The caller of a request whose answer had to wait has gone.
    pub fn left_late(&mut self, at: Timestamp, provider_id: ProviderId, sequence: u64) {
        self.left(sequence);
        self.push(at, Some(provider_id), What::Answered(sequence));
    }

    /// The caller of that request has gone: it gets no answer.
    pub fn left(&mut self, sequence: u64) {
        if let Some(it) = self.follower.request_mut(sequence) {
            it.is_left = true;
        } else if let Some(it) = self.request_mut(sequence) {
            it.is_left = true;
        }
    }

    /// The request of that sequence number, if it was not dropped.
    pub fn request(&self, sequence: u64) -> Option<&Arc<RequestEntry>> {
        if let What::Request(it) = &self.entries.get(self.place(sequence)?)?.what { Some(it) } else { None }
    }

    fn request_mut(&mut self, sequence: u64) -> Option<&mut RequestEntry> {
        self.entries.get_mut(self.place(sequence)?)?.request_mut()
    }

    /// The place of an entry among those that were not dropped.
    fn place(&self, sequence: u64) -> Option<usize> {
        let first = self.next_sequence - self.entries.count() as u64;
        usize::try_from(sequence.checked_sub(first)?).ok()
    }

    /// Ends a step: what is written next is the effect of another. Then drops the oldest entries until the rest fits.
    pub fn trim(&mut self) {
        if let Some(report) = &mut self.report {
            report.close();
        }
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.entries.front()
        {
            self.bytes -= oldest.size();
            self.truncated |= oldest.is_listed();
            self.follower.keep(oldest);
            self.entries.drop_front();
        }
    }

    /// How many things have happened.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Keeps what happens for the next report, behind what no report has told yet.
    pub fn begin_report(&mut self) {
        self.report.get_or_insert_default();
        self.is_reporting = true;
    }

    /// Takes the report that is due, and begins the next one.
    pub fn take_report(&mut self) -> Report {
        let mut report = self.report.replace(Report::default()).unwrap_or_default();
        report.sort();
        report
    }

    /// The caller may not have read a report: the next one tells it too.
    pub fn tell_again(&mut self, told: Report) {
        self.report.get_or_insert_default().begin_with(told);
    }

    /// What happens from now on belongs into no report: the clock runs. What no report has told stays for the next one.
    pub fn pause_report(&mut self) {
        self.is_reporting = false;
        if let Some(report) = &mut self.report {
            report.close();
        }
        self.report.take_if(|it| it.is_empty());
    }

    /// Every entry, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The same, to be shared with a reader that does not need the sandbox.
    pub fn chunks(&self) -> &Chunks<Entry> {
        &self.entries
    }

    /// The sequence number of the next entry.
    pub fn next_sequence(&self) -> u64 {
        self.next_sequence
    }

    /// The entries from that sequence number on, oldest first.
    pub fn since(&self, sequence: u64) -> impl Iterator<Item = &Entry> {
        let first = self.next_sequence - self.entries.count() as u64;
        self.entries.from(usize::try_from(sequence.saturating_sub(first)).unwrap_or(usize::MAX))
    }

    /// The requests among them.
    pub fn requests(&self) -> impl DoubleEndedIterator<Item = (&Entry, &RequestEntry)> {
        self.entries().filter_map(|it| if let What::Request(request) = &it.what { Some((it, request.as_ref())) } else { None })
    }

    /// What the entries cost.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of the next request.
    pub fn next_id(&self) -> u64 {
        self.next_id
    }

    /// The same log under that bound: it comes from outside.
    pub fn bound(&mut self, bytes_max: usize) {
        self.bytes_max = bytes_max;
        self.pass_over();
        self.begin_here();
        self.bytes = self.entries.iter().map(Entry::size).sum();
        self.trim();
    }

    /// Whether what was read is numbered without gaps, for providers that exist.
    pub fn is_sound(&self, provider_count: u8) -> bool {
        let first = self.next_sequence.checked_sub(self.entries.count() as u64);
        let numbered =
            first.is_some_and(|first| 0 < first && (first..).zip(self.entries.iter()).all(|(sequence, it)| it.sequence == sequence));
        let requests = self.requests().count() as u64;
        let first_id = self.next_id.checked_sub(requests);
        let ids = first_id.is_some_and(|first| 0 < first && (first..).zip(self.requests()).all(|(id, (_, it))| it.id == id));
        let owned = self.entries().all(|it| match (it.provider, &it.what) {
            (Some(provider_id), _) => provider_id.0 < provider_count,
            (None, what) => matches!(what, What::Moved { .. } | What::Mode(_) | What::Request(_)),
        });
        let answers = self.entries().all(|it| if let What::Answered(request) = it.what { request < it.sequence } else { true });
        let report = self.report.as_ref().is_none_or(|it| it.is_sound(provider_count));
        numbered && ids && owned && answers && report && self.next_sequence < COUNT_MAX && self.next_id < COUNT_MAX
    }
}

#[cfg(test)]
mod tests;
