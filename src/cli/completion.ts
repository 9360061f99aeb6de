import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Front } from './front.ts';

/** What may follow at one place of the command line. */
interface Place {
  /** The commands that led here, the program's own name left out: `connection log`. */
  readonly path: string;
  /** Commands and options that may come next, with what they are. */
  readonly words: readonly { readonly word: string; readonly meaning: string }[];
  /** What options take: the choices, or nothing where it is for the operator to know. */
  readonly values: readonly { readonly option: string; readonly choices: readonly string[] }[];
}

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** Adds the command that prints what a shell completes commands and options by: made from the commands themselves. */
export function completionCommand(rollcall: Command, { say, out }: Front): void {
  rollcall
    .command('completion')
    .description(say('help.completion'))
    .addArgument(new Argument('<shell>', say('help.completion.shell')).choices(shells))
    .addHelpText('after', `\n${say('help.completion.use')}`)
    .action((shell: Shell) => {
      out(scripts[shell](placesOf(rollcall)));
    });
}

/** Every place of a command line, the program's own first. */
function placesOf(command: Command, path: readonly string[] = []): Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const options = [...help.visibleOptions(command), ...(path.length > 0 ? globalOptions(command) : [])];
  const argued = command.registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((word) => ({ word, meaning: description })),
  );
  return [
    {
      path: path.join(' '),
      words: [
        ...commands.map((sub) => ({ word: sub.name(), meaning: sub.description() })),
        ...argued,
        ...options.flatMap(({ long, description }) => (long ? [{ word: long, meaning: description }] : [])),
      ],
      values: options.flatMap(({ long, argChoices = [], required, optional }) =>
        long && (required || optional) ? [{ option: long, choices: argChoices }] : [],
      ),
    },
    // `help` takes a command, and has no commands of its own.
    ...commands.filter((sub) => command.commands.includes(sub)).flatMap((sub) => placesOf(sub, [...path, sub.name()])),
  ];
}

/** The options of the program, which every command takes. */
function globalOptions(command: Command): Command['options'][number][] {
  const above = command.parent;
  return above ? [...above.options.filter(({ long }) => long === '--lang'), ...globalOptions(above)] : [];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** How a shell finds the place: the commands that were typed, options and what these take left out. */
const finding = (places: readonly Place[], words: string): readonly string[] => {
  const taking = [...new Set(places.flatMap(({ values }) => values.map(({ option }) => option)))];
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  return [
    `  local at='' word skip=''`,
    `  for word in ${words}; do`,
    `    if [[ -n $skip ]]; then skip=''; continue; fi`,
    '    case "$word" in',
    `      ${taking.join('|')}) skip=yes; continue ;;`,
    '      -*) continue ;;',
    '    esac',
    '    case "${at:+$at }$word" in',
    `      ${paths.map(quoted).join('|')}) at="\${at:+$at }$word" ;;`,
    '    esac',
    '  done',
  ];
};

const scripts: Readonly<Record<Shell, (places: readonly Place[]) => string>> = {
  bash: (places) =>
    lines([
      '# Completes rollcall in bash.',
      '_rollcall() {',
      '  local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=',
      ...finding(places, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"'),
      '  case "$at:$before" in',
      ...places.flatMap(({ path, values }) =>
        values.map(
          ({ option, choices }) => `    ${quoted(`${path}:${option}`)}) words=${quoted(choices.join(' '))} ;;`,
        ),
      ),
      '    *)',
      '      case "$at" in',
      ...places.map(
        ({ path, words }) => `        ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(' '))} ;;`,
      ),
      '      esac ;;',
      '  esac',
      '  COMPREPLY=($(compgen -W "$words" -- "$now"))',
      '}',
      'complete -o default -F _rollcall rollcall',
    ]),

  zsh: (places) =>
    lines([
      '#compdef rollcall',
      '# Completes rollcall in zsh.',
      '_rollcall() {',
      '  local before=${words[CURRENT-1]}',
      '  local -a found',
      ...finding(places, '"${(@)words[2,CURRENT-1]}"'),
      '  case "$at:$before" in',
      ...places.flatMap(({ path, values }) =>
        values.map(
          ({ option, choices }) => `    ${quoted(`${path}:${option}`)}) found=(${choices.map(quoted).join(' ')}) ;;`,
        ),
      ),
      '    *)',
      '      case "$at" in',
      ...places.map(({ path, words }) => {
        const described = words.map(({ word, meaning }) => quoted(`${word.replaceAll(':', '\\:')}:${meaning}`));
        return `        ${quoted(path)}) found=(${described.join(' ')}) ;;`;
      }),
      '      esac ;;',
      '  esac',
      "  if (( $#found )); then _describe 'rollcall' found; else _files; fi",
      '}',
      '# Read from fpath it is called at once; read by `source` it is made known.',
      'if [[ $funcstack[1] == _rollcall ]]; then _rollcall "$@"; else compdef _rollcall rollcall; fi',
    ]),

  fish: (places) =>
    lines([
      '# Completes rollcall in fish.',
      'function __rollcall_at',
      "  set -l at ''",
      '  set -l skip',
      '  for word in (commandline -opc)[2..-1]',
      '    if test -n "$skip"; set skip; continue; end',
      '    switch $word',
      `      case ${[...new Set(places.flatMap(({ values }) => values.map(({ option }) => option)))].join(' ')}`,
      '        set skip yes',
      "      case '-*'",
      '        continue',
      "      case '*'",
      '        switch (string trim "$at $word")',
      `          case ${places
        .map(({ path }) => path)
        .filter((path) => path !== '')
        .map(quoted)
        .join(' ')}`,
      '            set at (string trim "$at $word")',
      '        end',
      '    end',
      '  end',
      '  test "$at" = "$argv[1]"',
      'end',
      ...places.flatMap(({ path, words, values }) =>
        words.map(({ word, meaning }) => {
          const value = values.find(({ option }) => option === word);
          const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${quoted(word)}`;
          const takes = value && (value.choices.length > 0 ? ` -x -a ${quoted(value.choices.join(' '))}` : ' -r');
          return `complete -c rollcall -n ${quoted(`__rollcall_at "${path}"`)} ${what}${takes ?? ''} -d ${quoted(meaning)}`;
        }),
      ),
    ]),
};

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
