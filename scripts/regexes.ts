// Checks that no regular expression of ours can be made to run long (ReDoS): those in the source, and those that JSON
// Schemas have as `pattern`. `npm run lint:regexes`.
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';

// The checker's own JavaScript: no Java, no binary, no worker.
process.env['RECHECK_SYNC_BACKEND'] = 'pure';

/** A regular expression, and where it stands. */
export interface Expression {
  readonly file: string;
  readonly line: number;
  /** Undefined where it is put together at run time, so that nobody can say what it is. */
  readonly source: string | undefined;
  readonly flags: string;
}

/** The regular expressions of a TypeScript or JavaScript file: literals, `RegExp(…)`, and `pattern` of JSON Schemas. */
export function inSource(file: string, text: string): readonly Expression[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = constantsOf(tree);
  const found: Expression[] = [];
  const visit = (node: ts.Node): void => {
    const own = expressionAt(node, constants);
    if (own) found.push({ ...own, file, line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The `pattern` members of a JSON file. */
export function inJson(file: string, text: string): readonly Expression[] {
  return inSource(file, `(${text})`);
}

type Constants = ReadonlyMap<string, ts.Expression>;

function expressionAt(node: ts.Node, constants: Constants): Pick<Expression, 'source' | 'flags'> | undefined {
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    return { source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
  }
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
    const [source, flags] = node.arguments ?? [];
    return { source: source && textOf(source, constants), flags: (flags && textOf(flags, constants)) ?? '' };
  }
  // Ajv compiles patterns as Unicode ones.
  if (ts.isPropertyAssignment(node) && isPattern(node.name)) {
    const source = textOf(node.initializer, constants);
    return source === undefined ? undefined : { source, flags: 'u' };
  }
  return undefined;
}

const isPattern = (name: ts.PropertyName): boolean =>
  (ts.isIdentifier(name) || ts.isStringLiteral(name)) && name.text === 'pattern';

/** Every `const` of a file by its name. */
function constantsOf(tree: ts.SourceFile): Constants {
  const constants = new Map<string, ts.Expression>();
  const visit = (node: ts.Node): void => {
    const isConstant = ts.isVariableDeclaration(node) && (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const) !== 0;
    if (isConstant && ts.isIdentifier(node.name) && node.initializer) constants.set(node.name.text, node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return constants;
}

/** The text of an expression that is the same at every run. */
function textOf(node: ts.Expression, constants: Constants): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isIdentifier(node)) {
    const value = constants.get(node.text);
    return value && textOf(value, constants);
  }
  if (!ts.isTemplateExpression(node)) return undefined;
  const parts = node.templateSpans.map(({ expression, literal }) => {
    const value = textOf(expression, constants);
    return value === undefined ? undefined : value + literal.text;
  });
  return parts.includes(undefined) ? undefined : node.head.text + parts.join('');
}

/** What is wrong with an expression; undefined where nothing is. */
export function fault({ file, line, source, flags }: Expression): string | undefined {
  const where = `${file}:${line}`;
  if (source === undefined) return `${where}: a regular expression that is put together at run time cannot be checked`;
  const result = checkSync(source, flags);
  if (result.status === 'safe') return undefined;
  if (result.status === 'unknown') return `${where}: /${source}/${flags} cannot be judged (${result.error.kind})`;
  return `${where}: /${source}/${flags} takes ${result.complexity.summary} time, for one on ${result.attack.pattern}`;
}

const root = new URL('..', import.meta.url);

/** Every regular expression that the product and its tools have. */
export async function expressions(): Promise<readonly Expression[]> {
  const folders = await Promise.all(['src', 'scripts', 'schemas'].map(filesOf));
  const files = folders.flat().map(async (file) => {
    const text = await readFile(new URL(file, root), 'utf8');
    return file.endsWith('.json') ? inJson(file, text) : inSource(file, text);
  });
  return (await Promise.all(files)).flat();
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(new URL(folder, root), { recursive: true });
  return names.filter((name) => /\.(?:ts|js|cjs|json)$/.test(name)).map((name) => `${folder}/${name}`);
}

async function main(): Promise<number> {
  const all = await expressions();
  const faults = all.map(fault).filter((each) => each !== undefined);
  for (const each of faults) process.stderr.write(`${each}\n`);
  process.stdout.write(`${all.length} regular expressions, ${faults.length} of them at fault\n`);
  return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
