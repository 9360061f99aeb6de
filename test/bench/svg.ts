/** One line of a chart, or one colour of its bars. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over two logarithmic axes. */
export interface Lines {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

/** Bars in groups, from the left to the right. */
export interface Bars {
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly {
    readonly label: string;
    readonly bars: readonly { readonly name: string; readonly value: number }[];
  }[];
}

const colours = ['#0b6e99', '#d9730d', '#448361', '#9065b0', '#c14c8a', '#787774', '#b59b00'];

const width = 760;

/** XML has five characters that stand for something else. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const at = (value: number): string => value.toFixed(1);

type Anchor = 'start' | 'middle' | 'end';

const label = (x: number, y: number, text: string, anchor: Anchor = 'start', more = ''): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${more}>${escaped(text)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, colour = '#ddd'): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${colour}"/>`;

/** A whole picture, on white, so that it can be read on any page. */
const picture = (title: string, height: number, content: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="12" fill="#333">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    label(16, 24, title, 'start', ' font-size="15" font-weight="bold"'),
    ...content,
    '</svg>',
    '',
  ].join('\n');

/** The powers of ten around some values. */
function decades(values: readonly number[]): number[] {
  const exponents = values.map(Math.log10);
  const from = Math.floor(Math.min(...exponents));
  const to = Math.max(from + 1, Math.ceil(Math.max(...exponents)));
  return Array.from({ length: to - from + 1 }, (_, more) => from + more);
}

const power = (exponent: number): string => (10 ** exponent).toLocaleString('en', { maximumFractionDigits: 6 });

/** A chart of lines: what grows as a power of the size is straight, what does not grow is level. */
export function lineChart({ title, x, y, series }: Lines): string {
  const frame = { left: 70, top: 64, right: width - 230, bottom: 350 };
  const points = series.flatMap((one) => one.points);
  const columns = decades(points.map(([size]) => size));
  const rows = decades(points.map(([, cost]) => cost));
  const scale = (exponents: readonly number[], from: number, to: number) => (value: number) => {
    const [low = 0, high = 1] = [exponents[0], exponents.at(-1)];
    return from + ((to - from) * (value - low)) / (high - low);
  };
  const across = scale(columns, frame.left, frame.right);
  const up = scale(rows, frame.bottom, frame.top);
  const grid = [
    ...columns.map((exponent) => line(across(exponent), frame.top, across(exponent), frame.bottom)),
    ...columns.map((exponent) => label(across(exponent), frame.bottom + 18, power(exponent), 'middle')),
    ...rows.map((exponent) => line(frame.left, up(exponent), frame.right, up(exponent))),
    ...rows.map((exponent) => label(frame.left - 8, up(exponent) + 4, power(exponent), 'end')),
    label((frame.left + frame.right) / 2, frame.bottom + 38, x, 'middle'),
    label(frame.left - 54, frame.top - 8, y),
  ];
  const drawn = series.flatMap((one, index) => {
    const colour = colours[index % colours.length] ?? '#333';
    const spots = one.points.map(([size, cost]) => [across(Math.log10(size)), up(Math.log10(cost))] as const);
    const path = spots.map(([cx, cy]) => `${at(cx)},${at(cy)}`).join(' ');
    const legend = frame.top + 12 + index * 20;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...spots.map(([cx, cy]) => `<circle cx="${at(cx)}" cy="${at(cy)}" r="3.5" fill="${colour}"/>`),
      `<rect x="${frame.right + 16}" y="${legend - 9}" width="10" height="10" fill="${colour}"/>`,
      label(frame.right + 32, legend, one.name),
    ];
  });
  return picture(title, 404, [...grid, ...drawn]);
}

/** A chart of bars, each with its number. */
export function barChart({ title, unit, groups }: Bars): string {
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const [left, right, thick, gap] = [270, width - 90, 14, 12];
  const colourOf = (name: string): string => colours[names.indexOf(name) % colours.length] ?? '#333';
  let y = 64;
  const content = names.flatMap((name, index) => [
    `<rect x="${16 + index * 150}" y="36" width="10" height="10" fill="${colourOf(name)}"/>`,
    label(32 + index * 150, 45, name),
  ]);
  for (const { label: text, bars } of groups) {
    content.push(label(left - 10, y + (bars.length * thick) / 2 + 4, text, 'end'));
    for (const { name, value } of bars) {
      const length = ((right - left) * value) / most;
      content.push(
        `<rect x="${left}" y="${y}" width="${at(Math.max(1, length))}" height="${thick - 2}" fill="${colourOf(name)}"/>`,
        label(left + length + 6, y + 10, `${Number(value.toPrecision(3)).toLocaleString('en')} ${unit}`),
      );
      y += thick;
    }
    y += gap;
  }
  return picture(title, y + 4, content);
}
