//! What a replica does by itself: it renews its lease, takes sandboxes that have something to do and no owner, and drops those that it
//! has lost.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::keeper::News;
use super::service::Replicas;
use crate::control::sandboxes;

/// How often sandboxes without an owner are looked for.
const LOOKS: Duration = Duration::from_secs(1);
/// Those that are taken at a time: the rest is for the others, and for the next look.
const AT_ONCE: u32 = 32;
/// A lease is renewed this often while it lasts.
const RENEWALS: u32 = 4;

impl Replicas {
    /// Begins to look after all that.
    pub(super) fn tend(self: &Arc<Self>, news: mpsc::UnboundedReceiver<News>) {
        self.runtime.spawn(renew(Arc::downgrade(self), self.lease / RENEWALS));
        self.runtime.spawn(take_due(Arc::downgrade(self)));
        self.runtime.spawn(follow(Arc::downgrade(self), news));
    }

    /// Tells what lists show of its sandboxes when they have no owner.
    pub(super) async fn sum_up_all(&self) {
        let Some(registry) = self.registry() else { return };
        let (mut names, mut texts) = (Vec::new(), Vec::new());
        for it in registry.all() {
            it.driver.look(|world| texts.push(sandboxes::row(world, it.stay(registry.now())).to_string()));
            names.push(it.driver.name().to_owned());
        }
        let told = self.ask(|it| async move {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            it.sum_up(&names, &texts).await
        });
        _ = told.await; // a list then shows less
    }
}

async fn renew(replicas: Weak<Replicas>, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(own) = replicas.upgrade() else { return };
        if own.has_left() {
            return;
        }
        let renewed = own.database.renew().await;
        own.keeper.note(renewed.as_ref().map(drop));
        if let Ok(living) = own.database.living().await {
            let now = own.stopwatch.elapsed();
            own.living.send_replace(living.into_iter().map(|(id, left)| (id, now + left)).collect());
        }
    }
}

async fn take_due(replicas: Weak<Replicas>) {
    let mut ticks = interval(LOOKS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(own) = replicas.upgrade() else { return };
        if own.is_draining() {
            return;
        }
        let due = own.database.due(AT_ONCE, &own.passed_over()).await.unwrap_or_default();
        let taken = due.into_iter().map(|name| {
            own.forget_any_owner(&name);
            let own = Arc::clone(&own);
            tokio::spawn(async move { _ = own.route(&name).await })
        });
        for it in taken.collect::<Vec<_>>() {
            _ = it.await;
        }
    }
}

/// Follows what the keeper tells: sandboxes whose tenure has ended are dropped, and those with a long past take a snapshot.
async fn follow(replicas: Weak<Replicas>, mut news: mpsc::UnboundedReceiver<News>) {
    while let Some(it) = news.recv().await {
        let Some(own) = replicas.upgrade() else { return };
        match it {
            News::Ended(name, fence) => {
                own.drop_sandbox(&name, fence);
                own.let_go(name, fence);
            }
            News::Grown(name) => {
                if let Some(driver) = own.registry().and_then(|it| it.find(&name)) {
                    // Not now means after the next records.
                    tokio::task::spawn_blocking(move || _ = driver.take_snapshot());
                }
            }
        }
    }
}
