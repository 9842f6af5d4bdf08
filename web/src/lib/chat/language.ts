/** A run of text in one script, with its language when the script tells it. */
export interface LanguageRun {
	text: string;
	lang: 'bn' | 'hi' | undefined;
}

const SCRIPTS = [
	{ lang: 'bn', test: /\p{Script=Bengali}/u },
	{ lang: 'hi', test: /\p{Script=Devanagari}/u }
] as const;

/**
 * Splits mixed text, so that a screen reader changes its voice with the script. Spaces, digits and
 * punctuation stay with what stands before them.
 */
export function languageRuns(text: string): LanguageRun[] {
	const runs: LanguageRun[] = [];
	for (const char of text) {
		const last = runs.at(-1);
		const lang = scriptOf(char, last?.lang);
		if (last && last.lang === lang) last.text += char;
		else runs.push({ text: char, lang });
	}
	return runs;
}

function scriptOf(char: string, before: LanguageRun['lang']): LanguageRun['lang'] {
	// The danda is shared by the scripts of India, although Unicode files it under one of them.
	if (/[।॥]/u.test(char)) return before;
	for (const { lang, test } of SCRIPTS) if (test.test(char)) return lang;
	return /\p{L}/u.test(char) ? undefined : before;
}
