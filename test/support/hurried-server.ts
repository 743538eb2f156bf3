// Loaded into a server before anything else (`--import`): what it is patient with is over so many times sooner.
import http, { type RequestListener, type ServerOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const SOONER = 50;
const LIMITS = ['headersTimeout', 'requestTimeout', 'connectionsCheckingInterval'] as const;

const { createServer } = http;
http.createServer = ((options: ServerOptions, listener: RequestListener) => {
  // A limit that is not given stays that of Node, which is minutes.
  const hurried = LIMITS.filter((name) => options[name]).map((name) => [name, Number(options[name]) / SOONER]);
  return createServer({ ...options, ...Object.fromEntries(hurried) }, listener);
}) as typeof createServer;
syncBuiltinESMExports();
