# syntax=docker/dockerfile:1
# The server without a database: MONGODB_URI names a replica set. docs/deploy.md says how to run it.
# MongoDB's server is under the SSPL and not part of this image; the embedded default is for a checkout.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.js scripts/tsconfig.build.json scripts/
COPY src src
RUN npm run -s build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
COPY package.json LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY schemas schemas
RUN ln -s /app/dist/cli.js /usr/local/bin/rollcall && install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8080
# Asks the server itself, over TLS where it serves TLS; its own certificate need not name 127.0.0.1.
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s --retries=3 CMD ["node", "-e", "\
const { TLS_CERT, PORT } = process.env; \
const client = require(TLS_CERT ? 'node:https' : 'node:http'); \
client.get({ host: '127.0.0.1', port: PORT, path: '/health/ready', rejectUnauthorized: false }, \
(answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
STOPSIGNAL SIGTERM
# As `npm start` does it.
CMD ["node", "--max-semi-space-size=8", "dist/main.js"]
