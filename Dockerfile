# The production image. Build it with scripts/image.sh: that prepares the context, node_modules included, so that
# nothing is downloaded here and the image runs what package-lock.json says. Any base with glibc will do; Node comes
# with node_modules, and is the version that the tests ran with.
ARG BASE_IMAGE=node:24-bookworm-slim
FROM ${BASE_IMAGE}

# Sources of deployments are fetched with git. The base of --debootstrap has it; others get it from their packages.
RUN command -v git >/dev/null || { apt-get update \
      && apt-get install -y --no-install-recommends git ca-certificates \
      && rm -rf /var/lib/apt/lists/*; }

RUN groupadd --gid 10001 deploy-svc \
 && useradd --uid 10001 --gid deploy-svc --create-home --shell /usr/sbin/nologin deploy-svc

WORKDIR /app
COPY . .
# Reachable from outside of the container, which publishes the port where the operator wants it.
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH HOST=0.0.0.0 PORT=11337

# Not root. To reach a mounted /var/run/docker.sock the container needs that socket's group:
#   docker run --group-add "$(stat -c %g /var/run/docker.sock)" -v /var/run/docker.sock:/var/run/docker.sock …
USER deploy-svc
EXPOSE 11337
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
