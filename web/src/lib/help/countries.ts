/** The countries whose help lines come with Bondhu; everywhere else gets the international ones. */
export const COUNTRIES = ['BD', 'IN', 'GB', 'US'] as const;

/** What stands for a place without lines of its own. */
export const ELSEWHERE = 'ZZ';

const names = new Intl.DisplayNames(['en'], { type: 'region' });

/** The English name of a country by its two letters. */
export function countryName(code: string): string {
	if (code === ELSEWHERE || !/^[A-Z]{2}$/.test(code)) return 'another country';
	return names.of(code) ?? code;
}
