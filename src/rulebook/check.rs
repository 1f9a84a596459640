//! Which values a rulebook refuses: those that contradict themselves or each other, that loop, or
//! that no case could ever satisfy.
//!
//! What is merely strict is permitted: no cloud products, no messages, a state set without members.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use crate::model::{
    Channel, Day, Operation, SignatureHash, Site, Status, StatusSet, ValidationClass,
};

use super::book::RulebookError;
use super::edition::{Field, RulebookParts};
use super::schedule::Dated;
use super::value::{
    AddOn, Anchor, HostingYears, LateHosting, RefundAct, RefundCase, RefundClause, RefundRule,
    RefundTrigger, ReviewTimes,
};

/// Refuses values that contradict themselves, or that no case could ever satisfy.
pub(super) fn check_values(parts: &RulebookParts) -> Result<(), RulebookError> {
    check_terms(parts)?;
    check_applications(parts)?;
    check_hosting(parts)?;
    check_states(parts)?;
    check_money(parts)?;
    check_advice(parts)
}

/// What is wrong with a clause.
type Problem = Cow<'static, str>;

/// The first clause of a kind with a problem.
fn each<T, P: Into<Problem>>(
    field: Field,
    clauses: &[Dated<T>],
    problem: impl Fn(&Dated<T>) -> Option<P>,
) -> Result<(), RulebookError> {
    for clause in clauses {
        if let Some(problem) = problem(clause) {
            return Err(RulebookError::Value {
                field,
                day: clause.from,
                problem: problem.into(),
            });
        }
    }
    Ok(())
}

/// Windows that are measured against the time a certificate is sold for.
fn check_terms(parts: &RulebookParts) -> Result<(), RulebookError> {
    each(Field::Term, &parts.term, |clause| {
        (clause.value.value.days == 0).then_some("a certificate is sold for no days")
    })?;
    // A term that some days are no shorter than.
    let reached = |days: u16, terms: &[u16]| terms.iter().copied().find(|term| days >= *term);
    each(Field::Notice, &parts.notice, |clause| {
        let days = clause.value.value.within_days;
        let term = reached(days, &terms(parts, &parts.notice, clause))?;
        Some(format!(
            "notice is given within {days} days of the end, so a certificate of {term} days is always about to expire"
        ))
    })?;
    each(Field::HostingTrigger, &parts.hosting_trigger, |clause| {
        let trigger = clause.value.value;
        if trigger.strict && trigger.days == 0 {
            return Some(Problem::from(
                "fewer than no days never remain, so nothing is renewed",
            ));
        }
        let days = trigger.days;
        let term = reached(days, &terms(parts, &parts.hosting_trigger, clause))?;
        Some(Problem::from(format!(
            "{days} days left bring a renewal about, so one of {term} days calls for the next one at once"
        )))
    })?;
    each(Field::LateHosting, &parts.late_hosting, |clause| {
        let terms = terms(parts, &parts.late_hosting, clause);
        match clause.value.value {
            LateHosting::Never | LateHosting::Unexpired => None,
            LateHosting::LastDays(days) => reached(days, &terms).map(|term| {
                format!("the last {days} days of a certificate of {term} days are all it has")
            }),
            LateHosting::MoreThan(days) => reached(days, &terms).map(|term| {
                format!("a certificate of {term} days never has more than {days} days left")
            }),
        }
    })?;
    each(Field::ReturnDays, &parts.return_days, |clause| {
        let days = clause.value.value.0;
        let mut terms = terms(parts, &parts.return_days, clause).into_iter();
        let term = terms.find(|term| days > *term)?;
        Some(format!(
            "the window of {days} days is longer than the validity of {term} days, so it never closes in time"
        ))
    })
}

fn check_applications(parts: &RulebookParts) -> Result<(), RulebookError> {
    each(Field::NameLimit, &parts.name_limit, |clause| {
        (clause.value.value.0 == 0).then_some("no application can be made")
    })?;
    each(Field::Csr, &parts.csr, |clause| {
        let rule = clause.value.value;
        if rule.rsa_step_bits == 0 {
            Some("steps of zero bits permit no RSA key")
        } else if rule
            .rsa_max_bits
            .is_some_and(|most| most < rule.rsa_min_bits)
        {
            Some("no RSA key is that long and that short")
        } else if rule.any_key().is_none() {
            Some("no key is permitted")
        } else if !rule.permits_hash(SignatureHash::Sha512) {
            Some("no hash is strong enough")
        } else {
            None
        }
    })?;
    each(Field::DvOnly, &parts.dv_only, |clause| {
        let way_out = Operation::ForPackage;
        (clause.value.value.contains(way_out)).then_some("no operation is left for other products")
    })?;
    each(Field::UploadName, &parts.upload_name, |clause| {
        (clause.value.value.most_characters == 0).then_some("no name is that short")
    })
}

fn check_hosting(parts: &RulebookParts) -> Result<(), RulebookError> {
    each(Field::HostingYears, &parts.hosting_years, |clause| {
        ValidationClass::ALL
            .into_iter()
            .any(|class| clause.value.value.most(class) == 1)
            .then_some("one year needs no hosting: 0 says that none is sold, 2 is the least")
    })?;
    each(Field::HostingYears, &parts.hosting_years, |clause| {
        ValidationClass::ALL
            .into_iter()
            .any(|class| clause.value.value.most(class) > HostingYears::LONGEST)
            .then_some("hosting is sold for more years than a chain holds, which is ten")
    })
}

/// Each command has states in which it makes sense; a rulebook chooses among them.
fn check_states(parts: &RulebookParts) -> Result<(), RulebookError> {
    let unapplied = StatusSet::of(&[Status::ValidationFailed, Status::PendingApplication]);
    let under_way = StatusSet::of(&[Status::DomainVerification, Status::Validating]);
    let in_force = StatusSet::of(&[Status::Issued, Status::Hosted, Status::PendingExpiration]);
    let there = StatusSet::of(&[
        Status::Issued,
        Status::Hosted,
        Status::PendingExpiration,
        Status::Expired,
    ]);
    let left_over = StatusSet::of(&[
        Status::Issued,
        Status::Hosted,
        Status::PendingExpiration,
        Status::Expired,
        Status::Revoked,
        Status::Refunded,
        Status::Closed,
        Status::Cancelled,
        Status::Merged,
    ]);
    let going = "only an order under way is withdrawn";
    let order = "only a failed or withdrawn order is ended";
    let slot = "only an unused slot and a failed application are applied for";
    let live = "there is no certificate to do this with";
    let gone = "nothing is deleted that is under way, under review or not applied for";
    let uploaded = "an uploaded certificate is only in force or expired";
    let sets = [
        (Field::Applying, &parts.applying, unapplied, slot),
        (Field::Withdrawal, &parts.withdrawal, under_way, going),
        (
            Field::OrderDeletion,
            &parts.order_deletion,
            unapplied,
            order,
        ),
        (
            Field::OrderCancellation,
            &parts.order_cancellation,
            unapplied,
            order,
        ),
        (Field::Renewal, &parts.renewal, there, live),
        (
            Field::RenewalOfUploaded,
            &parts.renewal_of_uploaded,
            there,
            live,
        ),
        (Field::Deletion, &parts.deletion, left_over, gone),
        (
            Field::DeletionOfUploaded,
            &parts.deletion_of_uploaded,
            there,
            uploaded,
        ),
        (Field::Download, &parts.download, there, live),
        (Field::Deployment, &parts.deployment, in_force, live),
    ];
    for (field, clauses, possible, why) in sets {
        each(field, clauses, |clause| {
            let named = clause.value.value;
            let wrong: StatusSet = named
                .iter()
                .filter(|status| !possible.contains(*status))
                .collect();
            if wrong == StatusSet::EMPTY {
                return has_hole(named).then_some(Problem::from(HOLE));
            }
            Some(Problem::from(format!("it names {wrong}: {why}")))
        })?;
    }
    Ok(())
}

const HOLE: &str = "it permits this before the certificate is about to expire and after it expired, but not in between: a right is one window";

/// Whether a right that a set of states gives would end and begin again (L10).
const fn has_hole(set: StatusSet) -> bool {
    (set.contains(Status::Issued) || set.contains(Status::Hosted))
        && set.contains(Status::Expired)
        && !set.contains(Status::PendingExpiration)
}

fn check_money(parts: &RulebookParts) -> Result<(), RulebookError> {
    each(Field::Refund, &parts.refund, |clause| {
        contradiction(&clause.value.value)
    })?;
    each(Field::RefundTrigger, &parts.refund_trigger, |clause| {
        if clause.value.value == RefundTrigger::OnClaim {
            return None;
        }
        let claimed = |rule: &RefundRule| {
            rule.clauses.iter().any(|way| {
                way.case == RefundCase::Revoked
                    && way.limits.iter().any(|limit| limit.act == RefundAct::Claim)
            })
        };
        during(&parts.refund_trigger, clause, &parts.refund)
            .any(claimed)
            .then_some("the service pays back on revocation, and the refund waits for a claim")
    })
}

/// What contradicts itself in the ways to get money back.
fn contradiction(rule: &RefundRule) -> Option<&'static str> {
    for (place, way) in rule.clauses.iter().enumerate() {
        let unissued = way.case == RefundCase::Unissued;
        for (own, limit) in way.limits.iter().enumerate() {
            if unissued && limit.anchor == Anchor::Issuance {
                return Some("what was never issued has no days after issuance");
            }
            if unissued && limit.act != RefundAct::Claim {
                return Some("what was never issued is never revoked");
            }
            let mut others = way.limits.iter().take(own);
            if others.any(|other| (other.anchor, other.act) == (limit.anchor, limit.act)) {
                return Some("one way has two bounds for the same act and instant");
            }
        }
        let mut earlier = rule.clauses.iter().take(place);
        if earlier.any(|before| rivals(before, way) && !widens(before, way)) {
            return Some(
                "a later way is no wider than an earlier one for the same purchases, so for them it never decides",
            );
        }
    }
    None
}

/// Whether two ways speak of a common purchase.
fn rivals(one: &RefundClause, other: &RefundClause) -> bool {
    let both = |bought| one.add_on.covers(bought) && other.add_on.covers(bought);
    one.case == other.case && (both(false) || both(true))
}

/// Whether a way admits all that an earlier one admits, and more: each of its bounds is one of the
/// earlier one's, with as many days or more, and one has more or is missing.
fn widens(before: &RefundClause, way: &RefundClause) -> bool {
    let bounds = |limit: &super::value::RefundLimit| (limit.anchor, limit.act, limit.method);
    let kept = way.limits.iter().all(|limit| {
        before
            .limits
            .iter()
            .any(|old| bounds(old) == bounds(limit) && old.days <= limit.days)
    });
    let looser = way.limits.len() < before.limits.len()
        || way.limits.iter().any(|limit| {
            before
                .limits
                .iter()
                .any(|old| bounds(old) == bounds(limit) && old.days < limit.days)
        });
    kept && (looser || way.add_on == AddOn::Any && before.add_on != AddOn::Any)
}

fn check_advice(parts: &RulebookParts) -> Result<(), RulebookError> {
    each(Field::Messages, &parts.messages, |clause| {
        let leads = &clause.value.value.leads;
        leads
            .iter()
            .zip(leads.iter().skip(1))
            .any(|(one, next)| one <= next)
            .then_some("the leads are not in order, the longest first")
    })?;
    let turned = |clause: &Dated<ReviewTimes>| {
        ValidationClass::ALL
            .into_iter()
            .map(|class| clause.value.value.of(class))
            .any(|days| days.least > days.most)
            .then_some("a review takes at least more days than at most")
    };
    each(Field::ReviewTimes, &parts.review_times, turned)?;
    each(Field::RevocationTimes, &parts.revocation_times, turned)
}

/// The days that are sold while a clause of another kind is in force.
fn terms<T>(parts: &RulebookParts, clauses: &[Dated<T>], clause: &Dated<T>) -> Vec<u16> {
    during(clauses, clause, &parts.term)
        .map(|term| term.days)
        .collect()
}

/// The values of another kind that are in force together with a clause, for a common case.
fn during<'a, T, U>(
    clauses: &'a [Dated<T>],
    clause: &'a Dated<T>,
    others: &'a [Dated<U>],
) -> impl Iterator<Item = &'a U> {
    let cases = Site::ALL
        .into_iter()
        .flat_map(|site| Channel::ALL.map(|channel| (site, channel)));
    cases
        .filter(|&(site, channel)| clause.scope.covers(site, channel))
        .flat_map(move |case| {
            let end = replaced_on(clauses, clause, case);
            others
                .iter()
                .filter(move |other| other.scope.covers(case.0, case.1))
                .filter(move |other| end.is_none_or(|end| other.from < end))
                .filter(move |other| {
                    replaced_on(others, other, case).is_none_or(|end| clause.from < end)
                })
                .map(|other| &other.value.value)
        })
}

/// The day on which a clause is replaced for a channel of a site.
fn replaced_on<T>(
    clauses: &[Dated<T>],
    clause: &Dated<T>,
    (site, channel): (Site, Channel),
) -> Option<Day> {
    clauses
        .iter()
        .filter(|other| other.from > clause.from && other.scope.covers(site, channel))
        .map(|other| other.from)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::value::{
        HostingYears, Method, NoticeRule, RefundLimit, ReturnDays, Review, TermRule, Trigger,
    };
    use crate::rulebook::{Rulebook, RulebookError};

    /// What the published rulebook is refused for, once something in it is changed.
    fn problem(change: impl FnOnce(&mut RulebookParts)) -> (Field, Problem) {
        let mut parts = Rulebook::published().parts().clone();
        change(&mut parts);
        match Rulebook::new(parts) {
            Err(RulebookError::Value { field, problem, .. }) => (field, problem),
            other => panic!("not refused for a value: {other:?}"),
        }
    }

    fn refused(field: Field, words: &str, change: impl FnOnce(&mut RulebookParts)) {
        let (by, problem) = problem(change);
        assert_eq!(by, field, "{problem}");
        assert!(problem.contains(words), "{problem}");
    }

    /// Sets every clause of a kind to one value.
    fn set<T: Clone>(clauses: &mut [Dated<T>], value: &T) {
        for clause in clauses {
            clause.value.value = value.clone();
        }
    }

    #[test]
    fn a_window_as_long_as_the_validity_loops() {
        refused(Field::Term, "no days", |p| p.term[0].value.value.days = 0);
        refused(Field::Notice, "of 30 days is always about to expire", |p| {
            for clause in &mut p.term {
                clause.value.value.days = 30;
            }
        });
        refused(Field::HostingTrigger, "the next one at once", |p| {
            p.hosting_trigger[0].value.value.days = 365;
        });
        refused(Field::HostingTrigger, "never remain", |p| {
            p.hosting_trigger[0].value.value = Trigger {
                days: 0,
                strict: true,
            };
        });
        refused(Field::LateHosting, "are all it has", |p| {
            set(&mut p.late_hosting, &LateHosting::LastDays(365));
        });
        refused(Field::LateHosting, "never has more than 365 days", |p| {
            set(&mut p.late_hosting, &LateHosting::MoreThan(365));
        });
        refused(Field::ReturnDays, "never closes", |p| {
            p.return_days[0].value.value.0 = 366;
        });
    }

    #[test]
    fn a_window_may_be_all_that_is_sold() {
        let mut parts = Rulebook::published().parts().clone();
        set(&mut parts.return_days, &ReturnDays(365));
        assert!(parts.term.iter().all(|term| term.value.value.days >= 365));
        assert!(Rulebook::new(parts).is_ok());
    }

    /// The published rulebook, sold for days and noticed before days that change on one day; all
    /// that else is measured against the days that are sold is short.
    fn changed_on_a_day(terms: [u16; 2], notices: [u16; 2]) -> RulebookParts {
        fn dated<T: Clone>(clauses: &mut alloc::vec::Vec<Dated<T>>, values: [T; 2]) {
            let first = clauses[0].clone();
            let days = [first.from, Day::new(2024, 3, 1).unwrap()];
            *clauses = days
                .into_iter()
                .zip(values)
                .map(|(from, value)| {
                    let mut clause = first.clone();
                    (clause.from, clause.value.value) = (from, value);
                    clause
                })
                .collect();
        }
        let mut parts = Rulebook::published().parts().clone();
        dated(&mut parts.term, terms.map(|days| TermRule { days }));
        dated(
            &mut parts.notice,
            notices.map(|within_days| NoticeRule { within_days }),
        );
        let short = Trigger {
            days: 5,
            strict: true,
        };
        set(&mut parts.hosting_trigger, &short);
        set(&mut parts.late_hosting, &LateHosting::Never);
        set(&mut parts.return_days, &ReturnDays(5));
        parts
    }

    /// What ends on the day on which the other begins is never in force beside it.
    #[test]
    fn a_term_is_not_compared_with_what_is_over() {
        for (terms, notices) in [([365, 30], [40, 10]), ([30, 365], [10, 40])] {
            let parts = changed_on_a_day(terms, notices);
            assert!(Rulebook::new(parts).is_ok(), "{terms:?} {notices:?}");
        }
        for (terms, notices) in [([30, 365], [40, 10]), ([365, 30], [10, 40])] {
            let parts = changed_on_a_day(terms, notices);
            assert!(Rulebook::new(parts).is_err(), "{terms:?} {notices:?}");
        }
    }

    #[test]
    fn a_term_is_compared_where_both_are_in_force() {
        // A term of 50 days on one channel only is shorter than S0's 60 days, which are another's.
        let mut parts = Rulebook::published().parts().clone();
        let short = |scope| {
            let mut clause = parts.term[1].clone();
            clause.from = "2021-01-01T00:00:00Z"
                .parse::<crate::model::Timestamp>()
                .unwrap()
                .day_in(crate::model::Offset::UTC);
            clause.scope = scope;
            clause.value.value.days = 50;
            clause
        };
        let (api, intl) = (
            short(crate::rulebook::Scope::API),
            short(crate::rulebook::Scope::INTL),
        );
        let mut refused = parts.clone();
        parts.term.push(api);
        assert!(Rulebook::new(parts).is_ok());
        refused.term.push(intl);
        assert!(Rulebook::new(refused).is_err());
    }

    #[test]
    fn no_case_satisfies_these() {
        refused(Field::NameLimit, "no application", |p| {
            p.name_limit[0].value.value.0 = 0;
        });
        refused(Field::Csr, "no RSA key", |p| {
            p.csr[0].value.value.rsa_step_bits = 0;
        });
        refused(Field::Csr, "that short", |p| {
            p.csr[0].value.value.rsa_max_bits = Some(2_047);
        });
        refused(Field::Csr, "no key", |p| {
            let rule = &mut p.csr[0].value.value;
            (rule.p256, rule.p384, rule.p521, rule.ed25519) = (false, false, false, false);
            (rule.rsa_min_bits, rule.rsa_step_bits) = (u32::MAX, 8);
        });
        refused(Field::Csr, "no hash", |p| {
            p.csr[0].value.value.hash_min_bits = 513;
        });
        refused(Field::DvOnly, "no operation is left", |p| {
            p.dv_only[0].value.value.for_package = true;
        });
        refused(Field::UploadName, "that short", |p| {
            p.upload_name[0].value.value.most_characters = 0;
        });
        refused(Field::HostingYears, "needs no hosting", |p| {
            p.hosting_years[1].value.value = HostingYears {
                ov: 1,
                ..HostingYears::up_to(3)
            };
        });
        let mut parts = Rulebook::published().parts().clone();
        set(&mut parts.hosting_years, &HostingYears::up_to(10));
        assert!(Rulebook::new(parts).is_ok());
        refused(Field::HostingYears, "which is ten", |p| {
            set(&mut p.hosting_years, &HostingYears::up_to(11));
        });
        refused(Field::HostingYears, "which is ten", |p| {
            set(&mut p.hosting_years, &HostingYears::up_to(12));
        });
    }

    #[test]
    fn each_command_has_its_states() {
        let one = |status| StatusSet::of(&[status]);
        refused(Field::Applying, "applied for", |p| {
            p.applying[0].value.value = one(Status::Issued);
        });
        refused(Field::Withdrawal, "withdrawn", |p| {
            p.withdrawal[0].value.value = one(Status::Issued);
        });
        refused(Field::OrderDeletion, "ended", |p| {
            p.order_deletion[0].value.value = one(Status::Issued);
        });
        refused(Field::OrderCancellation, "ended", |p| {
            p.order_cancellation[0].value.value = one(Status::Validating);
        });
        refused(Field::Renewal, "no certificate", |p| {
            p.renewal[0].value.value = one(Status::Revoked);
        });
        refused(Field::RenewalOfUploaded, "no certificate", |p| {
            p.renewal_of_uploaded[0].value.value = one(Status::Closed);
        });
        refused(Field::Deletion, "under review", |p| {
            p.deletion[0].value.value = one(Status::ValidatingRevocation);
        });
        refused(Field::DeletionOfUploaded, "only in force or expired", |p| {
            p.deletion_of_uploaded[0].value.value = one(Status::RefundReview);
        });
        refused(Field::Download, "no certificate", |p| {
            p.download[0].value.value = one(Status::RevocationToConfirm);
        });
        refused(Field::Deployment, "no certificate", |p| {
            p.deployment[0].value.value = one(Status::Expired);
        });
    }

    #[test]
    fn a_right_has_no_hole() {
        let both = StatusSet::of(&[Status::Issued, Status::Expired]);
        let hosted = StatusSet::of(&[Status::Hosted, Status::Expired]);
        refused(Field::Deletion, "in between", |p| {
            p.deletion[0].value.value = both;
        });
        refused(Field::DeletionOfUploaded, "in between", |p| {
            p.deletion_of_uploaded[0].value.value = hosted;
        });
        refused(Field::Download, "in between", |p| {
            p.download[0].value.value = both;
        });
        refused(Field::Renewal, "in between", |p| {
            p.renewal[0].value.value = hosted;
        });
        refused(Field::RenewalOfUploaded, "in between", |p| {
            p.renewal_of_uploaded[0].value.value = both;
        });
    }

    fn limit(anchor: Anchor, act: RefundAct, days: u16) -> RefundLimit {
        RefundLimit {
            anchor,
            act,
            days,
            method: Method::EndOfDay,
        }
    }

    fn way(case: RefundCase, add_on: AddOn, limits: &[RefundLimit]) -> RefundClause {
        RefundClause {
            case,
            add_on,
            limits: limits.iter().copied().collect(),
            review: Review::Instant,
        }
    }

    fn of(ways: &[RefundClause]) -> RefundRule {
        RefundRule {
            clauses: ways.iter().cloned().collect(),
        }
    }

    #[test]
    fn a_refund_contradicts_itself() {
        let claim = |days| limit(Anchor::Payment, RefundAct::Claim, days);
        let unissued = |add_on, limits: &[_]| way(RefundCase::Unissued, add_on, limits);
        let any = |limits: &[_]| unissued(AddOn::Any, limits);
        let problems = [
            (
                "days after issuance",
                of(&[any(&[limit(Anchor::Issuance, RefundAct::Claim, 30)])]),
            ),
            (
                "never revoked",
                of(&[any(&[limit(
                    Anchor::Payment,
                    RefundAct::RevocationCompleted,
                    30,
                )])]),
            ),
            ("two bounds", of(&[any(&[claim(5), claim(7)])])),
            ("no wider", of(&[any(&[]), any(&[claim(5)])])),
            ("no wider", of(&[any(&[claim(5)]), any(&[claim(5)])])),
            ("no wider", of(&[any(&[claim(7)]), any(&[claim(5)])])),
            (
                "no wider",
                of(&[any(&[claim(7)]), unissued(AddOn::With, &[claim(7)])]),
            ),
            (
                "no wider",
                of(&[unissued(AddOn::With, &[claim(7)]), any(&[claim(5)])]),
            ),
            (
                "no wider",
                of(&[
                    unissued(AddOn::With, &[claim(7)]),
                    unissued(AddOn::With, &[claim(7)]),
                ]),
            ),
        ];
        for (words, rule) in problems {
            refused(Field::Refund, words, |p| p.refund[0].value.value = rule);
        }
        let permitted = [
            of(&[any(&[claim(5)]), any(&[claim(7)]), any(&[])]),
            of(&[unissued(AddOn::With, &[claim(7)]), any(&[claim(7)])]),
            of(&[
                unissued(AddOn::With, &[claim(30)]),
                unissued(AddOn::Without, &[claim(7)]),
            ]),
            of(&[any(&[]), way(RefundCase::Revoked, AddOn::Any, &[claim(7)])]),
        ];
        for rule in permitted {
            let mut parts = Rulebook::published().parts().clone();
            parts.refund[0].value.value = rule;
            assert!(Rulebook::new(parts).is_ok());
        }
    }

    #[test]
    fn nobody_claims_what_is_paid_back_by_itself() {
        refused(Field::RefundTrigger, "waits for a claim", |p| {
            set(&mut p.refund_trigger, &RefundTrigger::OnRevocation);
        });
    }

    #[test]
    fn advice_is_in_order() {
        refused(Field::Messages, "longest first", |p| {
            p.messages[0].value.value.leads = [7, 30].into_iter().collect();
        });
        refused(Field::ReviewTimes, "at most", |p| {
            p.review_times[0].value.value.ov.least = 8;
        });
        refused(Field::RevocationTimes, "at most", |p| {
            p.revocation_times[0].value.value.dv.least = 1;
        });
    }
}
