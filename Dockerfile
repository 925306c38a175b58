# Nothing here needs BuildKit: self-hosted runners and act build with the old builder.
FROM golang:1.26.8-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY main.go ./
COPY internal internal
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=$VERSION" -o /astro-workspace-grant .

# Runners on Kubernetes need a shell and a few tools in the image, so it is not scratch.
FROM busybox:1.37.0-musl
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /astro-workspace-grant /astro-workspace-grant
ARG VERSION=dev
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="Astro Workspace Grant" \
      org.opencontainers.image.description="Gives an Organization API token of Astro (Apache Airflow) a role in Workspaces: a GitHub Action" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
# No USER: the runner's files belong to root or to the runner's user.
ENTRYPOINT ["/astro-workspace-grant"]
