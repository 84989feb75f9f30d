//! What hostile callers and receivers cost everybody else: the `playmoney` binary under attack, and a second client that asks
//! for `GET /__admin/health` on a new connection every five milliseconds, as a probe does.
//!
//! `cargo bench --bench hostile`, or `-- colons` for one scene. Each scene has a server of its own. A line says how long the
//! healthy client waited, how much memory the process held at its peak, and whether both are within their bounds. The command
//! fails when one is not. All of it talks to loopback only.

#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod client;
mod healthy;
#[path = "../merchant/mod.rs"]
#[allow(dead_code, reason = "the other benches ask for more")]
mod merchant;
mod receivers;
mod scenes;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use healthy::Healthy;
use scenes::SCENES;
use server::Server;

/// The healthy client's waits, 99 of 100.
const P99_MAX: Duration = Duration::from_millis(50);
const MIB: u64 = 1024 * 1024;
/// What a server holds that has served a few requests, with room for its threads' stacks.
const IDLE_BYTES: u64 = 24 * MIB;

fn main() -> ExitCode {
    let wanted = std::env::args().skip(1).find(|it| !it.starts_with("--"));
    println!("{:<30} {:>8} {:>9} {:>9} {:>9} {:>10} {:>10}", "scene", "asked", "p50 ms", "p99 ms", "max ms", "peak MiB", "bound MiB");
    let mut bad = 0;
    for scene in SCENES.iter().filter(|it| wanted.as_deref().is_none_or(|wanted| wanted == it.name)) {
        let server = Server::start(scene.descriptors);
        (scene.prepare)(&server);
        let healthy = Healthy::start(server.address);
        (scene.play)(&server);
        let waits = healthy.stop();
        let (peak, bound) = (server.peak_bytes(), (IDLE_BYTES + scene.bounds_mib * MIB) * 3 / 2);
        let [p50, p99, max] = [50, 99, 100].map(|percent| waits.at(percent));
        let verdict = match (p99 <= P99_MAX, peak <= bound) {
            (true, true) => "good",
            (false, true) => "TOO SLOW",
            (true, false) => "TOO LARGE",
            (false, false) => "TOO SLOW, TOO LARGE",
        };
        bad += u32::from(verdict != "good");
        let millis = |it: Duration| format!("{}.{:02}", it.as_millis(), it.subsec_micros() % 1_000 / 10);
        println!(
            "{:<30} {:>8} {:>9} {:>9} {:>9} {:>10} {:>10} {verdict}",
            scene.name,
            waits.count(),
            millis(p50),
            millis(p99),
            millis(max),
            peak / MIB,
            bound / MIB
        );
        for line in server.stop() {
            println!("    said: {line}");
        }
    }
    if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
