import { createRequire } from 'node:module';
import { Router } from 'express';
import { methodNotAllowed } from '../scim/errors.ts';

const require = createRequire(import.meta.url);

/** Of Swagger UI, what a browser loads, and where it is; nothing comes from anywhere else. */
const files = {
  'swagger-ui.css': require.resolve('swagger-ui-dist/swagger-ui.css'),
  'swagger-ui-bundle.js': require.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  'favicon-32x32.png': require.resolve('swagger-ui-dist/favicon-32x32.png'),
} as const;

const page = (title: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="stylesheet" href="swagger-ui.css" />
    <link rel="icon" type="image/png" href="favicon-32x32.png" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;

/** Inline scripts are not allowed. Without a validator's URL none is asked, elsewhere, about the document. */
const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
`;

/** Inline styles, but no script: those that Swagger UI's bundle gives its parts. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * An OpenAPI document, `openapi.json`, and a page that shows it; without authentication. The document is made once, when
 * somebody reads it.
 *
 * @throws ScimError 405 where it is not only read
 */
export function docs(title: string, document: () => object): Router {
  let text: string | undefined;
  const router = Router({ caseSensitive: true });
  router.use((request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed('This is only read', 'GET, HEAD');
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Cache-Control', 'no-cache');
    next();
  });
  router.get('/', (request, response) => {
    // The page's files are beside it, whatever prefix a proxy puts before.
    if (request.originalUrl.replace(/\?.*/, '').endsWith('/')) response.type('html').send(page(title));
    else response.redirect(301, 'docs/');
  });
  router.get('/openapi.json', (_, response) => {
    text ??= JSON.stringify(document());
    response.type('json').send(text);
  });
  router.get('/start.js', (_, response) => {
    response.type('text/javascript').send(start);
  });
  for (const [file, path] of Object.entries(files)) {
    router.get(`/${file}`, (_, response) => {
      // The project may lie below a hidden folder.
      response.sendFile(path, { dotfiles: 'allow', cacheControl: false });
    });
  }
  return router;
}
