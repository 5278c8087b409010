# syntax=docker/dockerfile:1
# The binary `souk` and what it needs at run time: certificates, and the configuration it reads.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches outlive a build; the binary is copied out because they are no part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package server --bin souk \
    && cp target/release/souk /souk

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home souk
WORKDIR /srv/souk
COPY --from=build /souk /usr/local/bin/souk
COPY config config
# A node keeps nothing on disk: rows are in PostgreSQL, bytes in S3.
USER souk
EXPOSE 8080
ENTRYPOINT ["souk"]
CMD ["serve"]
