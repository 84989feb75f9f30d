# Playmoney and nothing else: one static program.
#
#   docker build -t playmoney .
#   docker run --rm -p 127.0.0.1:4242:4242 playmoney
#
# It listens on all addresses, so control calls need a token. PLAYMONEY_ADMIN_TOKEN sets it; otherwise one is made and printed.
# PLAYMONEY_ADMIN_TOKEN=none says that every caller may do everything. Each flag of `playmoney serve` is such a variable.

FROM rust:1.95-alpine AS build
RUN apk add --no-cache ca-certificates musl-dev
WORKDIR /playmoney
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY scenarios scenarios
COPY benches benches
COPY examples examples
# On Alpine, Rust links statically against musl.
RUN cargo build --release --locked --bin playmoney

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /playmoney/target/release/playmoney /playmoney
COPY LICENSE-MIT LICENSE-APACHE /
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
ENV PLAYMONEY_LISTEN=0.0.0.0:4242
USER 65534:65534
EXPOSE 4242
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/playmoney", "health", "--url", "http://127.0.0.1:4242"]
ENTRYPOINT ["/playmoney"]
CMD ["serve"]
