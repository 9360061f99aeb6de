/** What the built-in prototypes are made of, to see that nothing a client sends reaches them. */
export const prototypes = (): readonly (readonly [string, string])[] =>
  [Object, Array, Function, String, Number, Boolean, Map, Set, RegExp, Error, Promise].flatMap((built) =>
    Reflect.ownKeys(built.prototype).map((key) => [
      `${built.name}.${String(key)}`,
      JSON.stringify(Object.getOwnPropertyDescriptor(built.prototype, key), (_, value: unknown) =>
        typeof value === 'function' ? `function ${value.name}` : value,
      ),
    ]),
  );
