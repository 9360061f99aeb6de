// The rules of src/ARCHITECTURE.md, checked by `npm run lint:layers` (dependency-cruiser).

/**
 * Which layer may import which, and which packages and Node modules each may use.
 * A folder of src/ that has no row may not exist; a file beside them composes, and is listed in `roots`.
 */
const layers = {
  scim: { layers: [], packages: ['ajv', 'ajv-formats', 'scim2-parse-filter'], node: ['util'] },
  domain: { layers: [], packages: [], node: [] },
  words: { layers: ['domain'], packages: ['i18next'], node: [] },
  audit: { layers: ['domain'], packages: [], node: ['crypto'] },
  provisioning: { layers: ['scim', 'domain'], packages: [], node: ['util'] },
  admin: { layers: ['domain', 'audit', 'words'], packages: ['ajv'], node: ['crypto', 'util'] },
  storage: {
    layers: ['scim', 'domain', 'audit', 'provisioning'],
    packages: ['mongoose'],
    node: ['crypto', 'timers/promises', 'util'],
  },
  mongod: {
    layers: [],
    // mongoose for its driver: the managed server is set up and watched over the wire.
    packages: ['mongodb-memory-server-core', 'mongoose'],
    node: [
      'child_process',
      'crypto',
      'fs',
      'fs/promises',
      'module',
      'net',
      'os',
      'path',
      'process',
      'stream',
      'stream/promises',
      'timers/promises',
      'util',
    ],
  },
  credentials: {
    layers: ['domain'],
    packages: ['@node-rs/argon2'],
    node: ['buffer', 'crypto', 'events', 'os', 'url', 'util', 'worker_threads', 'zlib'],
  },
  http: {
    layers: ['scim', 'admin', 'words'],
    packages: ['express', 'helmet', 'passport', 'passport-http-bearer', 'swagger-ui-dist'],
    node: ['crypto', 'http', 'https', 'module', 'net', 'stream', 'stream/promises', 'util', 'zlib'],
  },
  cli: { layers: ['admin', 'domain', 'words'], packages: ['cli-progress', 'commander'], node: [] },
};

/** What the files beside the layers may use. They may import every layer. */
const roots = {
  'archive.ts': { packages: [] },
  'administration.ts': { packages: [] },
  'compose.ts': { packages: [] },
  'firstRunFile.ts': { packages: [] },
  'protocol.ts': { packages: [] },
  'main.ts': { packages: [] },
  'workers.ts': { packages: [] },
  'channel.ts': { packages: [] },
  'cli.ts': { packages: [] },
  'config.ts': { packages: ['ajv', 'ajv-formats'] },
  'log.ts': { packages: ['winston'] },
  'metrics.ts': { packages: ['prom-client'] },
  'monitoring.ts': { packages: [] },
  'opening.ts': { packages: [] },
  'examination.ts': { packages: [] },
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const oneOf = (names) => (names.length === 0 ? '(?!)' : `(${names.map(escaped).join('|')})`);
const packagePath = (names) => `(^|/)node_modules/(@types/)?${oneOf(names)}(/|$)`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const isPackage = {
  dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'],
};

const layerRules = ([layer, may]) => {
  const from = { path: `^src/${layer}/` };
  return [
    rule(`${layer}-layers`, `${layer}/ may import ${may.layers.join(', ') || 'no other layer'}`, from, {
      path: '^(src|test|scripts)/',
      pathNot: `^src/${oneOf([layer, ...may.layers])}/`,
    }),
    rule(`${layer}-packages`, `${layer}/ may use ${may.packages.join(', ') || 'no package'}`, from, {
      ...isPackage,
      pathNot: packagePath(may.packages),
    }),
    rule(`${layer}-node`, `${layer}/ may use ${may.node.join(', ') || 'no module'} of Node`, from, {
      dependencyTypes: ['core'],
      pathNot: `^(node:)?${oneOf(may.node)}$`,
    }),
  ];
};

const rootRules = ([file, may]) => {
  const from = { path: `^src/${escaped(file)}$` };
  return [
    rule(`${file}-packages`, `${file} may use ${may.packages.join(', ') || 'no package'}`, from, {
      ...isPackage,
      pathNot: packagePath(may.packages),
    }),
    rule(`${file}-outside`, 'the product never imports its tests or tools', from, { path: '^(test|scripts)/' }),
  ];
};

module.exports = {
  forbidden: [
    rule('no-cycles', 'a cycle has no first thing to read', {}, { circular: true }),
    rule('resolvable', 'every import names something that is there', {}, { couldNotResolve: true }),
    rule(
      'known-places',
      'a folder or file of src/ has a row in scripts/layers.cjs',
      { path: '^src/', pathNot: [`^src/${oneOf(Object.keys(layers))}/`, `^src/${oneOf(Object.keys(roots))}$`] },
      {},
    ),
    ...Object.entries(layers).flatMap(layerRules),
    ...Object.entries(roots).flatMap(rootRules),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
