//! What a rulebook of one's own changes: the differences from the published one, in short.

use cert_lifecycle::lifecycle::difference::Shown;
use cert_lifecycle::lifecycle::{Difference, diff};
use cert_lifecycle::rulebook::{Edition, Rulebook};

/// One difference, and the editions that have it.
pub(super) struct Changed {
    pub(super) difference: Difference,
    pub(super) editions: Vec<String>,
}

impl Changed {
    /// The question that is answered otherwise, with both answers; or why there is none.
    pub(super) fn short_story(&self) -> Vec<String> {
        match &self.difference.shown {
            Shown::InFirst(example) | Shown::InSecond(example) => {
                let told = example.to_string();
                let lines: Vec<String> = told.lines().map(str::to_owned).collect();
                let steps = lines.len().saturating_sub(3);
                let behind = match steps {
                    0 => None,
                    1 => Some("after 1 step:".to_owned()),
                    _ => Some(format!("after {steps} steps:")),
                };
                behind
                    .into_iter()
                    .chain(lines.into_iter().skip(steps))
                    .collect()
            }
            Shown::Advice(advice) => vec![format!("no decision reads {}", advice.part)],
            Shown::Dormant(_) => vec!["it has nothing to decide here".to_owned()],
            Shown::AnotherMachine => {
                vec!["another machine: values only, no example".to_owned()]
            }
        }
    }
}

/// What some editions say otherwise than the published ones of the same keys, each difference once.
/// What the published rulebook does not name has nothing to be compared with.
pub(super) fn changes(own: &[Edition]) -> Vec<Changed> {
    let published = Rulebook::published();
    let mut all: Vec<Changed> = Vec::new();
    for edition in own {
        let Ok(theirs) = published.edition(edition.key().as_str()) else {
            continue;
        };
        for difference in diff(&theirs, edition, published.ceilings()) {
            let key = edition.key().to_string();
            let known = all.iter_mut().find(|one| {
                one.difference.field == difference.field && one.difference.texts == difference.texts
            });
            match known {
                Some(known) => known.editions.push(key),
                None => all.push(Changed {
                    difference,
                    editions: vec![key],
                }),
            }
        }
    }
    all
}

/// Whether the ceilings of a rulebook are others than the published ones.
pub(super) fn has_own_ceilings(book: &Rulebook) -> bool {
    book.ceilings() != Rulebook::published().ceilings()
}
