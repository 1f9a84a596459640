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

/// What changes from one edition to another.
pub(crate) fn differences(edition: &Edition, other: &str, json: bool) -> Outcome<()> {
    let book = Rulebook::published();
    let other = book.edition(other)?;
    let all = diff(edition, &other, book.ceilings());
    if !json {
        let count = match all.len() {
            0 => "Nothing changes".to_owned(),
            1 => "One value changes".to_owned(),
            count => format!("{count} values change"),
        };
        println!("\n{count} from {} to {}.", edition.key(), other.key());
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
    Ok(())
}
