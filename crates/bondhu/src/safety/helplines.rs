//! The help card: who to call, by country. The list is compiled in, so it works without a network.
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::safety::CrisisLevel;

/// The day on which a person last confirmed every row with the service itself, as `YYYY-MM-DD`. Empty as long as nobody
/// has: a day that is only hoped for would mislead someone who needs the number.
const VERIFIED_ON: &str = "";
/// What a country's emergency number is called in the list.
const EMERGENCY: &str = "Emergency";
/// The rows for every country.
const ANYWHERE: &str = "**";

/// One place to turn to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HelpLine {
    /// Name as the service calls itself.
    pub name: String,
    /// What to dial, what to text to which number, or the address of a site; empty for a trusted person.
    pub number: String,
    /// How it is reached: `call`, `text`, `web` or `person`.
    pub channel: String,
    /// A `tel:`, `sms:` or `https:` link, when there is one.
    pub href: Option<String>,
    /// When it answers, when known.
    pub hours: Option<String>,
}

/// The card shown above the composer and on the help page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HelpCard {
    /// The active crisis level, 0 when none.
    pub level: i16,
    /// Two-letter code of the country of the lines; empty when there are only the international ones.
    pub country: String,
    /// The country's lines, then the lines for every country.
    pub lines: Vec<HelpLine>,
    /// The day every line was last confirmed with the service, as `YYYY-MM-DD`; empty when that is still to be done.
    pub verified_on: String,
}

struct Row {
    country: &'static str,
    line: HelpLine,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let file = include_str!("../../data/safety/helplines.tsv");
    file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(read_row).collect()
});

fn read_row(line: &'static str) -> Row {
    let mut cells = line.split('\t');
    let mut next = || cells.next().unwrap_or_default();
    let country = next();
    let (name, number, channel) = (next().to_owned(), next().to_owned(), next().to_owned());
    let mut filled = || Some(next().to_owned()).filter(|cell| !cell.is_empty());
    let (href, hours) = (filled(), filled());
    Row { country, line: HelpLine { name, number, channel, href, hours } }
}

/// The card for a country. An unknown or missing country gets the international lines.
pub fn help_card(level: i16, country: Option<&str>) -> HelpCard {
    let country = known(country).unwrap_or_default();
    let own = ROWS.iter().filter(|row| row.country == country);
    // The general 112 would only repeat, or contradict, a country's own emergency number.
    let rest = ROWS.iter().filter(|row| row.country == ANYWHERE && (country.is_empty() || row.line.channel != "call"));
    let mut lines: Vec<HelpLine> = own.chain(rest).map(|row| row.line.clone()).collect();
    if level == CrisisLevel::Acute.as_i16() {
        // In acute danger the number to call now stands first; otherwise somebody to talk to does.
        lines.sort_by_key(|line| line.name != EMERGENCY);
    }
    HelpCard { level, country: country.to_owned(), lines, verified_on: VERIFIED_ON.to_owned() }
}

/// The countries with lines of their own, as two-letter codes in alphabetical order.
pub fn countries() -> Vec<&'static str> {
    let mut codes: Vec<&str> = ROWS.iter().map(|row| row.country).filter(|code| *code != ANYWHERE).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The code of a country that has lines, whatever the case it was written in.
fn known(country: Option<&str>) -> Option<&'static str> {
    let wanted = country?.trim();
    countries().into_iter().find(|code| code.eq_ignore_ascii_case(wanted))
}

/// The emergency number to name in a reply.
pub(super) fn emergency_number(country: Option<&str>) -> &'static str {
    find(country, |line| line.name == EMERGENCY).map_or("112", |line| line.number.as_str())
}

/// The helpline to name in a reply, as its name and number; a country without one gets the directory.
pub(super) fn first_helpline(country: Option<&str>) -> (&'static str, &'static str) {
    let line = find(country, |line| line.name != EMERGENCY && line.channel == "call");
    line.map_or(("Find A Helpline", "findahelpline.com"), |line| {
        (line.name.split(" (").next().unwrap_or_default(), line.number.as_str())
    })
}

fn find(country: Option<&str>, wanted: fn(&HelpLine) -> bool) -> Option<&'static HelpLine> {
    let code = known(country)?;
    ROWS.iter().find(|row| row.country == code && wanted(&row.line)).map(|row| &row.line)
}
