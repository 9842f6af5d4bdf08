//! When something is going to happen, as far as the words tell.

use bondhu_store::Timestamp;
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const TOMORROW: &[&str] = &["tomorrow", "कल", "কাল", "আগামীকাল", "কালকে", "kal", "agamikal", "kalke"];

/// The day that the words name, as noon UTC of the next such day from `now` on; none if they name none.
pub(super) fn next(words: &str, now: Timestamp) -> Option<Timestamp> {
    let today = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?.to_zoned(TimeZone::UTC).date();
    let lower = words.to_lowercase();
    let words: Vec<&str> = lower.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let day = named_day(&words, today)?;
    let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from(noon.timestamp()))
}

fn named_day(words: &[&str], today: Date) -> Option<Date> {
    if words.iter().any(|word| TOMORROW.contains(word)) {
        return today.checked_add(1.day()).ok();
    }
    if words.iter().any(|word| matches!(*word, "today" | "tonight" | "आज" | "আজ" | "aaj")) {
        return Some(today);
    }
    if let Some(weekday) = words.iter().find_map(|word| weekday(word)) {
        let next = today.nth_weekday(1, weekday).ok()?;
        return Some(next);
    }
    let month = words.iter().find_map(|word| {
        let start = word.get(..3)?;
        (word.len() == 3
            || word.len() > 3
                && "january february march april june july august september october november december"
                    .split(' ')
                    .any(|month| month == *word))
        .then(|| MONTHS.iter().position(|month| *month == start))?
    });
    if let Some(month) = month.and_then(|at| i8::try_from(at + 1).ok()) {
        let day = words.iter().find_map(|word| word.trim_end_matches(|c: char| c.is_alphabetic()).parse::<i8>().ok());
        let this_year = Date::new(today.year(), month, day.unwrap_or(1)).ok()?;
        return if this_year < today {
            Date::new(today.year() + 1, month, day.unwrap_or(1)).ok()
        } else {
            Some(this_year)
        };
    }
    let next = words.iter().any(|word| matches!(*word, "next" | "अगले" | "agle" | "আগামী" | "agami" | "সামনের"));
    let unit = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if next && unit(&["week", "हफ्ते", "सप्ताह", "hafte", "সপ্তাহে", "soptahe"]) {
        return today.checked_add(7.days()).ok();
    }
    if next && unit(&["month", "महीने", "mahine", "মাসে", "mashe"]) {
        return today.checked_add(1.month()).ok();
    }
    if next && unit(&["year", "साल", "saal", "বছর", "bochor"]) {
        return today.checked_add(1.year()).ok();
    }
    None
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "सोमवार" | "সোমবার" | "somvar" | "sombar" => Weekday::Monday,
        "tuesday" | "मंगलवार" | "মঙ্গলবার" | "mangalvar" | "mongolbar" => {
            Weekday::Tuesday
        }
        "wednesday" | "बुधवार" | "বুধবার" | "budhvar" | "budhbar" => Weekday::Wednesday,
        "thursday" | "गुरुवार" | "বৃহস্পতিবার" | "guruvar" | "brihospotibar" => {
            Weekday::Thursday
        }
        "friday" | "शुक्रवार" | "শুক্রবার" | "shukravar" | "shukrobar" => {
            Weekday::Friday
        }
        "saturday" | "शनिवार" | "শনিবার" | "shanivar" | "shonibar" => Weekday::Saturday,
        "sunday" | "रविवार" | "রবিবার" | "ravivar" | "robibar" => Weekday::Sunday,
        _ => return None,
    })
}
