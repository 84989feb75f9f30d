# Every task of the project; `just` lists them.
default:
    @just --list

# All that CI runs
check:
    cargo fmt --check
    cargo clippy --all-targets --all-features -- -D warnings
    cargo clippy --no-default-features -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps
    if command -v cargo-deny > /dev/null; then cargo deny --offline check bans licenses sources; fi
    bash tests/prepare && cargo test

# The whole test suite
test *ARGS:
    cargo test {{ARGS}}

# Shows snapshots that differ, to be read and accepted
review:
    cargo insta review

# Random tapes, many more than in a normal run
simulate CASES="2000":
    PROPTEST_CASES={{CASES}} cargo test --test it simulate

# Figures as ratios to a bare hyper server
bench:
    cargo bench

# A server on the frozen clock
serve *ARGS:
    cargo run --release -- serve --clock frozen --now 2026-01-01T00:00:00Z {{ARGS}}
