/**
 * A validator as described by Standard Schema (https://standardschema.dev, version 1): Zod, Valibot,
 * ArkType and others fit without this package knowing them.
 */
export interface StandardSchema<Output> {
	readonly '~standard': {
		readonly version: 1;
		readonly vendor: string;
		readonly validate: (value: unknown) => Validated<Output> | Promise<Validated<Output>>;
	};
}

/** What a validator answers: the value, or what is wrong with it. */
export type Validated<Output> =
	| { readonly value: Output; readonly issues?: undefined }
	| { readonly issues: readonly { readonly message: string }[] };

/** Gives the value as the schema has it, or throws a `TypeError` that names the first thing wrong. */
export async function validate<Output>(
	schema: StandardSchema<Output> | undefined,
	value: unknown
): Promise<Output> {
	if (!schema) return value as Output;
	const result = await schema['~standard'].validate(value);
	if (result.issues) throw new TypeError(result.issues[0]?.message);
	return result.value;
}
