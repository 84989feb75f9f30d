//! File descriptors: how many this process may have open, and how a server divides them.

use std::num::NonZeroUsize;

/// Connections at a time, however many descriptors there are.
const CONNECTIONS_MAX: usize = 20_000;
/// Kept for webhooks, name look-ups and files, when there are enough.
const RESERVE_MAX: usize = 600;
/// Connections of webhooks at a time, when there are enough.
const WEBHOOKS_MAX: usize = 512;
/// What is assumed when the system does not tell its limit: the smallest that is usual.
const UNKNOWN_LIMIT: usize = 256;

/// The descriptors of this process. Connections get what is left beside a reserve, so that many clients never take what a
/// webhook needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    limit: usize,
}

impl Descriptors {
    /// Raises the soft limit of open files to the hard one.
    pub fn raise() -> Self {
        let raised = rlimit::increase_nofile_limit(u64::MAX).ok();
        Self { limit: raised.map_or(UNKNOWN_LIMIT, |it| usize::try_from(it).unwrap_or(usize::MAX)) }
    }

    /// The limit of open files.
    pub const fn limit(self) -> usize {
        self.limit
    }

    /// Descriptors that connections never take.
    pub fn reserve(self) -> usize {
        RESERVE_MAX.min(self.limit / 2)
    }

    /// Connections at a time.
    pub fn connections_max(self) -> NonZeroUsize {
        NonZeroUsize::new(CONNECTIONS_MAX.min(self.limit - self.reserve())).unwrap_or(NonZeroUsize::MIN)
    }

    /// Connections of webhooks at a time. The rest of the reserve is for name look-ups and files.
    pub fn webhooks_max(self) -> NonZeroUsize {
        NonZeroUsize::new(self.reserve() * WEBHOOKS_MAX / RESERVE_MAX).unwrap_or(NonZeroUsize::MIN)
    }

    /// Tells the log how they are divided.
    pub fn tell(self) {
        let (open_files, connections, webhooks) = (self.limit(), self.connections_max(), self.webhooks_max());
        tracing::debug!(open_files, connections, webhooks, "limits");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_and_webhooks_share_the_limit() {
        for (limit, connections, webhooks) in
            [(1, 1, 1), (256, 128, 109), (1_024, 512, 436), (2_048, 1_448, 512), (20_000, 19_400, 512), (usize::MAX, 20_000, 512)]
        {
            let descriptors = Descriptors { limit };
            assert_eq!((descriptors.connections_max().get(), descriptors.webhooks_max().get()), (connections, webhooks), "{limit}");
        }
    }
}
