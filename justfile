# Every task of the project; `just` lists them.
default:
    @just --list

# All that CI runs
check:
    bash .ci/run

# The whole test suite
test *ARGS:
    cargo test {{ARGS}}

# The same with cargo-nextest, which shows only what fails and names its crate
test-quiet *ARGS:
    cargo nextest run --status-level fail --final-status-level fail {{ARGS}}

# Shows snapshots that differ, to be read and accepted
review:
    cargo insta review

# Builds every package into dist/: the program, the wheel, the packages for npm, and the crate; a PROGRAM that is built already is taken
dist *PROGRAM:
    bash packages/dist {{PROGRAM}}

# Writes the guides of the providers anew, from the contract
docs:
    cargo build
    python3 docs/generate.py

# Makes a book of the documents in target/book; `bash tests/prepare` installs mdBook
book:
    target/clients/book/bin/mdbook build docs

# How long it takes from an empty environment to the first green test, with the packages in dist/ or in another folder
first-test *DIST:
    bash packages/first-test {{DIST}}

# Random tapes, many more than in a normal run: each property tries CASES of them, whatever its own number is
simulate CASES="2000":
    PROPTEST_CASES={{CASES}} cargo test --test it simulate

# Begins a provider as a copy of the smallest one; NAME is in small letters, such as acme-pay
provider NAME:
    bash tests/provider {{NAME}}

# Looks for texts that break a reader: scenario, reference or matcher; needs a nightly compiler and cargo-fuzz
fuzz TARGET="scenario" *ARGS:
    cargo +nightly fuzz run {{TARGET}} -- -max_len=4096 -dict=fuzz/words.dict {{ARGS}}

# Figures as ratios to a bare hyper server
bench:
    cargo bench --bench edge --bench engine

# Hostile callers and receivers beside a healthy client: its waits, the memory of the process, and whether both are within bounds
hostile *SCENE:
    cargo bench --bench hostile -- {{SCENE}}

# A server on the frozen clock
serve *ARGS:
    cargo run --release -- serve --clock frozen --now 2026-01-01T00:00:00Z {{ARGS}}

# How the dashboard does with 10,000 objects and as many entries: paint, long tasks, memory, and what it costs the server
figures:
    cargo build --release
    PLAYMONEY_PROGRAM=target/release/playmoney node tests/browser/figures.js

# Makes the pictures of the README anew; needs img2webp (Debian: webp)
pictures:
    cargo build
    node tests/browser/pictures.js
