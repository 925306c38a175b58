# Nothing here needs BuildKit: self-hosted runners and act build with the old builder.
FROM golang:1.26.8-bookworm AS build
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
# No USER: the runner's files belong to root or to the runner's user.
ENTRYPOINT ["/astro-workspace-grant"]
