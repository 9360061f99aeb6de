import { createServer } from 'node:http';
import express from 'express';

// The least of answers: what stands under everything that is built on it. `contenders.ts` compiles and runs it.

const [kind = '', port = ''] = process.argv.slice(2);

const answer = { hello: 'world' };

if (kind === 'Express') {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/health/ready', (_, response) => void response.json(answer));
  app.get('/hello', (_, response) => void response.json(answer));
  app.listen(Number(port), '127.0.0.1');
} else {
  createServer((_, response) => {
    const text = JSON.stringify(answer);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
  }).listen(Number(port), '127.0.0.1');
}

process.once('SIGTERM', () => process.exit(0));
