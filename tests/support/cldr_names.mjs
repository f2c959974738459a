// Names of languages, countries and currencies in many scripts, from the CLDR data that Node brings; one JSON list a locale.
const locales = process.argv.slice(2);
const letters = [...Array(26).keys()].map((n) => String.fromCharCode(65 + n));
const codes = {
  region: letters.flatMap((a) => letters.map((b) => a + b)),
  language: letters.flatMap((a) => letters.map((b) => (a + b).toLowerCase())),
  currency: Intl.supportedValuesOf("currency"),
};
const found = {};
for (const locale of locales) {
  const names = new Set();
  for (const [type, all] of Object.entries(codes)) {
    const display = new Intl.DisplayNames([locale], { type, fallback: "none" });
    for (const code of all) names.add(display.of(code));
  }
  names.delete(undefined);
  found[locale] = [...names];
}
console.log(JSON.stringify(found));
