//! The answer as an object of JSON.

use cert_lifecycle::lifecycle::Basis;

use super::super::answer::{possible, unit_of, window};
use super::super::json::{Object, list, quoted, slug};
use super::{View, otherwise};

impl View<'_> {
    pub(super) fn json(&self) -> Object {
        let step = &self.question.step;
        let clauses = self.clauses.iter().map(|clause| {
            let mut object = Object::new();
            object
                .text("rule", clause.rule)
                .maybe("says", clause.rule.record().map(|record| record.text))
                .raw("holds", clause.holds.contains(step.at))
                .raw("window", window(clause.holds))
                .maybe(
                    "otherwise",
                    otherwise(clause, clause.holds.contains(step.at)),
                );
            match clause.basis {
                Basis::Rule => {
                    let record = clause.rule.record();
                    let sources = record
                        .map_or("", |record| record.sources)
                        .split_whitespace();
                    object.raw("sources", list(sources.map(quoted)));
                }
                Basis::Pinned(edition, cite) | Basis::InForce(edition, cite) => {
                    object
                        .raw("sources", list(cite.sources.as_slice().iter().map(quoted)))
                        .text("standing", cite.standing.word())
                        .text("edition", edition.key())
                        .raw("pinned", matches!(clause.basis, Basis::Pinned(..)));
                }
                Basis::Ceiling(entry) => {
                    object
                        .raw("sources", list(entry.sources.as_slice().iter().map(quoted)))
                        .text("standing", entry.standing.word());
                }
            }
            object
                .maybe("changes_on", clause.changes)
                .maybe("way_out", clause.way_out.phrase());
            object.finish()
        });
        let mut editions = Object::new();
        editions
            .text("conduct", self.law.conduct.key())
            .text("application", self.law.application.key())
            .text("money", self.law.money.key());
        let mut object = Object::new();
        object
            .raw("editions", editions.finish())
            .maybe("status", self.status().map(|status| slug(status.word())))
            .text("unit", unit_of(self.case.instance))
            .raw("clauses", list(clauses))
            .raw("possible", possible(self.availability));
        object
    }
}
