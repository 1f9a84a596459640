//! The page of the sources: every document and every choice of ours, and what rests on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cert_lifecycle::rulebook::part::PARTS;
use cert_lifecycle::rulebook::rule::{RULES, V2_RULES};
use cert_lifecycle::rulebook::{Field, Rulebook, Sources};

/// What the values say that rest on a source, by kind of value.
type Values = BTreeMap<&'static str, Vec<String>>;

pub fn page() -> String {
    let book = Rulebook::published();
    let parts = book.parts();
    let mut page = format!(
        "The {} sources by their keys: the documents with their dates, and our own choices of counting \
         (C1 to C8). Of each is said which values and [rules](crate::manual::rules) rest on it.\n\n\
         A value is stated where a source says it outright, inferred where we read it out of what they \
         say, declared where they are silent and we chose. A value of several parts stands as firmly as \
         its weakest part; where the parts differ, each is listed with its own standing. A date says from \
         when on the value is in force here: of an undated document it is ours.\n",
        parts.sources.len()
    );
    for source in &parts.sources {
        let key = source.key;
        writeln!(
            page,
            "\n# {key}\n\n{}. Date: {}.\n",
            source.title, source.date
        )
        .unwrap();
        let mut values = Values::new();
        for field in Field::ALL {
            for line in parts.clauses(*field) {
                if line.sources.as_slice().contains(&key) {
                    let standing = line.standing.word();
                    let shown =
                        format!("{}, {}: {} ({standing})", line.from, line.scope, line.text);
                    values.entry(field.word()).or_default().push(shown);
                }
            }
        }
        let on = |sources: &Sources| sources.as_slice().contains(&key);
        for entry in parts
            .ceilings
            .entries()
            .iter()
            .filter(|one| on(&one.sources))
        {
            let days = entry.value.max_days;
            let shown = format!(
                "issued from {} on: at most {days} days",
                super::begins(entry.value.from)
            );
            values.entry("ceilings").or_default().push(shown);
        }
        for entry in parts.duties.reuse().iter().filter(|one| on(&one.sources)) {
            let days = entry.value.max_days;
            let shown = format!(
                "issued from {} on: a proof of {days} days",
                super::begins(entry.value.from)
            );
            values.entry("proof reuse").or_default().push(shown);
        }
        for entry in parts
            .duties
            .revocation()
            .iter()
            .filter(|one| on(&one.sources))
        {
            let hours = entry.value.must_hours;
            let shown = format!(
                "from {} on: within {hours} hours",
                super::begins(entry.value.from)
            );
            values.entry("revocation by a CA").or_default().push(shown);
        }
        if values.is_empty() {
            writeln!(page, "- No value of its own.").unwrap();
        }
        for (field, lines) in values {
            writeln!(page, "- `{field}`").unwrap();
            for line in lines {
                writeln!(page, "  - {line}").unwrap();
            }
        }
        for part in PARTS.iter().filter(|one| one.source == key.as_str()) {
            let standing = part.standing.word();
            writeln!(
                page,
                "- Part of `{}` since {}: {} ({standing})",
                part.field.word(),
                part.since,
                part.text
            )
            .unwrap();
        }
        let rules = RULES.iter().chain(V2_RULES);
        let rules: Vec<String> = rules
            .filter(|record| record.sources.split(' ').any(|one| one == key.as_str()))
            .map(|record| record.id.to_string())
            .collect();
        if !rules.is_empty() {
            writeln!(page, "- Rules: {}", rules.join(", ")).unwrap();
        }
    }
    page
}
