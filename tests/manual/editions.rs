//! The page of the editions.

use std::fmt::Write as _;

use cert_lifecycle::lifecycle::{Example, diff};
use cert_lifecycle::rulebook::{EditionPoint, Rulebook};

pub fn page() -> String {
    let book = Rulebook::published();
    let mut page = String::from(
        "The named editions: points in the history of the documents, each with the values in force \
         there. What changes is said from one to the next of the same site and channel; \
         `cert-lifecycle diff A B` gives the example of each change, and `cert-lifecycle editions KEY` \
         all values.\n\n\
         | Key | From | Site | Channel | Digest |\n|---|---|---|---|---|\n",
    );
    let points = book.points();
    for point in points {
        let edition = book.edition(point.key.as_str()).unwrap();
        let EditionPoint {
            key,
            day,
            site,
            channel,
        } = point;
        let (site, channel, digest) = (site.word(), channel.word(), edition.digest().to_string());
        writeln!(
            page,
            "| `{key}` | {day} | {site} | {channel} | `{}` |",
            &digest[..16]
        )
        .unwrap();
    }
    for (place, point) in points.iter().enumerate() {
        let edition = book.edition(point.key.as_str()).unwrap();
        writeln!(page, "\n# {}\n", point.key).unwrap();
        let before = points[..place]
            .iter()
            .rev()
            .find(|one| one.site == point.site && one.channel == point.channel);
        let Some(before) = before else {
            writeln!(page, "The first of its site and channel.\n").unwrap();
            writeln!(
                page,
                "| Value | What it says | Sources | Standing |\n|---|---|---|---|"
            )
            .unwrap();
            for line in edition.lines() {
                let (field, text) = (line.field.word(), line.text.replace('|', "\\|"));
                let (sources, standing) = (&line.cite.sources, line.cite.standing.word());
                writeln!(page, "| `{field}` | {text} | {sources} | {standing} |").unwrap();
            }
            continue;
        };
        let earlier = book.edition(before.key.as_str()).unwrap();
        let all = diff(&earlier, &edition, book.ceilings());
        writeln!(page, "Against `{}`:\n", before.key).unwrap();
        if all.is_empty() {
            writeln!(page, "- No value differs.").unwrap();
        }
        for one in all {
            let cite = &one.cites[1];
            let rule = one.shown.example().and_then(Example::rule);
            let rule = rule.map_or_else(
                || "no decision reads it here".to_owned(),
                |rule| rule.to_string(),
            );
            writeln!(
                page,
                "- {} Concerns {} ({rule}; {}, {}, since {}).",
                one.sentence,
                one.concerns,
                cite.sources,
                cite.standing.word(),
                cite.since
            )
            .unwrap();
        }
    }
    page
}
