//! The `playmoney` command.

fn main() -> std::process::ExitCode {
    playmoney::cli::run()
}
