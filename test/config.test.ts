import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ConfigError, config, environment, loadConfig } from '../src/config.ts';

const file = (name: string) => fileURLToPath(new URL(`./http/${name}`, import.meta.url));
const tls = { TLS_CERT: file('localhost.crt'), TLS_KEY: file('localhost.key') };

function problems(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the configuration', () => {
  it('needs no setting', () => {
    expect(loadConfig({})).to.deep.equal({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      mongodbUri: undefined,
      dataDir: resolve('data'),
      mongodBinary: undefined,
      cacheDir: join(homedir(), '.cache'),
      tls: undefined,
      trustProxy: [],
      corsOrigins: ['https://scimvalidator.microsoft.com'],
      rateLimit: 250,
      workers: 1,
      metrics: undefined,
      logLevel: 'info',
      inherited: {},
    });
  });

  it('is read from the environment of the process', () => {
    expect(config().inherited['PATH']).to.equal(process.env['PATH']);
  });

  it('cannot be changed', () => {
    const loaded = loadConfig({ TRUST_PROXY: '10.0.0.1', METRICS_PORT: '9464', ...tls });
    for (const part of [loaded, loaded.trustProxy, loaded.corsOrigins, loaded.tls, loaded.metrics, loaded.inherited]) {
      expect(part).to.satisfy(Object.isFrozen);
    }
  });

  it('takes an empty setting for an absent one', () => {
    const empty = Object.fromEntries(Object.keys(environment.properties).map((name) => [name, '']));
    expect({ ...loadConfig(empty), inherited: {} }).to.deep.equal({ ...loadConfig({}), inherited: {} });
  });

  it('says of every setting what it means', () => {
    for (const setting of Object.values(environment.properties)) expect(setting.description).to.match(/^\S.{10,}/);
  });

  it('converts and keeps what is set', () => {
    const loaded = loadConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      PUBLIC_URL: 'https://id.corp.example/rollcall/',
      MONGODB_URI: 'mongodb+srv://u:secret@db.corp.example/rollcall',
      DATA_DIR: '/var/lib/rollcall',
      MONGOMS_SYSTEM_BINARY: '/opt/other',
      XDG_CACHE_HOME: '/var/cache',
      TRUST_PROXY: '10.0.0.7, 172.16.0.0/12,loopback, ::1/128',
      CORS_ORIGINS: 'none',
      SCIM_RATE_LIMIT: '25',
      WORKERS: '4',
      METRICS_PORT: '9464',
      METRICS_HOST: '10.0.0.5',
      LOG_LEVEL: 'debug',
      PATH: '/bin',
    });
    expect(loaded).to.deep.include({
      host: '0.0.0.0',
      port: 0,
      publicUrl: 'https://id.corp.example/rollcall',
      mongodbUri: 'mongodb+srv://u:secret@db.corp.example/rollcall',
      dataDir: '/var/lib/rollcall',
      mongodBinary: '/opt/other',
      cacheDir: '/var/cache',
      trustProxy: ['10.0.0.7', '172.16.0.0/12', 'loopback', '::1/128'],
      corsOrigins: [],
      rateLimit: 25,
      workers: 4,
      metrics: { host: '10.0.0.5', port: 9464 },
      logLevel: 'debug',
    });
    expect(loaded.inherited).to.include({ PATH: '/bin' }).and.not.to.have.property('MONGODB_URI');
  });

  it('prefers MONGOD_BINARY to MONGOMS_SYSTEM_BINARY', () => {
    expect(loadConfig({ MONGOD_BINARY: '/a', MONGOMS_SYSTEM_BINARY: '/b' }).mongodBinary).to.equal('/a');
  });

  it('names every wrong setting at once, and shows no value', () => {
    const wrong = problems({
      HOST: '0.0.0.0',
      PORT: '80a',
      PUBLIC_URL: 'canary',
      MONGODB_URI: 'postgres://canary',
      TLS_KEY: '/canary/key',
      TRUST_PROXY: 'canary',
      CORS_ORIGINS: 'canary',
      LOG_LEVEL: 'canary',
    });
    expect(wrong.map((problem) => problem.split(':')[0]).sort()).to.deep.equal([
      'CORS_ORIGINS',
      'LOG_LEVEL',
      'MONGODB_URI',
      'PORT',
      'PUBLIC_URL',
      'TLS_CERT',
      'TLS_KEY',
      'TRUST_PROXY',
    ]);
    expect(wrong.join('\n')).not.to.contain('canary');
    expect(wrong).to.include('LOG_LEVEL: must be equal to one of the allowed values: debug, info, warn, error');
    expect(wrong).to.include('PORT: must be integer');
  });

  for (const port of ['-1', '65536', '80.5', '1e9', 'http']) {
    it(`refuses the port ${port}`, () => {
      expect(problems({ PORT: port })).to.have.length(1);
    });
  }

  it('takes a rate of 0 for none', () => {
    expect(loadConfig({ SCIM_RATE_LIMIT: '0' }).rateLimit).to.equal(undefined);
    expect(problems({ SCIM_RATE_LIMIT: '-1' })).to.have.length(1);
  });

  it('shows metrics on loopback where only the port is given, and nowhere where it is not', () => {
    expect(loadConfig({ METRICS_PORT: '9464' }).metrics).to.deep.equal({ host: '127.0.0.1', port: 9464 });
    expect(loadConfig({ METRICS_HOST: '10.0.0.5' }).metrics).to.equal(undefined);
    expect(problems({ METRICS_PORT: '0' })).to.have.length(1);
  });

  const hosts: [host: string, isLoopback: boolean][] = [
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['scim.corp.example', false],
    ['127.0.0.1.corp.example', false],
  ];
  for (const [host, isLoopback] of hosts) {
    it(`${isLoopback ? 'listens' : 'does not listen'} on ${host} without TLS or a proxy`, () => {
      expect(problems({ HOST: host })).to.have.length(isLoopback ? 0 : 1);
      expect(problems({ HOST: host, ...tls })).to.deep.equal([]);
      expect(problems({ HOST: host, TRUST_PROXY: '10.0.0.7' })).to.deep.equal([]);
    });
  }

  for (const proxies of [
    'true',
    '1',
    '*',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.1,',
    'proxy.example',
  ]) {
    it(`does not trust the proxies '${proxies}'`, () => {
      expect(problems({ TRUST_PROXY: proxies })).to.have.length(1);
    });
  }

  const publicUrls = [
    'scim.corp.example',
    'ftp://corp.example',
    '/scim',
    'https://corp.example/?a=b',
    'https://corp.example/?',
    'https://corp.example/#a',
    'https://kim:secret@corp.example',
  ];
  for (const url of publicUrls) {
    it(`refuses the public URL ${url}`, () => {
      expect(problems({ PUBLIC_URL: url })).to.have.length(1);
    });
  }

  it('makes the public URL from what it listens on', () => {
    expect(loadConfig({ HOST: '::1', PORT: '9000' }).publicUrl).to.equal('http://[::1]:9000');
    expect(loadConfig({ ...tls, HOST: 'localhost', PORT: '8443' }).publicUrl).to.equal('https://localhost:8443');
  });

  describe('of TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'));
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it('holds the certificate and its key', () => {
      expect(loadConfig(tls).tls?.cert).to.match(/^-----BEGIN CERTIFICATE/);
      expect(loadConfig(tls).tls?.key).to.match(/^-----BEGIN PRIVATE KEY/);
    });

    it('needs both, readable and belonging together', () => {
      const junk = join(folder, 'junk.pem');
      writeFileSync(junk, 'junk');
      chmodSync(junk, 0o600);
      expect(problems({ TLS_CERT: tls.TLS_CERT })).to.deep.equal(['TLS_KEY: must be there when TLS_CERT is']);
      expect(problems({ TLS_KEY: tls.TLS_KEY })).to.deep.equal(['TLS_CERT: must be there when TLS_KEY is']);
      expect(problems({ ...tls, TLS_KEY: join(folder, 'none') })).to.deep.equal([
        'TLS_KEY: must name a file that can be read',
      ]);
      expect(problems({ ...tls, TLS_KEY: folder })).to.have.length(1);
      expect(problems({ ...tls, TLS_CERT: junk })).to.have.length(1);
    });
  });
});
