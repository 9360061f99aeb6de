import { languageSchema } from '../domain/settings.ts';
import { teamSchema } from '../domain/teams.ts';
import { nameKey } from '../domain/tenants.ts';
import type { Json, JsonObject } from '../scim/types.ts';

/**
 * The attributes of a resource as a client wants them, made to fit together.
 *
 * @param before the attributes until now; undefined of a resource that is new
 * @param restated what the same request says over a resource that has none of the named attributes: what it only leaves
 * as it is, it does not say
 */
export type Join = (
  before: JsonObject | undefined,
  after: JsonObject,
  restated: (without: readonly string[]) => JsonObject,
) => JsonObject;

const core = 'preferredLanguage';

/** What two attributes say of a user's language. */
interface Languages {
  readonly core: Json | undefined;
  readonly extension: Json | undefined;
}

/**
 * `preferredLanguage` and the extension's `language` show one value: writing or removing one of them does so to both. Of
 * two that one request says, the extension's holds, which is of this product alone; a PUT that says one of them, and
 * leaves the other out, says that one.
 */
export const oneLanguage: Join = (before, after, restated) => {
  const [old, wanted] = [languagesOf(before ?? {}), languagesOf(after)];
  const untouched = wanted.core === old.core && wanted.extension === old.extension;
  if (wanted.core === wanted.extension || (before && untouched)) return after;
  return speaking(after, said(old, wanted) ?? insisted(languagesOf(restated([core, languageSchema]))));
};

/** The value that is another than before; undefined where one was only taken away. */
const said = (old: Languages, wanted: Languages): Json | undefined =>
  [
    [old.extension, wanted.extension],
    [old.core, wanted.core],
  ].find(([was, is]) => is !== undefined && is !== was)?.[1];

/** The value that is the same as before, where the request says it: a PATCH that takes the other away does not. */
const insisted = ({ core: inCore, extension: inExtension }: Languages): Json | undefined => inExtension ?? inCore;

const languagesOf = (attributes: JsonObject): Languages => ({
  core: attributes[core],
  extension: objectAt(attributes, languageSchema)['language'],
});

function speaking(attributes: JsonObject, language: Json | undefined): JsonObject {
  const { [core]: _core, [languageSchema]: _extension, ...rest } = attributes;
  const { language: _language, ...others } = objectAt(attributes, languageSchema);
  const extended = { ...others, ...(language !== undefined && { language }) };
  return {
    ...rest,
    ...(language !== undefined && { [core]: language }),
    ...(Object.keys(extended).length > 0 && { [languageSchema]: extended }),
  };
}

/**
 * Channels are known by ids: one that a client names without has the id that it had, or gets one. Who says the id renames,
 * who says the name alone means the one of that name: “Admins … can manage users and channels without needing user permission.”
 */
export const knownChannels =
  (newId: () => string): Join =>
  (before, after) => {
    const extended = objectAt(after, teamSchema);
    const channels = listAt(extended, 'channels');
    if (channels.every(({ value }) => value !== undefined)) return after;
    const taken = new Set(channels.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])));
    const old = new Map(
      listAt(objectAt(before ?? {}, teamSchema), 'channels').map(({ name, value }) => [keyOf(name), value]),
    );
    const known = channels.map((channel): JsonObject => {
      if (channel['value'] !== undefined) return channel;
      const had = old.get(keyOf(channel['name']));
      const value = typeof had === 'string' && !taken.has(had) ? had : newId();
      taken.add(value);
      return { value, ...channel };
    });
    return { ...after, [teamSchema]: { ...extended, channels: known } };
  };

const keyOf = (name: Json | undefined): string => (typeof name === 'string' ? nameKey(name) : '');

function objectAt(attributes: JsonObject, name: string): JsonObject {
  const value = attributes[name];
  return isObject(value) ? value : {};
}

function listAt(attributes: JsonObject, name: string): JsonObject[] {
  const list = attributes[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
