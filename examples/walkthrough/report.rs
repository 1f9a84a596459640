//! What is asked of the rulebook alone: its editions, and what changes between two of them.

use std::collections::BTreeSet;

use cert_lifecycle::lifecycle::diff;
use cert_lifecycle::rulebook::{Edition, Rulebook};
use serde_json::json;

use super::Outcome;

/// Every named point, with the documents behind what is newest in it.
pub(crate) fn list_editions(json: bool) -> Outcome<()> {
    let book = Rulebook::published();
    for point in book.points() {
        let edition = book.edition(point.key.as_str())?;
        let lines = edition.lines();
        let latest = lines.iter().map(|line| line.cite.since).max();
        let sources: BTreeSet<String> = lines
            .iter()
            .filter(|line| Some(line.cite.since) == latest)
            .flat_map(|line| line.cite.sources.as_slice())
            .map(ToString::to_string)
            .collect();
        let (site, channel) = (point.site.word(), point.channel.word());
        if json {
            let object = json!({
                "edition": point.key.as_str(),
                "day": point.day.to_string(),
                "site": site,
                "channel": channel,
                "latest": latest.map(|day| day.to_string()),
                "sources": sources,
            });
            println!("{object}");
        } else {
            let sources: Vec<String> = sources.into_iter().collect();
            println!(
                "{:18} {}  {site:4}  {channel:7}  newest value: {} [{}]",
                point.key.as_str(),
                point.day,
                latest.map_or(String::new(), |day| day.to_string()),
                sources.join(", ")
            );
        }
    }
    Ok(())
}

/// The edition of a key; for one that is none, what was meant perhaps: a key of which two letters in three
/// are right.
pub(crate) fn edition(book: &Rulebook, key: &str) -> Outcome<Edition> {
    let found = book.edition(key);
    found.map_err(|error| {
        let named = book.points().iter().map(|point| point.key.as_str());
        let longest = |named: &str| key.chars().count().max(named.chars().count());
        let near = named
            .map(|named| (distance(key, named), named))
            .filter(|(far, named)| *far <= longest(named) / 3)
            .min();
        match near {
            Some((_, nearest)) => {
                format!("{error}: did you mean {nearest}? --list-editions names them all").into()
            }
            None => format!("{error}; --list-editions names them all").into(),
        }
    })
}

/// How many letters are to be put in, left out or exchanged to make one text of another.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut last = above.saturating_add(1);
        let mut next = vec![last];
        for ((left, up), wanted) in row.iter().zip(row.iter().skip(1)).zip(other.chars()) {
            let exchanged = left.saturating_add(usize::from(letter != wanted));
            last = exchanged
                .min(up.saturating_add(1))
                .min(last.saturating_add(1));
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// One edition whole.
pub(crate) fn show(edition: &Edition, json: bool) {
    if !json {
        println!("{edition}");
        return;
    }
    for line in edition.lines() {
        let object = json!({
            "field": line.field.word(),
            "says": line.text,
            "since": line.cite.since.to_string(),
            "sources": line.cite.sources.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "standing": line.cite.standing.word(),
        });
        println!("{object}");
    }
}

/// What changes from one edition to another.
pub(crate) fn differences(edition: &Edition, other: &Edition, json: bool) {
    let book = Rulebook::published();
    let all = diff(edition, other, book.ceilings());
    if !json {
        let count = match all.len() {
            0 => "Nothing changes".to_owned(),
            1 => "One value changes".to_owned(),
            count => format!("{count} values change"),
        };
        // Another site or channel is another set of pages: not all of it changed with time.
        let place = |one: &Edition| {
            let point = one.point();
            format!("{} {}", point.site.word(), point.channel.word())
        };
        let (here, there) = (place(edition), place(other));
        let apart = if here == there {
            String::new()
        } else {
            format!(", between two places: {here} and {there}")
        };
        println!(
            "\n{count} from {} to {}{apart}.",
            edition.key(),
            other.key()
        );
    }
    for one in all {
        if json {
            let [before, after] = &one.texts;
            let object = json!({
                "field": one.field.word(),
                "sentence": one.sentence,
                "concerns": one.concerns,
                "before": before,
                "after": after,
                "example": one.shown.example().map(ToString::to_string),
            });
            println!("{object}");
        } else {
            println!("\n{one}");
        }
    }
}
