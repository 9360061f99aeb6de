import { Command, Help, Option } from 'commander';
import { languages } from '../words/languages.ts';
import type { Front } from './front.ts';

/**
 * An empty command line that says what commander says by itself, titles, defaults and what it did not understand, in the
 * language of whoever types. What commands are added to it do so too.
 */
export function commandLine(front: Front): Command {
  const { say } = front;
  return (
    new Command('rollcall')
      .exitOverride()
      .configureOutput({
        writeOut: front.out,
        writeErr: front.err,
        outputError: (text, write) => write(misunderstanding(front, text)),
      })
      .configureHelp(helpIn(front))
      .helpOption('-h, --help', say('help.help'))
      .helpCommand('help [command]', say('help.help'))
      // Read before anything else is, as it decides what everything else is called.
      .addOption(new Option('--lang <language>', say('help.lang')).choices(languages))
      .showHelpAfterError(say('help.hint'))
  );
}

/** What is asked for by `--lang`, before the command line is understood. */
export function languageAsked(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const arg = args[at];
  return arg === '--lang' ? args[at + 1] : arg?.slice('--lang='.length);
}

/** How commander shows help. Overrides are called with its `Help` as `this`; ours need only a fresh one. */
function helpIn({ say }: Front): Partial<Help> {
  const usual = new Help();
  const titles: Readonly<Record<string, string>> = {
    'Usage:': say('help.title.usage'),
    'Arguments:': say('help.title.arguments'),
    'Options:': say('help.title.options'),
    'Commands:': say('help.title.commands'),
  };
  return {
    styleTitle: (title) => titles[title] ?? title,
    commandUsage: (command) => usual.commandUsage(command).replace('[command]', say('help.usage.command')),
    optionDescription({ description, argChoices, defaultValue, defaultValueDescription, negate }) {
      const value: unknown = defaultValue;
      const more = [
        ...(argChoices ? [say('help.choices', { choices: argChoices.map((choice) => JSON.stringify(choice)) })] : []),
        ...(value === undefined || negate
          ? []
          : [say('help.default', { value: defaultValueDescription ?? JSON.stringify(value) })]),
      ];
      return more.length > 0 ? `${description} (${more.join(', ')})` : description;
    },
  };
}

/** What commander says of what it does not understand, and what it is about. */
function misunderstanding({ say }: Front, text: string): string {
  const meant: readonly (readonly [form: RegExp, said: (...parts: string[]) => string])[] = [
    [/^error: missing required argument '(.*)'/, (_, name = '') => say('error.missing-argument', { name })],
    [/^error: option '(.*)' argument missing/, (_, flags = '') => say('error.missing-value', { flags })],
    [/^error: required option '(.*)' not specified/, (_, flags = '') => say('error.missing-option', { flags })],
    [/^error: unknown option '(.*)'/, (_, flag = '') => say('error.unknown-option', { flag })],
    [/^error: unknown command '(.*)'/, (_, name = '') => say('error.unknown-command', { name })],
    [
      /^error: too many arguments for '([^']+)'(.*)/,
      (_, name = '', rest = '') => say('error.too-many-for', { name, ...counts(rest) }),
    ],
    [/^error: too many arguments\.(.*)/, (_, rest = '') => say('error.too-many', counts(rest))],
    [
      /^error: option '([^']*)' argument '(.*)' is invalid\./,
      (_, flags = '', value = '') => say('error.invalid-value', { flags, value }),
    ],
    [
      /^error: command-argument value '([^']*)' is invalid for argument '([^']*)'\./,
      (_, value = '', name = '') => say('error.invalid-argument', { value, name }),
    ],
    [/\. Allowed choices are ([^.\n]*)\.$/m, (_, choices = '') => `. ${say('error.choices', { choices })}`],
    [/^\(Did you mean one of (.*)\?\)$/m, (_, names = '') => say('error.did-you-mean-one-of', { names })],
    [/^\(Did you mean (.*)\?\)$/m, (_, name = '') => say('error.did-you-mean', { name })],
  ];
  return meant.reduce((said, [form, sentence]) => said.replace(form, sentence), text);
}

/** How many arguments were expected, and how many were given. */
function counts(text: string): { readonly expected: string; readonly given: string } {
  const [expected = '', given = ''] = text.match(/\d+/g) ?? [];
  return { expected, given };
}
