import { demands, leniency, quirks } from './dialects.ts';
import type { Demand, Leniency, Quirk } from './dialects.ts';
import type { Registry } from './schema/registry.ts';
import type { Attribute } from './schema/types.ts';
import type { Caller } from './types.ts';

/** What the answer of `conforms` depends on. */
interface Site {
  readonly caller: Pick<Caller, 'dialect' | 'options'>;
  readonly tolerance: Leniency;
  readonly registry: Registry;
  readonly baseUrl: string;
}

/** What the interoperability profile demands besides `demands`, and whether that is so. */
export const conditions = {
  nothingRepaired: {
    demands: 'What is not defined or has the wrong type is refused, never repaired',
    holds: ({ tolerance }) => keysOf<Quirk>(quirks).every((quirk) => !tolerance.repairs(quirk)),
  },
  wholeSchemas: {
    demands: '`/Schemas` shows exactly what is served: not the trimmed view of the option `entraSchemas`',
    holds: ({ caller }) => !caller.options.has('entraSchemas'),
  },
  namedTypes: {
    demands: 'The `id` of a resource type is its `name`',
    holds: ({ registry }) => registry.types.every(({ id, name }) => id === name),
  },
  canonicalTypes: {
    demands: "Every `type` of a multi-valued attribute declares its `canonicalValues`, in a tenant's own schemas too",
    holds: ({ registry }) => registry.schemas.every(({ attributes }) => attributes.every(declaresTypes)),
  },
  letterCase: {
    // That `userName` ignores it is no condition: no type is read whose name respects it.
    demands: '`id` and `externalId` respect letter case',
    holds: ({ registry }) =>
      registry.types.every(({ attributes }) => exact.every((name) => respectsCase(attributes, name))),
  },
  transport: {
    demands: 'TLS between client and server: `PUBLIC_URL` begins with `https`, or names this machine itself',
    holds: ({ baseUrl }) => isPrivate(new URL(baseUrl)),
  },
} as const satisfies Readonly<Record<string, { readonly demands: string; readonly holds: (site: Site) => boolean }>>;

/**
 * Whether the server, as a connection meets it, keeps to all that draft-zollner-scim-interop-profile demands of it:
 * what `interopProfileConformant` of the ServiceProviderConfig says.
 */
export function conforms(caller: Site['caller'], registry: Registry, baseUrl: string): boolean {
  const site = { caller, tolerance: leniency(caller.dialect, caller.options), registry, baseUrl };
  return (
    keysOf<Demand>(demands).every((demand) => site.tolerance.demands(demand)) &&
    Object.values(conditions).every(({ holds }) => holds(site))
  );
}

const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] => Object.keys(table) as Key[];

/** Of attributes that hold several typed values, and of what is below them. */
const declaresTypes = ({ multiValued, subAttributes }: Attribute): boolean =>
  subAttributes.every(
    (sub) => (!multiValued || sub.name !== 'type' || sub.canonicalValues !== undefined) && declaresTypes(sub),
  );

const exact = ['id', 'externalId'];

const respectsCase = (attributes: readonly Attribute[], wanted: string): boolean =>
  attributes.every(({ name, caseExact }) => name !== wanted || caseExact);

const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
