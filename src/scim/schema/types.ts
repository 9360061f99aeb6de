/** The characteristics of an attribute (RFC 7643 §2.2, §7), as its schema file states them. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  /** Empty unless `complex`. */
  readonly subAttributes: readonly Attribute[];
}

export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
  /** `tenant`: one tenant made it and has it alone; absent: everybody has it. */
  readonly madeBy?: 'tenant';
}

/** What clients can do with the resources of a type. */
export type Access = 'readOnly' | 'readWrite';

export interface ResourceType {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** With its slash: `/Users`. */
  readonly endpoint: string;
  /** Whether clients can write its resources, or only read what others keep there. */
  readonly access: Access;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
  /** The common attributes of RFC 7643 §3.1 (`id`, `externalId`, `meta`, `schemas`) and those of the core schema. */
  readonly attributes: readonly Attribute[];
  /** The core attribute that names a resource uniquely within its tenant (`uniqueness: server`), ignoring case. */
  readonly nameAttribute: Attribute;
}

/** A resolved attribute name: where its value stands in a resource, and what its schema says of it. */
export interface AttributePath {
  /** Canonical JSON keys from the resource's root: `['name', 'familyName']`, `[<extension URN>, 'manager', 'value']`. */
  readonly keys: readonly string[];
  /** The attribute the last key names. An extension's URN alone is a singular complex attribute. */
  readonly attribute: Attribute;
  /** The complex attribute that `attribute` is a sub-attribute of, when it is. */
  readonly parent?: Attribute;
}
