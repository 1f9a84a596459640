//! The instants at which an answer changes.

use std::vec::Vec;

use super::content::Content;
use crate::lifecycle::{Case, Command, CommandKind, Law, World, clauses};
use crate::model::{CertificateInstance, Timestamp};

fn in_order(mut all: Vec<Timestamp>) -> Vec<Timestamp> {
    all.sort_unstable();
    all.dedup();
    all
}

/// The instants at which an answer about a command changes: the first of each window of its
/// conditions, and the first after each, in order.
#[must_use]
pub fn edges(case: &Case<'_>, command: &Command, law: &Law<'_>) -> Vec<Timestamp> {
    let clauses = clauses(case, command, law);
    let windows = clauses.iter().map(|clause| clause.holds);
    in_order(
        windows
            .flat_map(|window| [window.from(), window.until()])
            .flatten()
            .collect(),
    )
}

/// The instants at which an answer about any command changes, those of the certificate, and those
/// from which a revocation no longer gives a unit back, in order.
#[must_use]
pub fn all_edges(world: &World, law: &Law<'_>) -> Vec<Timestamp> {
    let case = world.case();
    let mut all: Vec<Timestamp> = CommandKind::ALL
        .into_iter()
        .filter_map(|kind| Content::plain(1).command(kind, world, Timestamp::MIN, law))
        .flat_map(|command| edges(&case, &command, law))
        .collect();
    if let Some(certificate) = case.instance.and_then(CertificateInstance::certificate) {
        let not_after = certificate.validity().not_after();
        all.extend([certificate.validity().not_before(), not_after]);
        let days = law.conduct.notice().value.within_days;
        let calendar = law.conduct.calendar().value;
        all.extend(calendar.last_days_before(not_after, days, false).from());
        all.extend(calendar.unexpired(not_after).until());
    }
    // What a revocation gives back, and when.
    if let Some(live) = case.instance.and_then(CertificateInstance::live) {
        let rule = law.application.return_rule();
        let calendar = law.application.calendar().value;
        let paid_at = case.plan.map(|own| own.bill().paid_at);
        for anchor in [Some(live.issued_at()), paid_at].into_iter().flatten() {
            let window = calendar.within_days_of(anchor, rule.days, rule.method);
            all.extend(window.until());
        }
    }
    in_order(all)
}
