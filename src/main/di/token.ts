import type {
  BindInWhenOnFluentSyntax,
  Container,
  ContainerModuleLoadOptions,
  MapToResolvedValueInjectOptions,
  ServiceIdentifier,
} from 'inversify';

declare const resolves: unique symbol;
/** A symbol that remembers what it resolves to; a plain Inversify symbol does not. */
export type Token<T> = symbol & { readonly [resolves]?: T };
export const token = <T>(name: string): Token<T> => Symbol(name);

type TokenMap = Readonly<Record<string, Token<unknown>>>;
type ValuesOf<Needs extends TokenMap> = { readonly [K in keyof Needs]: Needs[K] extends Token<infer T> ? T : never };

/**
 * Binds `target` to what `build` makes of the named needs. The names and types of the needs are checked against the
 * parameter of `build`, which Inversify itself does not do for a list of symbols.
 */
export function provide<T, Needs extends TokenMap>(
  { bind }: Pick<ContainerModuleLoadOptions, 'bind'>,
  target: Token<T>,
  needs: Needs,
  build: (values: ValuesOf<Needs>) => T | Promise<T>,
): BindInWhenOnFluentSyntax<T> {
  const names = Object.keys(needs);
  const injections = Object.values(needs) as unknown as MapToResolvedValueInjectOptions<unknown[]>;
  const assemble = (...values: unknown[]) =>
    build(Object.fromEntries(names.map((name, index) => [name, values[index]])) as ValuesOf<Needs>);
  return bind<T>(target as ServiceIdentifier<T>).toResolvedValue(assemble, injections);
}

/** What the container makes for a token, with the type that the token remembers. */
export function resolve<T>(container: Container, target: Token<T>): Promise<T> {
  return container.getAsync<T>(target);
}
