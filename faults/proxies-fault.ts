import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../src/db/database.ts';
import { dropDatabase, freePort, makeDatabase, startPostgres, stopPostgres } from '../test/support/postgres.ts';
import { PASSWORD, settingsOf } from './alice.ts';
import { CannotRun, type Fault, type Figure, met } from './fault.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { TlsBrowser } from './tls-browser.ts';

const NAME = 'roster.example.com';
const EXAMPLES = ['nginx.conf', 'nginx-several.conf', 'Caddyfile', 'Caddyfile-several'];
const PATIENCE = 10_000;
const ASKED_WHILE_ONE_IS_DOWN = 20;

/** The examples as they stand in `deploy/`, but for ports, certificate and the addresses of what is behind them. */
export const proxiesFault: Fault = {
  name: 'proxies',
  title: 'the examples for nginx and Caddy, with TLS, before one process and before two',
  async run() {
    for (const program of ['nginx', 'caddy', 'openssl']) requireProgram(program);
    await startPostgres();
    const figures: Figure[] = [];
    for (const example of EXAMPLES) figures.push(...(await tried(example)));
    await stopPostgres();
    return figures;
  },
};

function requireProgram(name: string): void {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
  } catch {
    throw new CannotRun(`${name} is not on this machine`);
  }
}

interface Ports {
  plain: number;
  tls: number;
  behind: number[];
}

async function tried(example: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-proxy-'));
  const certificate = makeCertificate(folder);
  const isSeveral = example.endsWith('several') || example.includes('-several');
  const databaseUrl = isSeveral ? await makeDatabase('template0') : undefined;
  const ports = { plain: await freePort(), tls: await freePort(), behind: [await freePort(), await freePort()] };
  const settings: Record<string, string> = {
    ...settingsOf(folder),
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    BASE_URL: `https://${NAME}:${ports.tls}`,
    TRUST_PROXY: 'loopback',
  };
  const servers: ServerProcess[] = [];
  for (const port of isSeveral ? ports.behind : ports.behind.slice(0, 1))
    servers.push(await startServer({ ...settings, PORT: String(port) }));
  const proxy = startProxy(example, folder, ports);
  try {
    const browser = new TlsBrowser(NAME, ports.tls, certificate);
    await untilAnswered(browser);
    const found = [...(await lookedAt(browser, ports)), ...(await addressOfSession(folder, databaseUrl))];
    if (isSeveral) found.push(...(await withOneDown(browser, servers)));
    const wrong = found.filter((one) => one !== '');
    return [
      met(`${example}: of ${found.length} answers not as they must be`, wrong.join('; ') || '0', '0', !wrong.length),
    ];
  } finally {
    await end(proxy);
    for (const { child, exited } of servers) {
      child.kill('SIGKILL');
      await exited;
    }
    if (databaseUrl) await dropDatabase(databaseUrl);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** For each thing that must hold what is wrong with it, or nothing. */
async function lookedAt(browser: TlsBrowser, { plain, tls }: Ports): Promise<string[]> {
  const must = (what: string, holds: boolean) => (holds ? '' : what);
  const moved = await plainly(plain);
  const form = await browser.get('/session/new');
  const { headers } = form;
  const signedIn = await browser.post('/session', { identifier: 'alice', password: PASSWORD });
  const users = await browser.get('/users');
  const made = await browser.post('/users', { name: 'zoe', email: 'zoe@example.com', access: 'copy' });
  const cookies = String(headers['set-cookie']);
  return [
    must(`plain HTTP: ${moved.statusCode}`, [301, 308].includes(moved.statusCode!)),
    must(`leads to ${moved.headers.location}`, moved.headers.location?.startsWith(`https://${NAME}`) ?? false),
    must(`sign-in page: ${form.status}`, form.status === 200),
    must(`cookie: ${cookies}`, /^__Host-[^;]+;.*; Secure/.test(cookies)),
    must('no HSTS', /max-age=\d{7,}/.test(headers['strict-transport-security'] ?? '')),
    must('no policy of contents', /script-src 'self'/.test(String(headers['content-security-policy']))),
    must('types may be guessed', headers['x-content-type-options'] === 'nosniff'),
    must(`signing in: ${signedIn.status}`, signedIn.status === 303),
    must(`goes to ${signedIn.headers.location}`, /^\/|^https:/.test(signedIn.headers.location ?? '')),
    must(`list: ${users.status}`, users.status === 200),
    must('a warning about the proxy', !/TRUST_PROXY|hides/.test(users.body)),
    must(`creating: ${made.status}`, made.status === 303),
    must(`link not to https://${NAME}:${tls}`, await linksHome(browser, made.headers.location, tls)),
    must('figures are open', (await browser.get('/metrics')).status === 404),
    must('health', (await browser.get('/health')).status === 200),
  ];
}

async function plainly(port: number): Promise<IncomingMessage> {
  const asked = request({ host: '127.0.0.1', port, path: '/users', headers: { host: NAME } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}

/** The link of an invitation is to be read on the page of whom it is for. */
async function linksHome(browser: TlsBrowser, path = '', port: number): Promise<boolean> {
  const { body } = await browser.get(path);
  return body.includes(`https://${NAME}:${port}/`);
}

/** Whom the program takes somebody for who says that they come from elsewhere. */
async function addressOfSession(folder: string, databaseUrl?: string): Promise<string[]> {
  const db = openDatabase(folder, databaseUrl);
  const addresses: string[] = await db.read('sessions').whereNotNull('user_id').distinct('address').pluck('address');
  await db.close();
  return [addresses.join() === '127.0.0.1' ? '' : `the session is of ${addresses.join()}`];
}

async function withOneDown(browser: TlsBrowser, [first]: ServerProcess[]): Promise<string[]> {
  first.child.kill('SIGKILL');
  await first.exited;
  const statuses: number[] = [];
  for (let n = 0; n < ASKED_WHILE_ONE_IS_DOWN; n++) statuses.push((await browser.get('/users')).status);
  return [statuses.every((status) => status === 200) ? '' : `with one down: ${statuses.join()}`];
}

function makeCertificate(folder: string): string {
  const [key, chain] = ['privkey.pem', 'fullchain.pem'].map((name) => join(folder, name));
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  const files = ['-keyout', key, '-out', chain];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
    stdio: 'ignore',
  });
  return readFileSync(chain, 'utf8');
}

function startProxy(example: string, folder: string, ports: Ports): ChildProcess {
  const text = readFileSync(join(import.meta.dirname, '../deploy', example), 'utf8')
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${ports.behind[0]}`)
    .replaceAll('127.0.0.1:3001', `127.0.0.1:${ports.behind[1]}`);
  const file = join(folder, example);
  const isNginx = example.startsWith('nginx');
  writeFileSync(file, isNginx ? asWholeNginx(text, folder, ports) : asWholeCaddy(text, folder, ports));
  const command = isNginx
    ? ['nginx', '-e', join(folder, 'error.log'), '-c', file]
    : ['caddy', 'run', '--adapter', 'caddyfile', '--config', file];
  return spawn(command[0], command.slice(1), {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
}

/** With what stands around such a file in nginx.conf. */
function asWholeNginx(text: string, folder: string, { plain, tls }: Ports): string {
  const site = text
    .replaceAll('/etc/ssl/roster', folder)
    .replace(/listen (\[::\]:)?80;/g, `listen $1${plain};`)
    .replace(/listen (\[::\]:)?443 ssl;/g, `listen $1${tls} ssl;`);
  const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`);
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `${user} daemon off; pid ${folder}/nginx.pid; events {} http { access_log off; ${kept.join(' ')}\n${site}\n}`;
}

function asWholeCaddy(text: string, folder: string, { plain, tls }: Ports): string {
  const site = text.replace(
    /^roster\.example\.com \{/m,
    `${NAME} {\n\ttls ${folder}/fullchain.pem ${folder}/privkey.pem`,
  );
  return `{\n\tadmin off\n\thttp_port ${plain}\n\thttps_port ${tls}\n}\n${site}`;
}

async function untilAnswered(browser: TlsBrowser): Promise<void> {
  for (const begun = performance.now(); ; await sleep(100))
    try {
      if ((await browser.get('/health')).status === 200) return;
      throw new Error('it is not well behind its proxy');
    } catch (error) {
      if (performance.now() - begun > PATIENCE) throw error;
    }
}

async function end(proxy: ChildProcess): Promise<void> {
  if (proxy.exitCode !== null) return;
  proxy.kill('SIGTERM');
  await once(proxy, 'exit');
}
